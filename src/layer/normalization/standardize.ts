/** Elements shifted and scaled to mean 0 and variance 1, and how cotangents come back through the two statistics. */

import { expectFloat } from '../../array/dtype.js'
import { add, mul, rsqrt, square, sub } from '../../array/elementwise.js'
import { checkFinite } from '../../array/error.js'
import { mean } from '../../array/reduce.js'
import type { Shape } from '../../array/shape.js'
import type { Tensor } from '../../array/tensor.js'

export interface Statistics {
  readonly mean: Tensor
  /** Biased. */
  readonly variance: Tensor
}

/** Mean and biased variance over axes, which stay as size 1. Two passes: a difference of squares would cancel. */
export const statisticsOf = (x: Tensor, axes: readonly number[]): Statistics & { readonly centred: Tensor } => {
  const average: Tensor = mean(x, axes, true)
  const centred: Tensor = sub(x, average)
  return { mean: average, centred, variance: mean(square(centred), axes, true) }
}

/** 1 / sqrt(variance + epsilon) */
export const inverseDeviation = (variance: Tensor, epsilon: number): Tensor => rsqrt(add(variance, epsilon))

/**
 * (x - mean) / sqrt(variance + epsilon) with mean and biased variance over axes; epsilon 1e-5 unless given.
 *
 * @throws PullbackError when epsilon is negative or not finite
 * @example
 * import { standardize, tensor } from 'pullback'
 *
 * const z = standardize(tensor([[1, 3], [5, 5]]), [1]) // rows [-1, 1] and [0, 0], nearly
 * z.shape // => [2, 2]
 */
export const standardize = <S extends Shape>(x: Tensor<S>, axes: readonly number[], epsilon = 1e-5): Tensor<S> => {
  expectFloat('standardize', x.dtype)
  checkFinite('standardize', 'epsilon', epsilon, 0)
  const { centred, variance } = statisticsOf(x, axes)
  return mul(centred, inverseDeviation(variance, epsilon))
}
