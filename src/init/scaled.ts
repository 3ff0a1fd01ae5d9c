/**
 * Initialisers whose variance follows the fans: gain² / fan. They keep signals, or gradients, at one scale through depth.
 *
 * Layers use `kaimingNormal()` for their weights unless told otherwise. The lectures' Xavier, with deviation
 * 1 / sqrt(fan in), is `xavierNormal({ fan: 'in' })`; without options Xavier takes the average of both fans, as Glorot
 * and Bengio state it.
 */
import { checkFinite, fail } from '../array/error.js'
import { normal, truncatedNormal } from '../random/normal.js'
import { uniform } from '../random/uniform.js'
import { type Activation, gainOf } from './gain.js'
import type { Fans, Initializer } from './initializer.js'

/** Which variance is drawn: gain² divided by the fan. */
export interface Scaling {
  /** A factor of the deviation, or the activation that follows and says which. */
  readonly gain?: number | Activation
  /** What the variance is divided by: inputs of an output, outputs of an input, or their average. */
  readonly fan?: 'in' | 'out' | 'average'
}

const deviationOf = (name: string, fans: Fans, { gain, fan }: Required<Scaling>): number => {
  const sizes = { in: fans.in, out: fans.out, average: (fans.in + fans.out) / 2 }
  const size = sizes[fan] ?? fail(name, `fan 'in', 'out' or 'average'`, String(fan), 'Leave it out for the default.')
  const factor = typeof gain === 'number' ? gain : gainOf(gain)
  checkFinite(name, 'gain', factor, 0)
  if (!(size > 0)) fail(name, 'positive fans', `${size}`, 'A layer needs inputs and outputs.')
  return factor / Math.sqrt(size)
}

const scaledNormal =
  (name: string, defaults: Required<Scaling>) =>
  (scaling: Scaling = {}): Initializer =>
  (shape, fans) =>
    normal({ shape, deviation: deviationOf(name, fans, { ...defaults, ...scaling }) })

/** A uniform distribution on [-b, b) has the variance b² / 3. */
const scaledUniform =
  (name: string, defaults: Required<Scaling>) =>
  (scaling: Scaling = {}): Initializer =>
  (shape, fans) => {
    const bound = Math.sqrt(3) * deviationOf(name, fans, { ...defaults, ...scaling })
    return uniform({ shape, low: -bound, high: bound })
  }

const xavier = { gain: 1, fan: 'average' } as const
const kaiming = { gain: 'relu', fan: 'in' } as const
const lecun = { gain: 1, fan: 'in' } as const

/**
 * Normal with deviation gain / sqrt((fan in + fan out) / 2).
 *
 * Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
 *
 * @example
 * import { dense, initializer } from 'pullback'
 *
 * const layer = dense(784, 256, { weightInitializer: initializer.xavierNormal({ fan: 'in' }) })
 */
export const xavierNormal = scaledNormal('xavierNormal', xavier)

/**
 * Uniform in [-b, b) with b = gain sqrt(6 / (fan in + fan out)); source as `xavierNormal`.
 *
 * @example
 * import { chain, dense, initializer, tanh } from 'pullback'
 *
 * const network = chain(dense(784, 256, { weightInitializer: initializer.xavierUniform({ gain: 'tanh' }) }), tanh())
 */
export const xavierUniform = scaledUniform('xavierUniform', xavier)

/**
 * Normal with deviation gain / sqrt(fan in), where the gain is sqrt(2) unless given.
 *
 * Source: He, Zhang, Ren and Sun, "Delving Deep into Rectifiers" (2015).
 *
 * @example
 * import { conv2d, initializer } from 'pullback'
 *
 * const layer = conv2d({ in: 3, out: 16, kernel: 3, weightInitializer: initializer.kaimingNormal({ fan: 'out' }) })
 */
export const kaimingNormal = scaledNormal('kaimingNormal', kaiming)

/**
 * Uniform in [-b, b) with b = gain sqrt(3 / fan in), where the gain is sqrt(2) unless given; source as `kaimingNormal`.
 *
 * @example
 * import { dense, initializer } from 'pullback'
 *
 * const layer = dense(784, 256, { weightInitializer: initializer.kaimingUniform({ gain: { leakyRelu: 0.1 } }) })
 */
export const kaimingUniform = scaledUniform('kaimingUniform', kaiming)

/**
 * Normal with deviation 1 / sqrt(fan in).
 *
 * Source: LeCun, Bottou, Orr and Müller, "Efficient BackProp" (1998).
 *
 * @example
 * import { chain, dense, initializer, selu } from 'pullback'
 *
 * const network = chain(dense(784, 256, { weightInitializer: initializer.lecunNormal() }), selu())
 */
export const lecunNormal = scaledNormal('lecunNormal', lecun)

/**
 * Uniform in [-b, b) with b = sqrt(3 / fan in); source as `lecunNormal`.
 *
 * @example
 * import { dense, initializer } from 'pullback'
 *
 * const layer = dense(784, 256, { weightInitializer: initializer.lecunUniform() })
 */
export const lecunUniform = scaledUniform('lecunUniform', lecun)

/** The deviation of a standard normal distribution between -2 and 2. */
const deviationWithin2 = 0.87962566103423978

/**
 * As `kaimingNormal` with the tails beyond two deviations cut off, and the variance that this takes given back.
 *
 * @example
 * import { conv2d, initializer } from 'pullback'
 *
 * const weightInitializer = initializer.kaimingTruncatedNormal({ fan: 'out' })
 * const layer = conv2d({ in: 3, out: 16, kernel: 3, weightInitializer })
 */
export const kaimingTruncatedNormal =
  (scaling: Scaling = {}): Initializer =>
  (shape, fans) =>
    truncatedNormal({
      shape,
      deviation: deviationOf('kaimingTruncatedNormal', fans, { ...kaiming, ...scaling }) / deviationWithin2,
    })
