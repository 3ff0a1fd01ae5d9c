/** Sliding windows and their adjoint; see src/array/window.ts. */
import { allocate, type HostArray } from '../../array/dtype.js'
import { type Shape, sizeOf, stridesOf } from '../../array/shape.js'
import { addition } from './rounding.js'
import { places, readAt, type View } from './view.js'

/** attributes: sizes, strides, dilations. Strides of [lead, size, count] over an image of shape [lead, spatial]. */
const windowStrides = (image: Shape, attributes: readonly number[]): number[] => {
  const n = attributes.length / 3
  const strides = stridesOf(image)
  const lead = strides.slice(0, image.length - n)
  const spatial = strides.slice(image.length - n)
  return [
    ...lead,
    ...spatial.map((stride, i) => stride * attributes[2 * n + i]),
    ...spatial.map((stride, i) => stride * attributes[n + i]),
  ]
}

export const window = (x: View, attributes: readonly number[], shape: Shape): HostArray =>
  readAt(x.data, x.dtype, places(shape, windowStrides(x.shape, attributes)))

/** Row-major over [lead, size, count]: every place receives its window elements in ascending order of `size`. */
export const overlapAdd = (y: View, attributes: readonly number[], shape: Shape): HostArray => {
  const add = addition(y.dtype)
  const out = allocate(y.dtype, sizeOf(shape))
  const to = places(y.shape, windowStrides(shape, attributes))
  for (let i = 0; i < to.length; i++) out[to[i]] = add(out[to[i]], y.data[i])
  return out
}
