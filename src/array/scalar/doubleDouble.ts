/**
 * Double-double arithmetic: an unevaluated sum of two float64 with about 106 bits, after Dekker, "A floating-point
 * technique for extending the available precision" (1971), and Knuth. Used where one float64 is too short on the way to
 * a float64 result.
 *
 * Numbered laws: (1) `twoSum(a, b)` and `twoProduct(a, b)` are exact: high + low is the sum (product) of a and b, and
 * high is its rounding.
 */

/** `high + low`, where `high` is the float64 nearest to the sum. */
export interface DoubleDouble {
  readonly high: number
  readonly low: number
}

/** `a + b` exactly. */
export const twoSum = (a: number, b: number): DoubleDouble => {
  const high = a + b
  const partOfB = high - a
  return { high, low: a - (high - partOfB) + (b - partOfB) }
}

/** `a + b` exactly when `|a| >= |b|` or `a = 0`. */
export const fastTwoSum = (a: number, b: number): DoubleDouble => {
  const high = a + b
  return { high, low: a - high + b }
}

/** `2 ** 27 + 1` */
const SPLITTER = 134217729

/** The upper 26 bits of `x`, for `|x| < 2 ** 996`. */
const upperHalf = (x: number): number => {
  const scaled = SPLITTER * x
  return scaled - (scaled - x)
}

/** `a * b` exactly, for factors and product far from overflow and underflow. */
export const twoProduct = (a: number, b: number): DoubleDouble => {
  const high = a * b
  const aHigh = upperHalf(a)
  const aLow = a - aHigh
  const bHigh = upperHalf(b)
  const bLow = b - bHigh
  return { high, low: aHigh * bHigh - high + aHigh * bLow + aLow * bHigh + aLow * bLow }
}

/** `a + b`, with a relative error of about `2 ** -104` where nothing cancels. */
export const addDoubleDouble = (a: DoubleDouble, b: DoubleDouble): DoubleDouble => {
  const sum = twoSum(a.high, b.high)
  return fastTwoSum(sum.high, sum.low + (a.low + b.low))
}

/** `a * b`, with a relative error of about `2 ** -103`. */
export const multiplyDoubleDouble = (a: DoubleDouble, b: DoubleDouble): DoubleDouble => {
  const product = twoProduct(a.high, b.high)
  return fastTwoSum(product.high, product.low + (a.high * b.low + a.low * b.high))
}
