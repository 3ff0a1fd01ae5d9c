/** Margins between classes. */
import { add, maximum, select, sub } from '../array/elementwise.js'
import { checkFinite } from '../array/error.js'
import { sum } from '../array/reduce.js'
import type { Tensor } from '../array/tensor.js'
import { isLabel } from './crossEntropy.js'
import { checkLabels, type LossOptions, type LossReduction, type Reduced, reduce } from './loss.js'

/** What `multiclassHinge` takes beside scores and labels. */
export interface HingeOptions<R extends LossReduction = LossReduction> extends LossOptions<R> {
  /** By how much the right score should lead; 1 unless given. */
  readonly margin?: number
}

/**
 * The sum over the wrong classes j of max(0, s_j - s_label + margin), for scores [..., classes]. The mean is over the
 * rows.
 *
 * Source: Weston and Watkins, "Support Vector Machines for Multi-Class Pattern Recognition" (1999).
 *
 * @throws PullbackError when labels have not the very shape, host labels are out of range, or there are no rows
 * @example
 * import { multiclassHinge, tensor } from 'pullback'
 *
 * const loss = multiclassHinge(tensor([[3, 1, 2.5]]), tensor([0], [1], 'int32')) // 0.5
 * loss.shape // => []
 */
export const multiclassHinge = <L extends number[], C extends number, R extends LossReduction = 'mean'>(
  scores: Tensor<[...L, C]>,
  labels: Tensor<NoInfer<L>, 'int32'>,
  options: HingeOptions<R> = {},
): Reduced<L, R> => {
  const { margin = 1, reduction } = options
  checkFinite('multiclassHinge', 'margin', margin, 0)
  checkLabels('multiclassHinge', scores, labels)
  const s = scores as Tensor
  const right = isLabel(s, labels)
  const own = sum(select(right, s, 0) as Tensor, -1, true) as Tensor
  const short = maximum(add(sub(s, own) as Tensor, margin) as Tensor, 0) as Tensor
  const terms = sum(select(right, 0, short) as Tensor, -1) as Tensor
  return reduce('multiclassHinge', terms, reduction)
}
