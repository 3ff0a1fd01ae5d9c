/**
 * Laws of batch normalisation in training.
 *
 * 1. it ignores a positive scale and a shift of its input, channel by channel (up to epsilon, which is to be tiny)
 * 2. with scale sqrt(variance + epsilon) and shift mean, of its own input, it is the identity
 */
import { add, type Device, mean, reshape, sqrt, tensor, variance } from 'pullback'
import { close, type Tolerance } from './compare.js'
import { type Law, law } from './law.js'
import { dyadic, mix } from './sample.js'
import { type Any, asAny, asFloat, plus, times } from './untyped.js'

/** A batch normalisation in training. */
export interface NormalizationInstance {
  readonly device: Device
  /** Over images with 3 channels on axis 1: scale and shift are arrays of shape [3]. */
  readonly normalize: (scale: Any, shift: Any, x: Any) => Any
  readonly epsilon: number
  readonly tolerance: Tolerance
}
/** What images are drawn from. */
export interface NormalizationSample {
  readonly seed: number
}

const channels = 3
const imagesOf = (seed: number): Any => dyadic([4, channels, 2, 5], 'float64', seed)
const vector = (value: (i: number) => number): Any =>
  asAny(
    tensor(
      Array.from({ length: channels }, (_, i) => value(i)),
      [channels],
      'float64',
    ),
  )
const alongChannels = (v: Any): Any => asAny(reshape(asFloat(v), [channels, 1, 1]))

type NormalizationLaw = Law<NormalizationInstance, NormalizationSample>

/** The output does not change when a channel of the input is scaled (by more than 0) and shifted. */
export const affineInvarianceLaw: NormalizationLaw = law(
  'Normalization: ignores scale and shift of its input',
  async ({ device, normalize, tolerance }, { seed }) => {
    const x = imagesOf(seed)
    const [scale, shift] = [vector((i) => 1 + (mix(seed, i) % 8) / 4), vector((i) => (mix(seed, i + 9) % 16) - 8)]
    const changed = plus(times(x, alongChannels(scale)), alongChannels(shift))
    const [one, zero] = [vector(() => 1), vector(() => 0)]
    const [got, wanted] = await device.evaluate([normalize(one, zero, changed), normalize(one, zero, x)] as const)
    return close(tolerance)('the output', got, wanted)
  },
)

/** With the spread of its own input as scale, and its mean as shift, normalising gives the input back. */
export const restoringLaw: NormalizationLaw = law(
  'Normalization: its own statistics as scale and shift restore the input',
  async ({ device, normalize, epsilon, tolerance }, { seed }) => {
    const x = imagesOf(seed)
    const others = [0, 2, 3] as const
    const spread = asAny(sqrt(add(asFloat(asAny(variance(asFloat(x), others as never))), epsilon) as never))
    const centre = asAny(mean(asFloat(x), others as never))
    const [got] = await device.evaluate([normalize(spread, centre, x)])
    return close(tolerance)('the output', got, x)
  },
)
