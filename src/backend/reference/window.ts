/** The adjoint of sliding windows; see src/array/window.ts. */
import { allocate, type HostArray } from '../../array/dtype.js'
import { type Shape, sizeOf } from '../../array/shape.js'
import { addition } from './rounding.js'
import { placesOf } from './strided.js'
import type { View } from './view.js'

/** Row-major over [lead, size, count]: every place receives its window elements in ascending order of `size`. */
export const overlapAdd = (y: View, attributes: readonly number[], shape: Shape): HostArray => {
  const add = addition(y.dtype)
  const out = allocate(y.dtype, sizeOf(shape))
  const to = placesOf({ op: 'window', shape: y.shape, attributes }, shape)
  for (let i = 0; i < to.length; i++) out[to[i]] = add(out[to[i]], y.data[i])
  return out
}
