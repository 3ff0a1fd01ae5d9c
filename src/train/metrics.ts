/** Measures of classifiers, as dataflow: means over the batch, so that they may be averaged by its size. */
import { isInteger } from '../array/dtype.js'
import { cast, equal, greater, lessEqual, select } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { iota, scatterAdd } from '../array/indexing.js'
import { expandDims } from '../array/move.js'
import { argMax, mean, sum } from '../array/reduce.js'
import { type Shape, sameShape, showShape, sizeOf } from '../array/shape.js'
import { hostData, type Tensor } from '../array/tensor.js'

type Labels = Tensor<Shape, 'int32'>

/** Labels on the host are looked at. */
const checkLabels = (path: string, logits: Tensor, labels: Labels): number => {
  const rank = logits.shape.length
  if (rank < 1 || !sameShape(logits.shape.slice(0, -1), labels.shape))
    fail(
      path,
      `labels of shape ${showShape(logits.shape.slice(0, -1))}, one for each row of logits`,
      showShape(labels.shape),
      'Labels are class numbers, not one-hot rows; they never broadcast.',
    )
  if (sizeOf(labels.shape) === 0)
    fail(path, 'at least one row', showShape(logits.shape), 'Skip batches without examples.')
  if (!isInteger(labels.dtype))
    fail(path, 'int32 labels', labels.dtype, `Make the labels with tensor(values, shape, 'int32').`)
  const classes = logits.shape[rank - 1]
  const outside = hostData(labels)?.find((label) => label < 0 || label >= classes)
  if (outside !== undefined)
    fail(path, `labels from 0 to ${classes - 1}`, String(outside), 'Count classes from 0; one logit belongs to each.')
  return classes
}

/** The class of the largest logit; the first of equals. */
const predictions = (logits: Tensor): Labels => argMax(logits as Tensor<[number, number]>, -1)

/**
 * The share of rows whose largest logit is that of the label.
 *
 * @example
 * import { accuracy, item, tensor } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const share = accuracy(tensor([[2, 1], [0, 3], [5, 4]]), tensor([0, 1, 1, ], [3], 'int32'))
 * item(reference().evaluateSync(share)).toFixed(3) // => '0.667'
 */
export const accuracy = (logits: Tensor, labels: Labels): Tensor<[]> => {
  checkLabels('accuracy', logits, labels)
  return mean(cast(equal(predictions(logits), labels), 'float32')) as Tensor<[]>
}

/**
 * The share of rows in which fewer than k logits are above that of the label; NaN is above any, and itself.
 *
 * @example
 * import { item, tensor, topK } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const logits = tensor([3, 2, 1, 0], [1, 4])
 * item(reference().evaluateSync(topK(2)(logits, tensor([1], [1], 'int32')))) // => 1
 */
export const topK =
  (k: number) =>
  (logits: Tensor, labels: Labels): Tensor<[]> => {
    const classes = checkLabels('topK', logits, labels)
    if (!(Number.isInteger(k) && k >= 1)) fail('topK', 'a whole number from 1 on', String(k), 'Top 5 is usual.')
    const mask = equal(iota([classes]) as Labels, expandDims(labels, -1))
    const own = sum(select(mask, logits, 0) as Tensor, -1, true) as Tensor
    // Those that are not above are counted, or a model that gives NaN would have every label among its first.
    const others = sum(cast(lessEqual(logits, own) as Tensor<Shape, 'bool'>, 'int32'), -1) as Labels
    return mean(cast(greater(others, classes - k) as Tensor<Shape, 'bool'>, 'float32')) as Tensor<[]>
  }

/**
 * How often each class (row) was taken for each class (column), as int32 [classes, classes]. Sums over batches.
 *
 * @example
 * import { confusionMatrix, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const logits = tensor([[2, 1], [0, 3], [5, 4]])
 * toArray(reference().evaluateSync(confusionMatrix(2)(logits, tensor([0, 1, 1], [3], 'int32')))) // => Int32Array [1, 0, 1, 1]
 */
export const confusionMatrix =
  (classes: number) =>
  (logits: Tensor, labels: Labels): Tensor<Shape, 'int32'> => {
    const own = checkLabels('confusionMatrix', logits, labels)
    if (own !== classes)
      fail('confusionMatrix', `${classes} logits in a row`, String(own), 'Pass the number of classes.')
    const columns = cast(equal(expandDims(predictions(logits), -1), iota([classes]) as Labels), 'int32') as Labels
    return scatterAdd(labels, columns, classes)
  }
