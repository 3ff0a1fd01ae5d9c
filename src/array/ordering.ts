/** Sorting, and reading along an axis by index. */
import type { DType, NumericDType } from './dtype.js'
import { fail } from './error.js'
import { normalizeAxis, type Shape, sameShape, showShape, sizeOf } from './shape.js'
import type { AnyTensor as Any, Tensor } from './tensor.js'
import {
  add,
  and,
  argSort,
  cast,
  equal,
  expandDims,
  flip,
  gather,
  iota,
  less,
  mul,
  permute,
  reshape,
  select,
} from './untyped.js'

type Integers = Tensor<Shape, 'int32'> | Tensor<Shape, 'uint32'>

const moveAxis = (x: Any, from: number, to: number): Any => {
  const order = x.shape.map((_, i) => i).filter((i) => i !== from)
  return permute(x, [...order.slice(0, to), from, ...order.slice(to)])
}

/**
 * y[..., i, ...] = x[..., indices[..., i, ...], ...]: an index for every element, along one axis. The other sizes of x and
 * indices agree. An index outside of the axis reads 0.
 *
 * @throws PullbackError when ranks or the other sizes differ
 * @example
 * import { takeAlongAxis, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * const places = tensor([1, 0], [2, 1], 'int32')
 * toArray(reference().evaluateSync(takeAlongAxis(tensor([[1, 2], [3, 4]]), places, 1))) // => Float32Array [2, 3]
 */
export const takeAlongAxis = <D extends DType>(
  x: Tensor<Shape, D>,
  indices: Integers,
  axis: number,
): Tensor<Shape, D> => {
  const rank = x.shape.length
  const at = normalizeAxis('takeAlongAxis', axis, rank)
  const others = (shape: Shape): Shape => shape.filter((_, i) => i !== at)
  if (indices.shape.length !== rank || !sameShape(others(x.shape), others(indices.shape)))
    fail(
      'takeAlongAxis',
      `indices of shape ${showShape(x.shape)} but for axis ${at}`,
      showShape(indices.shape),
      'Use gather to read whole slices.',
    )
  const n = x.shape[at]
  const rows = moveAxis(x, at, rank - 1)
  const places = moveAxis(cast(indices, 'int32'), at, rank - 1)
  const count = sizeOf(others(x.shape))
  const begin = mul(reshape(iota([count]), [...rows.shape.slice(0, -1), 1]), n)
  const inside = and(less(-1, places), less(places, n))
  const flat = gather(reshape(rows, [count * n]), select(inside, add(places, begin), -1))
  return moveAxis(flat, rank - 1, at) as Tensor<Shape, D>
}

/**
 * The elements in ascending (or descending) order along an axis, the last one unless given; NaN is largest.
 *
 * @example
 * import { sort, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(sort(tensor([3, 1, 2])))) // => Float32Array [1, 2, 3]
 */
export const sort = <S extends Shape, D extends NumericDType>(
  x: Tensor<S, D>,
  axis = -1,
  options: { readonly descending?: boolean } = {},
): Tensor<S, D> => {
  const rank = x.shape.length
  if (rank === 0) return x
  const at = normalizeAxis('sort', axis, rank)
  const rows = moveAxis(x, at, rank - 1)
  const order = argSort(rows)
  const sorted = takeAlongAxis(rows as Tensor, order as Tensor<Shape, 'int32'>, rank - 1) as Any
  return moveAxis(options.descending ? flip(sorted, [rank - 1]) : sorted, rank - 1, at) as Tensor<S, D>
}

/**
 * 1 at the place that each index names along a new last axis of size `classes`, else 0; all 0 for an index outside.
 *
 * @example
 * import { oneHot, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(oneHot(tensor([1, 0], [2], 'int32'), 2))) // => Float32Array [0, 1, 1, 0]
 */
export const oneHot = <D extends DType = 'float32'>(indices: Integers, classes: number, dtype?: D): Tensor<Shape, D> =>
  cast(equal(expandDims(indices, indices.shape.length), iota([classes], indices.dtype)), dtype ?? 'float32') as Tensor<
    Shape,
    D
  >
