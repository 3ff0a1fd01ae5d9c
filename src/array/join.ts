/** Several tensors made one. */
import { buildOver } from './build.js'
import type { DType } from './dtype.js'
import { fail } from './error.js'
import { expandDims } from './move.js'
import { checkShape, normalizeAxis, type Shape, showShape } from './shape.js'
import type { Tensor } from './tensor.js'
import type { Axis, Check, Concat, Out } from './typing.js'

/**
 * Any number of tensors behind one another along an axis; see `concat`. attributes: the axis.
 *
 * @throws PullbackError when dtypes, or sizes of the other axes, differ
 * @example
 * import { concatAll, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(concatAll([tensor([1, 2], [2]), tensor([3], [1])], 0))) // => Float32Array [1, 2, 3]
 */
export const concatAll = <D extends DType>(tensors: readonly Tensor<Shape, D>[], axis: number): Tensor<Shape, D> => {
  const first = tensors[0] ?? fail('concat', 'at least one tensor', 'none', 'Pass what is to be joined.')
  const at = normalizeAxis('concat', axis, first.shape.length)
  for (const other of tensors) {
    if (other.shape.length !== first.shape.length || other.shape.some((size, i) => i !== at && size !== first.shape[i]))
      fail(
        'concat',
        `sizes ${showShape(first.shape)} except on axis ${at}`,
        showShape(other.shape),
        'Reshape or slice one of them.',
      )
    if (other.dtype !== first.dtype) fail('concat', first.dtype, other.dtype, 'Cast one of them.')
  }
  if (tensors.length === 1) return first
  const shape = first.shape.map((size, i) => (i === at ? tensors.reduce((n, t) => n + t.shape[at], 0) : size))
  checkShape('concat', shape)
  return buildOver('concat', first.dtype, shape, tensors, [at]) as Tensor<Shape, D>
}

/** a, then b, along `axis`; the other sizes agree. */
export const concat = <A extends Shape, B extends Shape, D extends DType, const X extends Axis<A>>(
  a: Tensor<A, D>,
  b: Tensor<B, NoInfer<D>> & Check<Concat<A, B, X>>,
  axis: X,
): Out<Concat<A, B, X>, D> => concatAll([a as Tensor<Shape, D>, b as Tensor<Shape, D>], axis as number) as never

/**
 * Tensors of one shape along a new axis.
 *
 * @example
 * import { stack, tensor } from 'pullback'
 *
 * stack([tensor([1, 2]), tensor([3, 4]), tensor([5, 6])]).shape // => [3, 2]
 */
export const stack = <S extends Shape, D extends DType>(tensors: readonly Tensor<S, D>[], axis = 0): Tensor<Shape, D> =>
  concatAll(
    tensors.map((x) => expandDims(x as Tensor<Shape, D>, axis)),
    axis,
  )
