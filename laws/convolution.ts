/**
 * Laws of convolution, as textbooks state them, exact on dyadic numbers.
 *
 * 1. it commutes with translation
 * 2. dX is the full correlation of dY with the filter rotated by 180 degrees, channels in and out exchanged
 * 3. dW is the correlation of X with dY, images and channels exchanged
 *
 * "Convolution" is what networks call so: the correlation of images [N, I, H, W] with filters [O, I, kH, kW].
 */
import { type Device, flip, pad, permute, slice } from 'pullback'
import { identical } from './compare.js'
import { type Law, law, type Verdict } from './law.js'
import { dyadic } from './sample.js'
import { type Any, asAny, asFloat } from './untyped.js'

/** A convolution with its pullback. */
export interface ConvolutionInstance {
  readonly device: Device
  /** Of images and filters, stride 1, no padding; and the pullback to both. */
  readonly convolve: (
    x: Any,
    weight: Any,
  ) => readonly [y: Any, pullback: (cotangent: Any) => readonly [x: Any, weight: Any]]
}
/** What images, filters and cotangents are drawn from. */
export interface ConvolutionSample {
  readonly seed: number
}

const kernel = [2, 3] as const
const imagesOf = (seed: number): Any => dyadic([2, 3, 5, 4], 'float32', seed)
const filtersOf = (seed: number): Any => dyadic([4, 3, ...kernel], 'float32', seed + 1)

/** Zeros around images. */
const framed = (x: Any, [top, bottom]: readonly [number, number], [left, right]: readonly [number, number]): Any =>
  asAny(
    pad(asFloat(x), [
      [0, 0],
      [0, 0],
      [top, bottom],
      [left, right],
    ]),
  )
const exchanged = (x: Any): Any => asAny(permute(asFloat(x), [1, 0, 2, 3]))

const compare = async (device: Device, what: string, got: Any, wanted: Any): Promise<Verdict> => {
  const [a, b] = await device.evaluate([got, wanted] as const)
  return identical(what, a, b)
}

/** y and its cotangents at a sample. */
const at = ({ convolve }: ConvolutionInstance, seed: number) => {
  const [x, weight] = [imagesOf(seed), filtersOf(seed)]
  const [y, pullback] = convolve(x, weight)
  const dy = dyadic(y.shape, 'float32', seed + 2)
  const [dx, dWeight] = pullback(dy)
  return { x, weight, dy, dx, dWeight }
}

/**
 * Convolution commutes with translation, and both cotangents are the correlations that textbooks state: exact on
 * dyadic numbers.
 */
export const convolutionLaws: readonly Law<ConvolutionInstance, ConvolutionSample>[] = [
  law('Convolution: commutes with translation', ({ device, convolve }, { seed }) => {
    const [x, weight] = [imagesOf(seed), filtersOf(seed)]
    const [down, right] = [seed % 3, (seed >> 2) % 3]
    const [here] = convolve(framed(x, [2, 4], [2, 4]), weight)
    const [there] = convolve(framed(x, [2 + down, 4 - down], [2 + right, 4 - right]), weight)
    const [n, o, height, width] = here.shape as readonly [number, number, number, number]
    return compare(
      device,
      'the image moved',
      asAny(slice(asFloat(there), [0, 0, down, right], [n, o, height, width])),
      asAny(slice(asFloat(here), [0, 0, 0, 0], [n, o, height - down, width - right])),
    )
  }),
  law('Convolution: dX is the full correlation of dY with the rotated filter', (instance, { seed }) => {
    const { weight, dy, dx } = at(instance, seed)
    const [tall, wide] = [kernel[0] - 1, kernel[1] - 1]
    const rotated = exchanged(asAny(flip(asFloat(weight), [2, 3])))
    const [full] = instance.convolve(framed(dy, [tall, tall], [wide, wide]), rotated)
    return compare(instance.device, 'dX', dx, full)
  }),
  law('Convolution: dW is the correlation of X with dY', (instance, { seed }) => {
    const { x, dy, dWeight } = at(instance, seed)
    const [correlation] = instance.convolve(exchanged(x), exchanged(dy))
    return compare(instance.device, 'dW', dWeight, exchanged(correlation))
  }),
]
