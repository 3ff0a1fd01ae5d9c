/**
 * Laws of pooling over windows of 2 x 2 that tile an image, exact on dyadic numbers.
 *
 * 1. it commutes with flips
 * 2. max pooling gives each window's cotangent to its largest element, and to no other
 */
import { type Device, flip, tensor, toArray } from 'pullback'
import { identical } from './compare.js'
import { type Law, law } from './law.js'
import { distinct, dyadic, sizeOf } from './sample.js'
import { type Any, asAny, asFloat } from './untyped.js'

/** A pooling with its pullback. */
export interface PoolingInstance {
  readonly device: Device
  readonly pool: (x: Any) => readonly [y: Any, pullback: (cotangent: Any) => Any]
}
/** What images and cotangents are drawn from. */
export interface PoolingSample {
  readonly seed: number
}

const shape = [2, 3, 4, 6] as const
const pooled = [2, 3, 2, 3] as const

/** To flip an image and pool it is to pool it and flip the result: exact on dyadic numbers. */
export const poolingFlipLaw: Law<PoolingInstance, PoolingSample> = law(
  'Pooling: commutes with flips',
  async ({ device, pool }, { seed }) => {
    const x = dyadic(shape, 'float32', seed)
    const flipped = (y: Any): Any => asAny(flip(asFloat(y), seed % 2 === 0 ? [2] : [2, 3]))
    const [got, wanted] = await device.evaluate([pool(flipped(x))[0], flipped(pool(x)[0])] as const)
    return identical('the pooled flip', got, wanted)
  },
)

/** The place of the largest of the four elements of window `i`, in row-major order of the pooled image. */
const largestOf = (values: ArrayLike<number>, i: number): number => {
  const [, , height, width] = shape
  const [, , rows, columns] = pooled
  const image = Math.floor(i / (rows * columns))
  const row = Math.floor(i / columns) % rows
  const corner = image * height * width + 2 * row * width + 2 * (i % columns)
  return [corner, corner + 1, corner + width, corner + width + 1].reduce((a, b) => (values[b] > values[a] ? b : a))
}

/** Max pooling gives the cotangent of each window to its largest element, and to no other. */
export const maxPoolingLaw: Law<PoolingInstance, PoolingSample> = law(
  'Pooling: the largest element gets the cotangent',
  async ({ device, pool }, { seed }) => {
    const x = distinct(shape, 'float32', seed)
    const cotangent = dyadic(pooled, 'float32', seed + 1)
    const [values, parts] = [toArray(x), toArray(cotangent)]
    const routed = new Float32Array(sizeOf(shape))
    parts.forEach((part, i) => {
      routed[largestOf(values, i)] = part
    })
    const [got] = await device.evaluate([pool(x)[1](cotangent)])
    return identical('the cotangent', got, tensor(routed, shape))
  },
)
