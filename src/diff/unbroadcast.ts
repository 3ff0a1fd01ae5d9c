/** The adjoint of broadcasting is summation: <unbroadcast(c, shape), x> = <c, broadcast(x, c.shape)>. */
import type { NumericDType } from '../array/dtype.js'
import { fail } from '../array/error.js'
import { type Shape, sameShape, showShape } from '../array/shape.js'
import type { AnyTensor, Mutable, Tensor } from '../array/tensor.js'
import { reshape, sum } from '../array/untyped.js'

/** For rules, whose shapes are right by construction. */
export const unbroadcastAny = (cotangent: AnyTensor, shape: Shape): AnyTensor => {
  if (sameShape(cotangent.shape, shape)) return cotangent
  const lead = cotangent.shape.length - shape.length
  const axes: number[] = []
  for (let i = 0; i < cotangent.shape.length; i++)
    if (i < lead || (shape[i - lead] === 1 && cotangent.shape[i] !== 1)) axes.push(i)
  return reshape(sum(cotangent, axes), shape)
}

/**
 * Sums over the axes along which an array of `shape` would have been repeated, so that the result has that shape.
 *
 * @throws PullbackError when `shape` does not broadcast to the shape of the cotangent
 * @example
 * import { ones, unbroadcast } from 'pullback'
 * unbroadcast(ones([2, 3]), [3]).shape // => [3]
 */
export const unbroadcast = <D extends NumericDType, const S extends Shape>(
  cotangent: Tensor<Shape, D>,
  shape: S,
): Tensor<Mutable<S>, D> => {
  const lead = cotangent.shape.length - shape.length
  if (lead < 0 || shape.some((size, i) => size !== 1 && size !== cotangent.shape[lead + i]))
    fail(
      'unbroadcast',
      `a shape that broadcasts to ${showShape(cotangent.shape)}`,
      showShape(shape),
      'Pass the shape of the array that was broadcast.',
    )
  return unbroadcastAny(cotangent, shape) as Tensor<Mutable<S>, D>
}
