/**
 * Logarithms by the algorithms of the Sun Microsystems freely distributable mathematical library (fdlibm: K. C. Ng,
 * 1993): `x = 2 ** k * m` with `m` about 1, and `log(m) = 2 atanh(s)` for `s = (m - 1) / (m + 1)`. `log2` and `log10`
 * go through double-double, so that exact powers give exact exponents.
 */
import { normalize, powerOfTwo } from './bits.js'
import {
  addDoubleDouble,
  type DoubleDouble,
  fastTwoSum,
  multiplyDoubleDouble,
  twoProduct,
  twoSum,
} from './doubleDouble.js'

/** The first 32 bits of ln 2: products with exponents are exact. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

const L1 = 0.6666666666666735
const L2 = 0.3999999999940942
const L3 = 0.2857142874366239
const L4 = 0.22222198432149784
const L5 = 0.1818357216161805
const L6 = 0.15313837699209373
const L7 = 0.14798198605116586

/** `log(1 + f) + correction + k ln 2` for `1 + f` in `[sqrt(1/2), sqrt(2))`. */
const logNearOne = (f: number, k: number, correction: number): number => {
  const halfSquare = 0.5 * f * f
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const r = w * (L2 + w * (L4 + w * L6)) + z * (L1 + w * (L3 + w * (L5 + w * L7)))
  return s * (halfSquare + r) + (k * LN2_LOW + correction) - halfSquare + f + k * LN2_HIGH
}

/** What a logarithm is outside of the positive finite numbers: NaN, infinity, or -infinity at 0. */
const outsideDomain = (x: number): number => (x === 0 ? -Infinity : x < 0 ? NaN : x)

const isPositiveFinite = (x: number): boolean => x > 0 && x < Infinity

/**
 * The natural logarithm, within 1 ulp. `log(0)` is -Infinity, `log` of a negative number NaN.
 *
 * @example
 * log(10) // => 2.302585092994046
 */
export const log = (x: number): number => {
  if (!isPositiveFinite(x)) return outsideDomain(x)
  const { fraction, exponent } = normalize(x)
  return logNearOne(fraction - 1, exponent, 0)
}

/** Below this `log(1 + x)` is `x`. */
const TINY = powerOfTwo(-54)

/**
 * `log(1 + x)`, within 1 ulp also for small `x`, where `1 + x` rounds. `log1p(-0)` is -0, `log1p(-1)` is -Infinity.
 *
 * @example
 * log1p(1e-20) // => 1e-20
 */
export const log1p = (x: number): number => {
  if (!(x > -1 && x < Infinity)) return x === -1 ? -Infinity : x < -1 ? NaN : x
  if (Math.abs(x) < TINY) return x
  if (x > -0.2928932188134524 && x < 0.41421356237309503) return logNearOne(x, 0, 0)
  const sum = 1 + x
  const { fraction, exponent } = normalize(sum)
  // what 1 + x lost, relative to it; past 2 ** 54 the one is what was lost, and does not matter
  const lost = exponent >= 54 ? 0 : exponent >= 2 ? 1 - (sum - x) : x - (sum - 1)
  return logNearOne(fraction - 1, exponent, lost / sum)
}

const ONE_THIRD: DoubleDouble = { high: 0.3333333333333333, low: 1.850371707708594e-17 }

/**
 * `log(m)` for `m` in `[sqrt(1/2), sqrt(2))`, with a relative error of about `2 ** -65`: `2 s (1 + s ** 2 / 3 + s ** 4
 * / 5 + ...)`.
 */
const logOfFraction = (m: number): DoubleDouble => {
  const f = m - 1
  if (f === 0) return { high: 0, low: 0 }
  const divisor = twoSum(m, 1)
  const quotient = f / divisor.high
  const product = twoProduct(quotient, divisor.high)
  const rest = (f - product.high - product.low - quotient * divisor.low) / divisor.high
  const s = fastTwoSum(quotient, rest)
  const z = multiplyDoubleDouble(s, s)
  const w = z.high
  const tail =
    w * w * (1 / 5 + w * (1 / 7 + w * (1 / 9 + w * (1 / 11 + w * (1 / 13 + w * (1 / 15 + w * tailFromSeventeen(w)))))))
  const series = addDoubleDouble(multiplyDoubleDouble(z, ONE_THIRD), { high: tail, low: 0 })
  const sum = addDoubleDouble(s, multiplyDoubleDouble(s, series))
  return { high: 2 * sum.high, low: 2 * sum.low }
}

const tailFromSeventeen = (w: number): number =>
  1 / 17 + w * (1 / 19 + w * (1 / 21 + w * (1 / 23 + w * (1 / 25 + w / 27))))

/** `log(x)` for positive finite `x`, to about 65 bits. */
export const logDoubleDouble = (x: number): DoubleDouble => {
  const { fraction, exponent } = normalize(x)
  const multipleOfLn2 = twoSum(exponent * LN2_HIGH, exponent * LN2_LOW)
  return addDoubleDouble(multipleOfLn2, logOfFraction(fraction))
}

const INVERSE_LN2: DoubleDouble = { high: Math.LOG2E, low: 2.0355273740931033e-17 }
const INVERSE_LN10: DoubleDouble = { high: Math.LOG10E, low: 1.098319650216765e-17 }
const LOG10_OF_2: DoubleDouble = { high: 0.3010299956639812, low: -2.8037281277851704e-18 }

/** The value of `log(fraction) * factor + exponent * log_b(2)`, rounded once. */
const logToBase = (x: number, factor: DoubleDouble, logOf2: DoubleDouble): number => {
  const { fraction, exponent } = normalize(x)
  const whole = multiplyDoubleDouble(logOf2, { high: exponent, low: 0 })
  return addDoubleDouble(whole, multiplyDoubleDouble(logOfFraction(fraction), factor)).high
}

/**
 * The logarithm to base 2, within 1 ulp; `log2(2 ** k)` is exactly `k`.
 *
 * @example
 * log2(8) // => 3
 */
export const log2 = (x: number): number =>
  isPositiveFinite(x) ? logToBase(x, INVERSE_LN2, { high: 1, low: 0 }) : outsideDomain(x)

/**
 * The logarithm to base 10, within 1 ulp; `log10(10 ** k)` is exactly `k` for `0 <= k <= 22`.
 *
 * @example
 * log10(1000) // => 3
 */
export const log10 = (x: number): number =>
  isPositiveFinite(x) ? logToBase(x, INVERSE_LN10, LOG10_OF_2) : outsideDomain(x)
