/**
 * Elementary functions in float32, built from correctly rounded operations alone, so that their bits are the same
 * wherever samplers run. After the Cephes library of S. L. Moshier ("Methods and Programs for Mathematical Functions",
 * 1989); within 2 ulp.
 */
import type { Arithmetic } from './arithmetic.js'

/** Horner's scheme; the coefficient of the highest power comes first. */
export const polynomial = <F, W, B>(a: Arithmetic<F, W, B>, x: F, coefficients: readonly number[]): F =>
  coefficients.slice(1).reduce((value, c) => a.add(a.mul(value, x), a.constant(c)), a.constant(coefficients[0]))

const BITS_OF_ONE = 0x3f800000
const BITS_OF_SQRT_HALF = 0x3f3504f3

const LOG_COEFFICIENTS = [
  0.070376836292, -0.1151461031, 0.116769987, -0.12420140846, 0.14249322787, -0.16668057665, 0.20000714765,
  -0.24999993993, 0.33333331174,
]
/** ln 2 in two parts; the first has few bits, so that its multiples are exact. */
const LN2_HIGH = 0.693359375
const LN2_LOW = -0.00021219444

/** log(1 + f) + exponent ln 2 */
const assemble = <F, W, B>(a: Arithmetic<F, W, B>, f: F, exponent: F): F => {
  const square = a.mul(f, f)
  const series = a.mul(a.mul(polynomial(a, f, LOG_COEFFICIENTS), f), square)
  const rest = a.sub(a.add(series, a.mul(exponent, a.constant(LN2_LOW))), a.mul(square, a.constant(0.5)))
  return a.add(a.add(f, rest), a.mul(exponent, a.constant(LN2_HIGH)))
}

/** Fraction in [sqrt(1/2), sqrt(2)) and exponent of a positive normal float. */
const normalize = <F, W, B>(a: Arithmetic<F, W, B>, x: F): { readonly fraction: F; readonly exponent: F } => {
  const shifted = a.addWords(a.bitsOfFloat(x), a.mask(BITS_OF_ONE - BITS_OF_SQRT_HALF))
  return {
    fraction: a.floatOfBits(a.addWords(a.and(shifted, a.mask(0x007fffff)), a.mask(BITS_OF_SQRT_HALF))),
    exponent: a.sub(a.toFloat(a.shiftRight(shifted, 23)), a.constant(127)),
  }
}

/** log(x) of a positive normal float. */
export const floatLog = <F, W, B>(a: Arithmetic<F, W, B>, x: F): F => {
  const { fraction, exponent } = normalize(a, x)
  return assemble(a, a.sub(fraction, a.constant(1)), exponent)
}

/** log(t) for t in (0, 1], where `complement` is 1 - t without its cancellation: precise also where t rounds to 1. */
export const floatLogOfUnit = <F, W, B>(a: Arithmetic<F, W, B>, t: F, complement: F): F => {
  const { fraction, exponent } = normalize(a, t)
  const isNearOne = a.less(a.constant(-0.5), exponent)
  return assemble(a, a.select(isNearOne, a.sub(a.constant(0), complement), a.sub(fraction, a.constant(1))), exponent)
}

const EXP_COEFFICIENTS = [0.00019875691, 0.0013981999, 0.0083334519, 0.041665796, 0.16666665, 0.5]

/** exp(x) for -87 < x < 88. */
export const floatExp = <F, W, B>(a: Arithmetic<F, W, B>, x: F): F => {
  const k = a.floor(a.add(a.mul(x, a.constant(Math.LOG2E)), a.constant(0.5)))
  const r = a.sub(a.sub(x, a.mul(k, a.constant(LN2_HIGH))), a.mul(k, a.constant(LN2_LOW)))
  const series = a.mul(polynomial(a, r, EXP_COEFFICIENTS), a.mul(r, r))
  const scale = a.floatOfBits(a.shiftLeft(a.toWord(a.add(k, a.constant(127))), 23))
  return a.mul(a.add(a.add(series, r), a.constant(1)), scale)
}

/** scale x + shift; what does nothing is left out. */
export const affine = <F, W, B>(a: Arithmetic<F, W, B>, x: F, scale: number, shift: number): F => {
  const scaled = scale === 1 ? x : a.mul(x, a.float(scale))
  return shift === 0 ? scaled : a.add(scaled, a.float(shift))
}

/** A number strictly between 0 and 1, or 1 by rounding: (word + 1/2) / 2^32, to 24 significant bits. */
export const openUnit = <F, W, B>(a: Arithmetic<F, W, B>, word: W): F =>
  a.add(a.mul(a.toFloat(word), a.constant(1 / 4294967296)), a.constant(1 / 8589934592))
