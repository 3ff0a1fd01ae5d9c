/** Elements in another dtype. */
import { unaryNode } from '../build.js'
import type { DType } from '../dtype.js'
import { fail } from '../error.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'

/**
 * The element in another dtype; see the header for rounding.
 *
 * @example
 * import { cast, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(cast(tensor([1.9, -1.9, NaN]), 'int32'))) // => Int32Array [1, -1, 0]
 */
export const cast = <S extends Shape, D extends DType>(x: Tensor<S, DType>, dtype: D): Tensor<S, D> =>
  (x.dtype === dtype ? x : unaryNode('cast', x, dtype)) as Tensor<S, D>

/**
 * The same 32 bits read as another dtype of 32 bits.
 *
 * @throws PullbackError when a dtype has not 32 bits
 * @example
 * import { bitcast, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(bitcast(tensor([1], [1]), 'uint32'))) // => Uint32Array [1065353216]
 */
export const bitcast = <S extends Shape, D extends 'float32' | 'int32' | 'uint32'>(
  x: Tensor<S, 'float32'> | Tensor<S, 'int32'> | Tensor<S, 'uint32'>,
  dtype: D,
): Tensor<S, D> => {
  const from = x.dtype as DType
  if (from === 'float64' || from === 'bool')
    fail('bitcast', 'a dtype of 32 bits', from, 'bitcast reads float32, int32 and uint32.')
  return (from === dtype ? x : unaryNode('bitcast', x, dtype)) as Tensor<S, D>
}
