/**
 * The remainder of a number modulo `pi / 2`, as a double-double, and the quadrant it lies in.
 *
 * Up to `2 ** 20 * pi / 2` in the manner of Cody and Waite ("Software Manual for the Elementary Functions", 1980), with
 * `pi / 2` in parts of 33 bits, whose products with the quotient are exact. Beyond, in integers, with `2 / pi` to 1216
 * bits, as Payne and Hanek showed that every float64 needs ("Radian reduction for trigonometric functions", 1983).
 */
import { highWord, lowWord, powerOfTwo } from './bits.js'
import { type DoubleDouble, fastTwoSum, twoSum } from './doubleDouble.js'

/** `x = quadrant * pi / 2 + remainder` modulo `2 pi`, with the remainder in about `[-pi / 4, pi / 4]`. */
export interface Reduced {
  readonly quadrant: number
  readonly remainder: DoubleDouble
}

const TWO_OVER_PI = 0.6366197723675814
const PART_1 = 1.5707963267341256
const PART_2 = 6.077100506303966e-11
const PART_3 = 2.0222662487111665e-21
const PART_4 = 8.4784276603689e-32

const LARGEST_MODERATE = 1647099

const reduceModerate = (x: number): Reduced => {
  const n = Math.floor(x * TWO_OVER_PI + 0.5)
  const second = twoSum(x - n * PART_1, -n * PART_2)
  const third = twoSum(second.high, -n * PART_3)
  return { quadrant: n & 3, remainder: fastTwoSum(third.high, second.low + third.low - n * PART_4) }
}

const FRACTION_BITS = 1216n
const TWO_OVER_PI_BITS = BigInt(
  '0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921c' +
    'fe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980f' +
    'ef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d08' +
    '56033046fc7b6bab',
)
const HALF_PI_BITS = 0x1921fb54442d18469898cc51701b839a252049c1114cf98e8n // times 2 ** -192

const RESULT_BITS = 256n

const reduceHuge = (x: number): Reduced => {
  const exponent = ((highWord(x) >> 20) & 0x7ff) - 1075
  const fraction = (BigInt((highWord(x) & 0xfffff) | 0x100000) << 32n) | BigInt(lowWord(x))
  const product = fraction * TWO_OVER_PI_BITS
  const turns = exponent >= 0 ? product << BigInt(exponent) : product >> BigInt(-exponent)
  const quotient = (turns + (1n << (FRACTION_BITS - 1n))) >> FRACTION_BITS
  const rest = turns - (quotient << FRACTION_BITS)
  const angle = (rest * HALF_PI_BITS) >> (FRACTION_BITS + 192n - RESULT_BITS)
  const high = Number(angle)
  const low = Number(angle - BigInt(high))
  const scale = powerOfTwo(-256)
  return { quadrant: Number(quotient & 3n), remainder: { high: high * scale, low: low * scale } }
}

/** Reduces a finite, non-negative number. */
export const reduceByHalfPi = (x: number): Reduced => (x <= LARGEST_MODERATE ? reduceModerate(x) : reduceHuge(x))
