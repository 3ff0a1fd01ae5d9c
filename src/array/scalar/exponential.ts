/**
 * Exponentials by the algorithms of the Sun Microsystems freely distributable mathematical library (fdlibm: K. C. Ng,
 * 1993): reduction to `x = k ln 2 + r`, `|r| <= ln 2 / 2`, and a Remes approximation on the remainder.
 */
import { powerOfTwo, scaleByPowerOfTwo } from './bits.js'

/** The first 32 bits of ln 2: products with exponents are exact. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

const P1 = 0.16666666666666602
const P2 = -0.0027777777777015593
const P3 = 6.613756321437934e-5
const P4 = -1.6533902205465252e-6
const P5 = 4.1381367970572385e-8

/** `exp(high + low)` for a low part below the last bit of the high one. */
export const expOfSum = (high: number, low: number): number => {
  if (Number.isNaN(high)) return high
  if (high > 710) return Infinity
  if (high < -746) return 0
  const k = Math.floor(Math.LOG2E * high + 0.5)
  const upper = high - k * LN2_HIGH
  const lower = k * LN2_LOW - low
  const r = upper - lower
  const t = r * r
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))))
  return scaleByPowerOfTwo(1 - (lower - (r * c) / (2 - c) - upper), k)
}

/**
 * The exponential function `e ** x`, within 1 ulp. `exp(-Infinity)` is 0.
 *
 * @example
 * exp(1) // => 2.7182818284590455
 */
export const exp = (x: number): number => expOfSum(x, 0)

/** Below this `exp(x) - 1` is `x`. */
const TINY = powerOfTwo(-54)

const Q1 = -0.03333333333333313
const Q2 = 0.0015873015872548146
const Q3 = -7.93650757867488e-5
const Q4 = 4.008217827329362e-6
const Q5 = -2.0109921818362437e-7

/**
 * `e ** x - 1`, within 1 ulp also for small `x`, where `exp(x) - 1` cancels. `expm1(-0)` is -0.
 *
 * @example
 * expm1(1e-20) // => 1e-20
 */
export const expm1 = (x: number): number => {
  if (Number.isNaN(x) || Math.abs(x) < TINY) return x
  if (x > 709.782712893384) return Infinity
  if (x < -40) return -1
  // k = 0 up to ln 2 / 2, so that small arguments are not touched by the reduction
  const k = Math.abs(x) <= 0.34657359027997264 ? 0 : Math.floor(Math.LOG2E * x + 0.5)
  const upper = x - k * LN2_HIGH
  const lower = k * LN2_LOW
  const r = upper - lower
  const lost = upper - r - lower
  const half = 0.5 * r
  const square = r * half
  const r1 = 1 + square * (Q1 + square * (Q2 + square * (Q3 + square * (Q4 + square * Q5))))
  const t = 3 - r1 * half
  const e = square * ((r1 - t) / (6 - r * t))
  if (k === 0) return r - (r * e - square)
  const rest = r * (e - lost) - lost - square
  if (k === -1) return 0.5 * (r - rest) - 0.5
  if (k === 1) return r < -0.25 ? -2 * (rest - (r + 0.5)) : 1 + 2 * (r - rest)
  if (k < 0 || k > 56) return scaleByPowerOfTwo(1 - (rest - r), k) - 1
  if (k < 20) return scaleByPowerOfTwo(1 - powerOfTwo(-k) - (rest - r), k)
  return scaleByPowerOfTwo(r - (rest + powerOfTwo(-k)) + 1, k)
}
