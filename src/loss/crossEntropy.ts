/** Cross-entropy: of classes, from logits; and of independent yes-no questions. */

import { isInteger } from '../array/dtype.js'
import { add, equal, exp, greater, log1p, mul, neg, select, sub } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { iota } from '../array/indexing.js'
import { expandDims } from '../array/move.js'
import { logSumExp, sum } from '../array/reduce.js'
import { type Shape, showShape } from '../array/shape.js'
import type { AnyTensor, Tensor } from '../array/tensor.js'
import { checkLabels, checkPair, type LossOptions, type LossReduction, type Reduced, reduce } from './loss.js'

/** Whether column c is the label of the row: the one-hot code, as dataflow. */
export const isLabel = (scores: Tensor, labels: Tensor<Shape, 'int32'>): Tensor<Shape, 'bool'> => {
  const classes = iota([scores.shape[scores.shape.length - 1]], labels.dtype) as Tensor<Shape, 'int32'>
  return equal(classes, expandDims(labels, -1)) as Tensor<Shape, 'bool'>
}

/** What `crossEntropy` takes beside scores and labels. */
export interface CrossEntropyOptions<R extends LossReduction = LossReduction> extends LossOptions<R> {
  /** The share of the target that is spread evenly over all classes; 0 unless given. */
  readonly labelSmoothing?: number
}

/** Cross-entropy for probabilities of classes, and for labels: one for each row. */
export interface CrossEntropy {
  <L extends number[], C extends number, R extends LossReduction = 'mean'>(
    logits: Tensor<[...L, C]>,
    probabilities: Tensor<[...NoInfer<L>, NoInfer<C>]>,
    options?: CrossEntropyOptions<R>,
  ): Reduced<L, R>
  <L extends number[], C extends number, R extends LossReduction = 'mean'>(
    logits: Tensor<[...L, C]>,
    labels: Tensor<NoInfer<L>, 'int32'>,
    options?: CrossEntropyOptions<R>,
  ): Reduced<L, R>
}

/** What the target makes of the logits: the sum over classes of p logit, and the sum of p. */
const targeted = (
  logits: Tensor,
  target: AnyTensor,
  smoothing: number,
): readonly [expected: Tensor, total: Tensor | number] => {
  const classes = logits.shape[logits.shape.length - 1]
  const even = (): Tensor => mul(sum(logits, -1) as Tensor, smoothing / classes) as Tensor
  if (isInteger(target.dtype)) {
    checkLabels('crossEntropy', logits, target)
    const chosen = sum(select(isLabel(logits, target as Tensor<Shape, 'int32'>), logits, 0) as Tensor, -1) as Tensor
    return [smoothing === 0 ? chosen : (add(mul(chosen, 1 - smoothing), even()) as Tensor), 1]
  }
  if (target.shape.length === logits.shape.length - 1)
    fail(
      'crossEntropy',
      `int32 labels, or probabilities of shape ${showShape(logits.shape)}`,
      `${target.dtype} ${showShape(target.shape)}`,
      `Make the labels with tensor(values, shape, 'int32').`,
    )
  checkPair('crossEntropy', logits, target)
  const p = target as Tensor
  const expected = sum(mul(p, logits) as Tensor, -1) as Tensor
  const total = sum(p, -1) as Tensor
  return smoothing === 0
    ? [expected, total]
    : [add(mul(expected, 1 - smoothing), even()) as Tensor, add(mul(total, 1 - smoothing), smoothing) as Tensor]
}

/**
 * -sum over classes of p log(softmax(logits)), with classes along the last axis. Labels count classes from 0; instead
 * of them there may be probabilities p of the logits' shape. The mean is over the rows.
 *
 * Its gradient is (softmax(logits) - p) / rows: one elementwise pass.
 *
 * @throws PullbackError when labels (or probabilities) have not the very shape, host labels are out of range, or there
 * are no rows
 * @example
 * import { crossEntropy, tensor, zeros } from 'pullback'
 *
 * const loss = crossEntropy(zeros([2, 10]), tensor([3, 7], [2], 'int32')) // log(10)
 * loss.shape // => []
 */
export const crossEntropy: CrossEntropy = (logits: Tensor, target: AnyTensor, options: CrossEntropyOptions = {}) => {
  const { labelSmoothing = 0, reduction } = options
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    fail('crossEntropy', 'labelSmoothing from 0 to 1', String(labelSmoothing), 'It is a share of the target.')
  const [expected, total] = targeted(logits, target, labelSmoothing)
  const normalizer = logSumExp(logits, -1) as Tensor
  const terms = sub(total === 1 ? normalizer : mul(normalizer, total as Tensor), expected) as Tensor
  return reduce('crossEntropy', terms, reduction)
}

/** log(1 + e^x), with the right derivative at 0, too: log(1 + e^-|x|) is taken on either side. */
const softplus = (x: Tensor): Tensor => {
  const positive = greater(x, 0) as Tensor<Shape, 'bool'>
  return add(select(positive, x, 0) as Tensor, log1p(exp(select(positive, neg(x), x) as Tensor)) as Tensor) as Tensor
}

/**
 * -t log(sigmoid(logit)) - (1 - t) log(1 - sigmoid(logit)) for each element, with targets t from 0 to 1, computed from
 * logits so that nothing overflows. The mean is over all elements.
 *
 * @throws PullbackError when the target has not the very shape of the logits
 * @example
 * import { binaryCrossEntropy, ones, zeros } from 'pullback'
 *
 * const loss = binaryCrossEntropy(zeros([4, 1]), ones([4, 1])) // log(2)
 * loss.shape // => []
 */
export const binaryCrossEntropy = <S extends Shape, R extends LossReduction = 'mean'>(
  logits: Tensor<S>,
  target: Tensor<NoInfer<S>>,
  options: LossOptions<R> = {},
): Reduced<S, R> => {
  checkPair('binaryCrossEntropy', logits, target)
  const [x, t] = [logits as Tensor, target as Tensor]
  const terms = sub(softplus(x), mul(x, t) as Tensor) as Tensor
  return reduce('binaryCrossEntropy', terms, options.reduction)
}
