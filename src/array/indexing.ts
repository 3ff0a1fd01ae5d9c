/**
 * Reading and adding by index, counting, sorting and running sums.
 *
 * An index outside the table reads 0 and adds nothing: so `gather` and `scatterAdd` are adjoint for every index.
 */
import { build } from './build.js'
import { type DType, isInteger, type NumericDType } from './dtype.js'
import { fail } from './error.js'
import { permute } from './move.js'
import { noAttributes } from './node.js'
import { checkShape, normalizeAxis, type Shape, showShape } from './shape.js'
import type { Mutable, Tensor } from './tensor.js'

type Integers = Tensor<Shape, 'int32'> | Tensor<Shape, 'uint32'>

const checkIndices = (path: string, indices: Integers): void => {
  if (!isInteger(indices.dtype))
    fail(path, 'int32 or uint32 indices', indices.dtype, `Make the indices with tensor(values, shape, 'int32').`)
}

/**
 * 0, 1, 2, ... in row-major order, as int32, uint32 or a float dtype.
 *
 * @example
 * import { iota, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(iota([2, 2]))) // => Int32Array [0, 1, 2, 3]
 */
export const iota = <const S extends Shape, D extends NumericDType = 'int32'>(
  shape: S,
  dtype?: D,
): Tensor<Mutable<S>, NoInfer<D>> => {
  checkShape('iota', shape)
  return build('iota', dtype ?? 'int32', [...shape], noAttributes) as Tensor<Mutable<S>, D>
}

/** The order of axes that brings `axis` to the front, and back. */
const toFront = (axis: number, rank: number): number[] => [
  axis,
  ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis),
]

/**
 * Slices of `table` at `indices` along `axis`: the axis is replaced by the shape of the indices.
 * The node gathers along axis 0: [n, ...rest] and [...m] give [...m, ...rest].
 *
 * @throws PullbackError when indices are no integers
 * @example
 * import { gather, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(gather(tensor([[1, 2], [3, 4]]), tensor([1, 1], [2], 'int32')))) // => Float32Array [3, 4, 3, 4]
 */
export const gather = <D extends DType>(table: Tensor<Shape, D>, indices: Integers, axis = 0): Tensor<Shape, D> => {
  checkIndices('gather', indices)
  const rank = table.shape.length
  const at = normalizeAxis('gather', axis, rank)
  const front = permute(table, toFront(at, rank)) as Tensor<Shape, D>
  const shape = [...indices.shape, ...front.shape.slice(1)]
  checkShape('gather', shape)
  const rows = build('gather', table.dtype, shape, noAttributes, front, indices) as Tensor<Shape, D>
  if (at === 0) return rows
  const m = indices.shape.length
  const rest = Array.from({ length: rank - 1 }, (_, i) => m + i)
  const order = [...rest.slice(0, at), ...Array.from({ length: m }, (_, i) => i), ...rest.slice(at)]
  return permute(rows, order)
}

/**
 * [...m] indices and [...m, ...rest] updates give [rows, ...rest]: every update is added to its row of zeros, in
 * ascending order of the updates.
 *
 * @throws PullbackError when indices are no integers, or updates do not begin with their shape
 * @example
 * import { scatterAdd, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(scatterAdd(tensor([1, 1], [2], 'int32'), tensor([5, 6]), 3))) // => Float32Array [0, 11, 0]
 */
export const scatterAdd = <D extends NumericDType>(
  indices: Integers,
  updates: Tensor<Shape, D>,
  rows: number,
): Tensor<Shape, D> => {
  checkIndices('scatterAdd', indices)
  const m = indices.shape.length
  if (updates.shape.length < m || indices.shape.some((size, i) => size !== updates.shape[i]))
    fail(
      'scatterAdd',
      `updates that begin with ${showShape(indices.shape)}`,
      showShape(updates.shape),
      'Give one update for each index.',
    )
  const shape = [rows, ...updates.shape.slice(m)]
  checkShape('scatterAdd', shape)
  return build('scatterAdd', updates.dtype, shape, noAttributes, indices, updates) as Tensor<Shape, D>
}

/**
 * The places of the elements in ascending order along the last axis, as int32; equal ones keep their order, NaN is last.
 *
 * @example
 * import { argSort, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(argSort(tensor([3, 1, 2])))) // => Int32Array [1, 2, 0]
 */
export const argSort = <S extends Shape, D extends NumericDType>(x: Tensor<S, D>): Tensor<S, 'int32'> => {
  if (x.shape.length < 1) fail('argSort', 'rank 1 or more', 'a scalar', 'There is nothing to sort.')
  return build('argSort', 'int32', x.shape, noAttributes, x) as Tensor<S, 'int32'>
}

/**
 * Running sums along one axis: y[i] = x[0] + ... + x[i], added in ascending order. attributes: the axis.
 *
 * @example
 * import { cumulativeSum, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(cumulativeSum(tensor([1, 2, 3]), 0))) // => Float32Array [1, 3, 6]
 */
export const cumulativeSum = <S extends Shape, D extends NumericDType>(x: Tensor<S, D>, axis: number): Tensor<S, D> =>
  build('cumulativeSum', x.dtype, x.shape, [normalizeAxis('cumulativeSum', axis, x.shape.length)], x) as Tensor<S, D>
