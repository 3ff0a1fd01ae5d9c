/** What an instruction reads: elements in row-major order under a shape. */
import { allocate, type DType, type HostArray } from '../../array/dtype.js'
import { type Shape, sizeOf, stridesOf } from '../../array/shape.js'
import type { Operand } from '../../engine/interpret.js'

export type View = Operand<HostArray>

/** For every place of `shape` in row-major order: offset + the sum over the axes of index times stride. */
export const places = (shape: Shape, strides: readonly number[], offset = 0): Int32Array => {
  const out = new Int32Array(sizeOf(shape))
  if (out.length === 0) return out
  out[0] = offset
  let filled = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    for (let i = 1; i < shape[axis]; i++)
      for (let j = 0; j < filled; j++) out[i * filled + j] = out[j] + i * strides[axis]
    filled *= shape[axis]
  }
  return out
}

/** Strides that read an array of shape `from` as if it were broadcast to `to`. */
export const broadcastStrides = (from: Shape, to: Shape): number[] => {
  const lead = to.length - from.length
  const strides = stridesOf(from)
  return to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : strides[axis - lead]))
}

/** A new array whose element i is that of `data` at place `from[i]`. */
export const readAt = (data: HostArray, dtype: DType, from: Int32Array): HostArray => {
  const out = allocate(dtype, from.length)
  for (let i = 0; i < from.length; i++) out[i] = data[from[i]]!
  return out
}

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, n, i) => total + n * b[i], 0)
