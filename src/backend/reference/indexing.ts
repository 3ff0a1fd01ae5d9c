/** Reading and adding by index, counting, sorting and running sums; see src/array/indexing.ts. */
import { allocate, type DType, type HostArray } from '../../array/dtype.js'
import { type Shape, sizeOf } from '../../array/shape.js'
import { addition, rounded } from './rounding.js'
import type { View } from './view.js'

export const iota = (shape: Shape, dtype: DType): HostArray => {
  const out = allocate(dtype, sizeOf(shape))
  for (let i = 0; i < out.length; i++) out[i] = rounded[dtype](i)
  return out
}

const isRow = (index: number, rows: number): boolean => index >= 0 && index < rows

/** An index outside the table reads 0. */
export const gather = (table: View, indices: View, shape: Shape): HostArray => {
  const rest = sizeOf(table.shape.slice(1))
  const out = allocate(table.dtype, sizeOf(shape))
  for (let i = 0; i < indices.data.length; i++) {
    const row = indices.data[i]
    if (isRow(row, table.shape[0])) for (let j = 0; j < rest; j++) out[i * rest + j] = table.data[row * rest + j]!
  }
  return out
}

/** An index outside the table adds nothing. */
export const scatterAdd = (indices: View, updates: View, shape: Shape): HostArray => {
  const add = addition(updates.dtype)
  const rest = sizeOf(shape.slice(1))
  const out = allocate(updates.dtype, sizeOf(shape))
  for (let i = 0; i < indices.data.length; i++) {
    const row = indices.data[i]
    if (isRow(row, shape[0]))
      for (let j = 0; j < rest; j++) out[row * rest + j] = add(out[row * rest + j], updates.data[i * rest + j])
  }
  return out
}

/** Ascending, NaN last; the sort is stable. */
const ascending = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a < b ? -1 : Number(a > b)

export const argSort = (x: View): HostArray => {
  const length = x.shape[x.shape.length - 1]
  const out = allocate('int32', x.data.length)
  for (let begin = 0; begin < out.length; begin += length) {
    const order = Array.from({ length }, (_, i) => i)
    order.sort((i, j) => ascending(x.data[begin + i], x.data[begin + j]))
    out.set(order, begin)
  }
  return out
}

export const cumulativeSum = (x: View, axis: number): HostArray => {
  const add = addition(x.dtype)
  const length = x.shape[axis]
  const inner = sizeOf(x.shape.slice(axis + 1))
  const out = x.data.slice()
  for (let i = 0; i < out.length; i++) if (Math.floor(i / inner) % length > 0) out[i] = add(out[i - inner], x.data[i])
  return out
}
