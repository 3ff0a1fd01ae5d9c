/**
 * The error function by the algorithm of the Sun Microsystems freely distributable mathematical library (fdlibm: K. C.
 * Ng, 1993): rational approximations on five intervals, the outer ones of `log(x erfc(x) exp(x ** 2))`.
 */
import { fromWords, highWord, powerOfTwo } from './bits.js'
import { exp } from './exponential.js'

/** Horner's scheme; the constant coefficient comes first. */
const polynomial = (x: number, coefficients: readonly number[]): number => {
  let value = 0
  for (let i = coefficients.length - 1; i >= 0; i -= 1) value = value * x + coefficients[i]
  return value
}

/** Below this the next term of the series is lost in rounding. */
const TINY = powerOfTwo(-28)

/** erf(1) to single precision, so that what is left has all of its bits. */
const ERF_NEAR_ONE = 0.8450629115104675
const TWO_OVER_ROOT_PI_LESS_ONE = 0.1283791670955126

/** |x| < 0.84375: erf(x) = x + x P(x²) / Q(x²) */
const P_SMALL = [
  0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442, -2.3763016656650163e-5,
]
const Q_SMALL = [
  1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164, -3.960228278775368e-6,
]

/** 0.84375 <= |x| < 1.25: erf(x) = 0.845... + P(|x| - 1) / Q(|x| - 1) */
const P_MIDDLE = [
  -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668,
  0.035478304325618236, -0.002166375594868791,
]
const Q_MIDDLE = [
  1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
  0.011984499846799107,
]

/** 1.25 <= |x| < 1 / 0.35: 1 - erf(x) = exp(-x² - 0.5625 + P(1 / x²) / Q(1 / x²)) / x */
const P_LARGE = [
  -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
  -184.60509290671104, -81.2874355063066, -9.814329344169145,
]
const Q_LARGE = [
  1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
  108.63500554177944, 6.570249770319282, -0.0604244152148581,
]

/** 1 / 0.35 <= |x| < 6 */
const P_LARGEST = [
  -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
  -1025.0951316110772, -483.5191916086514,
]
const Q_LARGEST = [
  1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
  474.52854120695537, -22.44095244658582,
]

const erfOfPositive = (x: number): number => {
  if (x < 0.84375) {
    // scaled, so that subnormal numbers keep their bits
    if (x < TINY) return 0.0625 * (16 * x + 16 * TWO_OVER_ROOT_PI_LESS_ONE * x)
    const z = x * x
    return x + x * (polynomial(z, P_SMALL) / polynomial(z, Q_SMALL))
  }
  if (x < 1.25) return ERF_NEAR_ONE + polynomial(x - 1, P_MIDDLE) / polynomial(x - 1, Q_MIDDLE)
  if (x >= 6) return 1
  const s = 1 / (x * x)
  const ratio =
    x < 1 / 0.35 ? polynomial(s, P_LARGE) / polynomial(s, Q_LARGE) : polynomial(s, P_LARGEST) / polynomial(s, Q_LARGEST)
  // the square of the upper half is exact
  const z = fromWords(highWord(x), 0)
  return 1 - (exp(-z * z - 0.5625) * exp((z - x) * (z + x) + ratio)) / x
}

/**
 * The error function `2 / sqrt(pi) * integral from 0 to x of exp(-t ** 2)`, within 1 ulp. `erf(-0)` is -0,
 * `erf(Infinity)` is 1.
 *
 * @example
 * erf(1) // => 0.8427007929497149
 */
export const erf = (x: number): number => {
  if (Number.isNaN(x) || x === 0) return x
  return x < 0 ? -erfOfPositive(-x) : erfOfPositive(x)
}
