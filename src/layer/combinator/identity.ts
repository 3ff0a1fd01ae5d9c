/** The unit of `chain`. */

import type { Tensor } from '../../array/tensor.js'
import { tuple } from '../../array/tuple.js'
import { stateless } from '../build.js'
import type { Layer, None } from '../layer.js'
import { steady } from '../staged.js'

/**
 * What comes in: the unit of `chain`. Its pullback gives the cotangent as it is.
 *
 * @example
 * import { identity, tensor, type Tensor } from 'pullback'
 *
 * const [y] = identity<Tensor>().infer({}, {}, tensor([1, 2]))
 * y.shape // => [2]
 */
export const identity = <X>(): Layer<X, X, None, None> =>
  steady(stateless<X, X>('identity', (x) => tuple(x, (cotangent) => cotangent)))

/**
 * The identity, with a shape: it pins the static shape at the head of a chain.
 *
 * @example
 * import { chain, input, linear, relu } from 'pullback'
 *
 * const layer = chain(input<[number, 10, 64]>(), linear(64, 256), relu())
 */
export const input = <S extends number[]>(): Layer<Tensor<S>, Tensor<S>, None, None> => identity<Tensor<S>>()
