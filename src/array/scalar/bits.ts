/**
 * The bits of a float64. Everything in this folder stands on these functions and on `+ - * /` and `Math.sqrt`, which
 * IEEE 754 defines to the last bit: the same numbers come out of every JavaScript engine.
 */

const scratch = new DataView(new ArrayBuffer(8))

/** The upper 32 bits, signed: sign, 11 bits of exponent, 20 of fraction. */
export const highWord = (x: number): number => {
  scratch.setFloat64(0, x)
  return scratch.getInt32(0)
}

/** The lower 32 bits of the fraction, unsigned. */
export const lowWord = (x: number): number => {
  scratch.setFloat64(0, x)
  return scratch.getUint32(4)
}

/** The float64 made of two words. */
export const fromWords = (high: number, low: number): number => {
  scratch.setInt32(0, high)
  scratch.setUint32(4, low)
  return scratch.getFloat64(0)
}

/** `2 ** k` for `-1022 <= k <= 1023`. */
export const powerOfTwo = (k: number): number => fromWords((k + 1023) << 20, 0)

const TWO_TO_54 = powerOfTwo(54)
const TWO_TO_MINUS_54 = powerOfTwo(-54)
const SMALLEST_NORMAL = powerOfTwo(-1022)

/** `x * 2 ** k` with a single rounding, for `-1076 <= k <= 1024` and `x` in `(0.5, 2)`. */
export const scaleByPowerOfTwo = (x: number, k: number): number => {
  if (k > 1023) return x * 2 * powerOfTwo(k - 1)
  if (k < -1021) return x * powerOfTwo(k + 54) * TWO_TO_MINUS_54
  return x * powerOfTwo(k)
}

/** `x = fraction * 2 ** exponent`, with the fraction in `[sqrt(1/2), sqrt(2))`, for positive finite `x`. */
export interface Normalized {
  readonly fraction: number
  readonly exponent: number
}

const HIGH_OF_SQRT_HALF = 0x3fe6a09e
const HIGH_OF_ONE = 0x3ff00000

/** Splits a positive finite number at a power of two; the fraction lies about 1 so that its logarithm is small. */
export const normalize = (x: number): Normalized => {
  const subnormal = x < SMALLEST_NORMAL
  const y = subnormal ? x * TWO_TO_54 : x
  const shifted = highWord(y) + (HIGH_OF_ONE - HIGH_OF_SQRT_HALF)
  return {
    fraction: fromWords((shifted & 0x000fffff) + HIGH_OF_SQRT_HALF, lowWord(y)),
    exponent: (shifted >> 20) - 1023 - (subnormal ? 54 : 0),
  }
}
