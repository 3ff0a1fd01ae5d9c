/** Layers that only move elements. `reshape` and `concat` are the functions of arrays, too, when given arrays. */
import type { DType } from '../array/dtype.js'
import { fail } from '../array/error.js'
import { concatAll, concat as concatArrays } from '../array/join.js'
import { reshape as reshapeArray, slice } from '../array/move.js'
import { normalizeAxis, type Shape, showShape, sizeOf } from '../array/shape.js'
import { isTensor, type Tensor } from '../array/tensor.js'
import type { Asked, Axis, Check, Concat, Out } from '../array/typing.js'
import { stateless } from './build.js'
import type { Layer, None } from './layer.js'
import { steady } from './staged.js'

const reshaped = (name: string, shapeFor: (x: Tensor) => Shape): Layer<Tensor, Tensor, None, None> =>
  steady(
    stateless<Tensor, Tensor>(name, (x) => {
      if (x.shape.length === 0) fail(name, 'a batch: rank 1 or more', 'a scalar', 'Axis 0 is the batch.')
      return [reshapeArray(x, shapeFor(x)), (cotangent) => reshapeArray(cotangent, x.shape)]
    }),
  )

/**
 * All axes after the batch as one: [N, ...] to [N, features].
 *
 * @example
 * import { chain, dense, flatten, maxPool2d } from 'pullback'
 *
 * const head = chain(maxPool2d(2), flatten(), dense(400, 10))
 */
export const flatten = <N extends number>(): Layer<Tensor<[N, ...number[]]>, Tensor<[N, number]>, None, None> =>
  reshaped('flatten', (x) => [x.shape[0], sizeOf(x.shape.slice(1))])

/** Reshaping: of an array, or as a layer that keeps the batch. */
export interface Reshape {
  <N extends number, const T extends Shape>(
    shape: T,
  ): Layer<Tensor<[N, ...number[]]>, Tensor<[N, ...Asked<T>]>, None, None>
  <D extends DType, const T extends Shape>(x: Tensor<Shape, D>, shape: T): Tensor<Asked<T>, D>
}

/**
 * The same elements, in row-major order, under another shape. One size may be -1: it is worked out. `reshape(x, shape)`
 * is of arrays; `reshape(shape)` is a layer, which keeps the batch: [N, ...] to [N, ...shape].
 *
 * @throws PullbackError when the numbers of elements differ
 * @example
 * import { ones, reshape } from 'pullback'
 *
 * reshape(ones([2, 6]), [3, -1]).shape // => [3, 4]
 * const layer = reshape([1, 28, 28]) // [N, 784] to [N, 1, 28, 28]
 */
export const reshape: Reshape = ((first: Tensor | Shape, second?: Shape) =>
  isTensor(first)
    ? reshapeArray(first, second as Shape)
    : reshaped('reshape', (x) => [x.shape[0], ...first])) as Reshape

/** Joining: of two arrays, or as a layer of a tuple of any length. */
export interface ConcatFunction {
  <T extends readonly Tensor[]>(axis: number): Layer<T, Tensor, None, None>
  <A extends Shape, B extends Shape, D extends DType, const X extends Axis<A>>(
    a: Tensor<A, D>,
    b: Tensor<B, NoInfer<D>> & Check<Concat<A, B, X>>,
    axis: X,
  ): Out<Concat<A, B, X>, D>
}

const joining = (axis: number): Layer<readonly Tensor[], Tensor, None, None> =>
  stateless('concat', (parts) => {
    if (!Array.isArray(parts))
      fail('concat', 'a tuple of arrays', isTensor(parts) ? showShape(parts.shape) : typeof parts, 'Put fanOut before.')
    const joined = concatAll(parts, axis)
    return [joined, (cotangent) => split(cotangent, parts, normalizeAxis('concat', axis, joined.shape.length))]
  })

/** The parts of a joined array. */
const split = (joined: Tensor, parts: readonly Tensor[], axis: number): readonly Tensor[] => {
  let from = 0
  return parts.map((part) => {
    const begin = joined.shape.map((_, i) => (i === axis ? from : 0))
    from += part.shape[axis]
    const to = from
    return slice(
      joined,
      begin,
      joined.shape.map((size, i) => (i === axis ? to : size)),
    )
  })
}

/**
 * `concat(a, b, axis)`: a, then b, along an axis. `concat(axis)`: the layer that joins a tuple of arrays, such as
 * `fanOut` makes.
 *
 * @throws PullbackError when other sizes than those of the axis differ
 * @example
 * import { chain, concat, conv2d, fanOut } from 'pullback'
 *
 * const inception = chain(
 *   fanOut(conv2d({ in: 8, out: 4, kernel: 1 }), conv2d({ in: 8, out: 4, kernel: 3, padding: 1 })),
 *   concat(1),
 * )
 */
export const concat: ConcatFunction = ((first: Tensor | number, second?: Tensor, axis?: number) =>
  typeof first === 'number' ? joining(first) : concatArrays(first, second as never, axis as never)) as ConcatFunction
