/**
 * Sine and cosine by the kernels of the Sun Microsystems freely distributable mathematical library (fdlibm: K. C. Ng,
 * 1993) on `[-pi / 4, pi / 4]`, after a reduction that is exact enough for every float64.
 */

import { reduceByHalfPi } from './argumentReduction.js'
import { powerOfTwo } from './bits.js'

/** Below this the sine is its argument. */
const TINY = powerOfTwo(-27)

const S1 = -0.16666666666666632
const S2 = 0.00833333333332249
const S3 = -0.0001984126982985795
const S4 = 2.7557313707070068e-6
const S5 = -2.5050760253406863e-8
const S6 = 1.58969099521155e-10

/** `sin(x + tail)` on `[-pi / 4, pi / 4]`. */
const sinKernel = (x: number, tail: number): number => {
  const z = x * x
  const v = z * x
  const r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)))
  return x - (z * (0.5 * tail - v * r) - tail - v * S1)
}

const C1 = 0.0416666666666666
const C2 = -0.001388888888887411
const C3 = 2.480158728947673e-5
const C4 = -2.7557314351390663e-7
const C5 = 2.087572321298175e-9
const C6 = -1.1359647557788195e-11

/** `cos(x + tail)` on `[-pi / 4, pi / 4]`. */
const cosKernel = (x: number, tail: number): number => {
  const z = x * x
  const r = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))))
  const half = 0.5 * z
  const w = 1 - half
  return w + (1 - w - half + (z * r - x * tail))
}

const PI_OVER_4 = 0.7853981633974483

/** Sine shifted by a number of quadrants, of a non-negative angle. */
const sinFromQuadrant = (x: number, shift: number): number => {
  if (!(x < Infinity)) return NaN
  const { quadrant, remainder } = x <= PI_OVER_4 ? { quadrant: 0, remainder: { high: x, low: 0 } } : reduceByHalfPi(x)
  const { high, low } = remainder
  const turned = (quadrant + shift) & 3
  const magnitude = (turned & 1) === 0 ? sinKernel(high, low) : cosKernel(high, low)
  return turned < 2 ? magnitude : -magnitude
}

/**
 * The sine of an angle in radians, within 1 ulp for every float64. `sin(-0)` is -0, `sin(Infinity)` NaN.
 *
 * @example
 * sin(1e22) // => -0.8522008497671888
 */
export const sin = (x: number): number => {
  if (Math.abs(x) < TINY) return x
  return x < 0 ? -sinFromQuadrant(-x, 0) : sinFromQuadrant(x, 0)
}

/**
 * The cosine of an angle in radians, within 1 ulp for every float64. `cos(Infinity)` is NaN.
 *
 * @example
 * cos(1e22) // => 0.523214785395139
 */
export const cos = (x: number): number => sinFromQuadrant(Math.abs(x), 1)
