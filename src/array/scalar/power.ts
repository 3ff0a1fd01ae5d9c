/** Powers as `exp(y log(x))`, with the logarithm and the product in double-double. */
import { powerOfTwo } from './bits.js'
import { twoProduct } from './doubleDouble.js'
import { expOfSum } from './exponential.js'
import { logDoubleDouble } from './logarithm.js'

const TWO_TO_64 = powerOfTwo(64)

const isOddInteger = (y: number): boolean => Math.floor(y) === y && Math.abs(y % 2) === 1

/** `x ** y` for positive finite `x` and finite `y` other than 0. */
const powOfPositive = (x: number, y: number): number => {
  if (x === 1) return 1
  if (y === 1) return x
  if (y === -1) return 1 / x
  if (y === 2) return x * x
  if (y === 0.5) return Math.sqrt(x)
  // beyond 2 ** 64 even the neighbours of 1 leave the range
  if (Math.abs(y) > TWO_TO_64) return x > 1 === y > 0 ? Infinity : 0
  const logarithm = logDoubleDouble(x)
  const product = twoProduct(y, logarithm.high)
  // a product out of range has lost its low part to overflow or needs none
  if (Math.abs(product.high) > 800) return product.high > 0 ? Infinity : 0
  return expOfSum(product.high, product.low + y * logarithm.low)
}

/**
 * `x` to the power of `y`, within 1 ulp; exact where the result is a float64 of few bits, such as integers. Special
 * cases are those of `Math.pow`: `pow(x, 0)` is 1 for every `x`, NaN too; `pow(1, Infinity)` and `pow(-1, Infinity)`
 * are NaN; a negative base needs an integer exponent, else NaN.
 *
 * @example
 * pow(2, 0.5) // => 1.4142135623730951
 * pow(-2, 3) // => -8
 */
export const pow = (x: number, y: number): number => {
  if (y === 0) return 1
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN
  const size = Math.abs(x)
  if (Math.abs(y) === Infinity) return size === 1 ? NaN : size > 1 === y > 0 ? Infinity : 0
  const negative = x < 0 || (x === 0 && 1 / x < 0)
  const sign = negative && isOddInteger(y) ? -1 : 1
  if (size === 0 || size === Infinity) return sign * ((size === 0) === y > 0 ? 0 : Infinity)
  if (negative && Math.floor(y) !== y) return NaN
  return sign * powOfPositive(size, y)
}
