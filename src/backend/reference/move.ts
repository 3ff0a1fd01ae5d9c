/** Functions that only move elements. */
import { allocate, type DType, type HostArray } from '../../array/dtype.js'
import { type Shape, sizeOf, stridesOf } from '../../array/shape.js'
import { broadcastStrides, places, readAt, type View } from './view.js'

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((total, n, i) => total + n * b[i], 0)

export const permute = (x: View, permutation: readonly number[], shape: Shape): HostArray => {
  const strides = stridesOf(x.shape)
  const permuted = permutation.map((axis) => strides[axis])
  return readAt(x.data, x.dtype, places(shape, permuted))
}

export const broadcast = (x: View, shape: Shape): HostArray =>
  readAt(x.data, x.dtype, places(shape, broadcastStrides(x.shape, shape)))

/** attributes: begin of all axes, then step of all axes. */
export const slice = (x: View, attributes: readonly number[], shape: Shape): HostArray => {
  const rank = x.shape.length
  const strides = stridesOf(x.shape)
  const steps = strides.map((stride, axis) => stride * attributes[rank + axis])
  return readAt(x.data, x.dtype, places(shape, steps, dot(attributes.slice(0, rank), strides)))
}

export const flip = (x: View, axes: readonly number[]): HostArray => {
  if (x.data.length === 0) return x.data.slice()
  const strides = stridesOf(x.shape)
  const last = dot(
    axes.map((axis) => x.shape[axis] - 1),
    axes.map((axis) => strides[axis]),
  )
  const turned = strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride))
  return readAt(x.data, x.dtype, places(x.shape, turned, last))
}

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
