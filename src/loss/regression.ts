/** Losses of differences. The mean is over all elements. */
import { abs, less, mul, select, square, sub } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import type { Shape } from '../array/shape.js'
import type { Tensor } from '../array/tensor.js'
import { checkPair, type LossOptions, type LossReduction, type Reduced, reduce } from './loss.js'

const difference = (name: string, prediction: Tensor, target: Tensor): Tensor => {
  checkPair(name, prediction, target)
  return sub(prediction, target)
}

/**
 * (prediction - target)²
 *
 * @throws PullbackError when the shapes differ: losses never broadcast
 * @example
 * import { meanSquaredError, ones, zeros } from 'pullback'
 *
 * const loss = meanSquaredError(ones([2, 3]), zeros([2, 3])) // 1
 * loss.shape // => []
 */
export const meanSquaredError = <S extends Shape, R extends LossReduction = 'mean'>(
  prediction: Tensor<S>,
  target: Tensor<NoInfer<S>>,
  options: LossOptions<R> = {},
): Reduced<S, R> =>
  reduce(
    'meanSquaredError',
    square(difference('meanSquaredError', prediction as Tensor, target as Tensor)),
    options.reduction,
  )

/**
 * |prediction - target|, whose derivative is 0 where they are equal
 *
 * @throws PullbackError when the shapes differ: losses never broadcast
 * @example
 * import { meanAbsoluteError, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(meanAbsoluteError(tensor([1, 2]), tensor([1, 4])))) // => Float32Array [1]
 */
export const meanAbsoluteError = <S extends Shape, R extends LossReduction = 'mean'>(
  prediction: Tensor<S>,
  target: Tensor<NoInfer<S>>,
  options: LossOptions<R> = {},
): Reduced<S, R> =>
  reduce(
    'meanAbsoluteError',
    abs(difference('meanAbsoluteError', prediction as Tensor, target as Tensor)),
    options.reduction,
  )

/** What `huber` takes beside prediction and target. */
export interface HuberOptions<R extends LossReduction = LossReduction> extends LossOptions<R> {
  /** Where the parabola ends; 1 unless given. */
  readonly delta?: number
}

/**
 * d² / 2 for |d| < delta, else delta (|d| - delta / 2), with d = prediction - target.
 *
 * Source: Huber, "Robust Estimation of a Location Parameter" (1964).
 *
 * @throws PullbackError when the shapes differ, or delta is not positive
 * @example
 * import { huber, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const loss = huber(tensor([0.5, 3]), tensor([0, 0]), { reduction: 'none' })
 * toArray(reference().evaluateSync(loss)) // => Float32Array [0.125, 2.5]
 */
export const huber = <S extends Shape, R extends LossReduction = 'mean'>(
  prediction: Tensor<S>,
  target: Tensor<NoInfer<S>>,
  options: HuberOptions<R> = {},
): Reduced<S, R> => {
  const { delta = 1, reduction } = options
  if (!(delta > 0 && delta < Number.POSITIVE_INFINITY))
    fail('huber', 'a positive, finite delta', String(delta), 'Leave it out for 1.')
  const d = difference('huber', prediction, target)
  const size: Tensor = abs(d)
  const near = mul(square(d), 0.5) as Tensor
  const far = mul(sub(size, delta / 2) as Tensor, delta) as Tensor
  const terms = select(less(size, delta) as Tensor<Shape, 'bool'>, near, far) as Tensor
  return reduce('huber', terms, reduction)
}
