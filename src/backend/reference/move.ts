/** Functions that only move elements, and are more than another way to read one array. */
import { allocate, type DType, type HostArray } from '../../array/dtype.js'
import { type Shape, sizeOf, stridesOf } from '../../array/shape.js'
import { dot, places, readAt, type View } from './view.js'

/** Writes x into `out` of `shape`, its corner at `corner`. */
const writeInto = (out: HostArray, shape: Shape, x: View, corner: readonly number[]): void => {
  const strides = stridesOf(shape)
  const to = places(x.shape, strides, dot(corner, strides))
  for (let i = 0; i < to.length; i++) out[to[i]] = x.data[i]!
}

/** attributes: before and after of each axis in turn. */
export const pad = (x: View, value: View, attributes: readonly number[], shape: Shape): HostArray => {
  const out = allocate(x.dtype, sizeOf(shape)).fill(value.data[0])
  const before = x.shape.map((_, axis) => attributes[2 * axis])
  writeInto(out, shape, x, before)
  return out
}

export const concat = (inputs: readonly View[], axis: number, shape: Shape, dtype: DType): HostArray => {
  const out = allocate(dtype, sizeOf(shape))
  let begin = 0
  for (const x of inputs) {
    const corner = shape.map((_, i) => (i === axis ? begin : 0))
    writeInto(out, shape, x, corner)
    begin += x.shape[axis]
  }
  return out
}

/** The corner is moved so that the window fits. */
export const dynamicSlice = (x: View, starts: View, sizes: Shape): HostArray => {
  const strides = stridesOf(x.shape)
  const corner = sizes.map((size, axis) => Math.min(Math.max(starts.data[axis], 0), x.shape[axis] - size))
  return readAt(x.data, x.dtype, places(sizes, strides, dot(corner, strides)))
}
