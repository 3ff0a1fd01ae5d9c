/**
 * What a loss is: a pure function from a prediction and a target to one number, as dataflow. So it serves as a measure
 * as it stands, and its gradient comes from `valueAndGradient(loss)(prediction, target)`, or from `withPullback(loss)`.
 *
 * Laws: 1. prediction and target have the very shapes that the loss states; nothing broadcasts. 2. 'mean' is 'sum'
 * divided by the number of terms, and 'sum' the sum of 'none'. 3. The target gets no cotangent.
 */
import { type FloatDType, isFloat, isInteger } from '../array/dtype.js'
import { mul } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { mean, sum } from '../array/reduce.js'
import { type Shape, sameShape, showShape, sizeOf } from '../array/shape.js'
import { type AnyTensor, hostData, type Tensor } from '../array/tensor.js'
import { mapTree } from '../array/tree.js'
import { valueAndGradient } from '../diff/differentiable.js'

/** One number for a prediction and its target. */
export type LossFunction<X, T> = (prediction: X, target: T) => Tensor<[]>

/** How the terms of a loss become its value; 'none' keeps them. */
export type LossReduction = 'mean' | 'sum' | 'none'

/** How the terms of a loss become its result: their mean, their sum, or each by itself. */
export interface LossOptions<R extends LossReduction = LossReduction> {
  /** 'mean' unless given. */
  readonly reduction?: R
}

/** The value of a loss whose terms have the shape S. */
export type Reduced<S extends Shape, R extends LossReduction> = R extends 'none' ? Tensor<S> : Tensor<[]>

export const reduce = (name: string, terms: Tensor, reduction: LossReduction = 'mean'): Tensor => {
  if (reduction === 'none') return terms
  if (sizeOf(terms.shape) === 0)
    fail(name, 'at least one term', showShape(terms.shape), 'Skip batches without examples.')
  if (reduction === 'sum') return sum(terms)
  return reduction === 'mean'
    ? mean(terms)
    : fail(name, `reduction 'mean', 'sum' or 'none'`, String(reduction), 'Leave it out for the mean.')
}

const noBroadcast = 'Losses never broadcast: reshape one of them.'

/** A float target of the very shape and dtype of the prediction. */
export const checkPair = (name: string, prediction: AnyTensor, target: AnyTensor): void => {
  checkFloat(name, prediction)
  if (!sameShape(prediction.shape, target.shape))
    fail(
      name,
      `a target of the prediction's shape ${showShape(prediction.shape)}`,
      showShape(target.shape),
      noBroadcast,
    )
  if (target.dtype !== prediction.dtype)
    fail(name, `a ${prediction.dtype} target`, target.dtype, `Write cast(target, '${prediction.dtype}').`)
}

export const checkFloat = (name: string, prediction: AnyTensor): void => {
  if (!isFloat(prediction.dtype))
    fail(name, 'a float32 or float64 prediction', prediction.dtype, 'Predictions come from a layer.')
}

/** Integer labels, one for each row of scores [..., classes]. Labels on the host are looked at. */
export const checkLabels = (name: string, scores: AnyTensor, labels: AnyTensor): void => {
  checkFloat(name, scores)
  if (!isInteger(labels.dtype))
    fail(name, 'int32 labels', labels.dtype, `Make the labels with tensor(values, shape, 'int32').`)
  const rows = scores.shape.slice(0, -1)
  if (scores.shape.length < 2 || !sameShape(labels.shape, rows))
    fail(
      name,
      `scores [..., classes] and one label for each row`,
      `${showShape(scores.shape)} and ${showShape(labels.shape)}`,
      noBroadcast,
    )
  const classes = scores.shape[scores.shape.length - 1]
  const outside = hostData(labels)?.find((label) => label < 0 || label >= classes)
  if (outside !== undefined)
    fail(
      name,
      `labels from 0 to ${classes - 1}`,
      String(outside),
      'Count classes from 0, and give the layer one output for each.',
    )
}

/**
 * A loss with its pullback: the cotangent of the value goes back to the prediction.
 *
 * @throws PullbackError (from the pullback) when the cotangent is not one number of the loss' dtype
 * @example
 * import { literal, meanSquaredError, ones, withPullback, zeros } from 'pullback'
 *
 * const [loss, pullback] = withPullback(meanSquaredError)(ones([2, 3]), zeros([2, 3]))
 * pullback(literal(1)).shape // => [2, 3]
 */
export const withPullback =
  <X, T>(loss: LossFunction<X, T>) =>
  (prediction: X, target: T): readonly [loss: Tensor<[]>, pullback: (cotangent: Tensor<[]>) => X] => {
    const [value, gradient] = valueAndGradient<X, [T], FloatDType>(loss)(prediction, target)
    const scaled = (cotangent: Tensor<[]>): X => {
      const { shape, dtype } = cotangent as AnyTensor
      if (shape.length > 0 || dtype !== value.dtype)
        fail(
          'withPullback',
          `a cotangent ${value.dtype} []`,
          `${dtype} ${showShape(shape)}`,
          'A cotangent has the shape and dtype of the output it belongs to: one number.',
        )
      return mapTree(gradient, (leaf) =>
        isFloat(leaf.dtype) ? (mul(leaf as Tensor, cotangent as Tensor) as AnyTensor) : leaf,
      )
    }
    return [value as Tensor<[]>, scaled]
  }
