/**
 * Arrays made of one value. They are broadcast scalars: no memory until something writes them.
 *
 * `NoInfer` keeps the dtype that is left out float32, whatever dtype the place would like to have.
 */
import type { DType } from './dtype.js'
import { broadcastTo } from './move.js'
import { checkShape, type Shape } from './shape.js'
import { literal, type Mutable, type Tensor } from './tensor.js'

/**
 * Every element is `value`.
 *
 * @example
 * import { full } from 'pullback'
 *
 * full([2, 3], 0.5).shape // => [2, 3]
 */
export const full = <const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  value: number | boolean,
  dtype?: D,
): Tensor<Mutable<S>, NoInfer<D>> => {
  checkShape('full', shape)
  return broadcastTo(literal(value, dtype ?? ('float32' as D)) as Tensor<Shape, D>, shape)
}
/**
 * Zeros, float32 unless a dtype is given.
 *
 * @example
 * import { zeros } from 'pullback'
 *
 * zeros([2, 3], 'int32').dtype // => 'int32'
 */
export const zeros = <const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  dtype?: D,
): Tensor<Mutable<S>, NoInfer<D>> => full(shape, 0, dtype)
/**
 * Ones, float32 unless a dtype is given.
 *
 * @example
 * import { ones } from 'pullback'
 *
 * ones([2, 3]).shape // => [2, 3]
 */
export const ones = <const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  dtype?: D,
): Tensor<Mutable<S>, NoInfer<D>> => full(shape, 1, dtype)

/**
 * Zeros of the shape and dtype of x.
 *
 * @example
 * import { tensor, zerosLike } from 'pullback'
 *
 * zerosLike(tensor([[1, 2], [3, 4]])).shape // => [2, 2]
 */
export const zerosLike = <S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> => full(x.shape, 0, x.dtype)

/**
 * Ones of the shape and dtype of x.
 *
 * @example
 * import { onesLike, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(onesLike(tensor([5, 7], [2], 'int32')))) // => Int32Array [1, 1]
 */
export const onesLike = <S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> => full(x.shape, 1, x.dtype)
