/**
 * exp, log and log1p of four float32, after the Cephes library of S. L. Moshier ("Methods and Programs for Mathematical
 * Functions", 1989), with the ends of the range as IEEE 754 has them. Within 1 ulp, log1p within 2.
 *
 * A function of this folder takes a local that holds x, which it leaves alone, and gives code that leaves f(x) on the
 * stack. Multiplications and additions are single instructions, each rounded, so that every engine computes the same.
 */
import type { Code, Local } from '../emit/code.js'
import type { Locals } from '../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../emit/simd.js'
import { type Part, partsCode } from './part.js'
import { polynomial } from './polynomial.js'

const { add, sub, mul, div } = f32x4

/** ln 2 in two parts; the first has few bits, so that its multiples are exact. */
const ln2High = 0.693359375
const ln2Low = -2.1219444e-4

/** Beyond these the result is infinite or rounds to 0. */
const largestExponent = 89
const smallestExponent = -104

const expCoefficients = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 0.16666665459, 0.50000001201]

/**
 * Adding it rounds to a whole number n and leaves n + 254 in the lowest bits: the exponent bits of two powers of two whose
 * product is 2^n. There are two because n may need more than one float holds.
 */
const rounding = 12582912 + 254

/** e^x = 2^n e^r with |r| <= ln 2 / 2 */
export const expParts = (locals: Locals, x: Local, value: Local): readonly Part[] => {
  const [r, n, half, series] = [locals.v128(), locals.v128(), locals.v128(), locals.v128()]
  return [
    {
      reads: [x],
      code: [
        // The operand order of these keeps NaN.
        r.set(f32x4.firstMax(f32x4.firstMin(x, largestExponent), smallestExponent)),
        n.set(add(mul(r, 1.4426950408889634), rounding)),
        series.set(sub(n, rounding)),
        r.set(sub(sub(r, mul(series, ln2High)), mul(series, ln2Low))),
      ],
      writes: [n, r],
      latency: 23,
    },
    {
      reads: [n, r],
      code: [
        half.set(i32x4.shiftRight(n, 1)),
        series.set(add(add(mul(mul(r, r), polynomial(locals, r, expCoefficients)), r), 1)),
        value.set(mul(mul(series, i32x4.shiftLeft(half, 23)), i32x4.shiftLeft(i32x4.sub(n, half), 23))),
      ],
      writes: [value],
      latency: 36,
    },
  ]
}

export const exp = (locals: Locals, x: Local): Code => {
  const value = locals.v128()
  return [partsCode(expParts(locals, x, value)), value.get]
}

const logCoefficients = [
  7.0376836292e-2, -0.1151461031, 0.1167699874, -0.12420140846, 0.14249322787, -0.16668057665, 0.20000714765,
  -0.24999993993, 0.33333331174,
]
const bitsOfSqrtHalf = 0x3f3504f3
const smallestNormal = 1.1754943508222875e-38
const twoTo23 = 8388608

/** log x = e ln 2 + log(1 + f) with sqrt(1/2) <= 1 + f < sqrt 2 */
export const log = (locals: Locals, x: Local): Code => {
  const [f, e, square, series, mask] = [locals.v128(), locals.v128(), locals.v128(), locals.v128(), locals.v128()]
  return [
    mask.set(f32x4.less(x, smallestNormal)),
    f.set(v128.choose(mul(x, twoTo23), x, mask)),
    e.set(i32x4.sub(f, bitsOfSqrtHalf)),
    f.set(i32x4.add(v128.and(e, 0x007fffff), bitsOfSqrtHalf)),
    f.set(sub(f, 1)),
    e.set(sub(f32x4.fromInteger(i32x4.shiftRight(e, 23)), v128.and(mask, f32x4.constant(23)))),
    square.set(mul(f, f)),
    series.set(mul(mul(polynomial(locals, f, logCoefficients), f), square)),
    series.set(sub(add(series, mul(e, ln2Low)), mul(square, 0.5))),
    series.set(add(add(f, series), mul(e, ln2High))),
    // 0 gives -infinity, infinity and NaN themselves, what is below 0 NaN.
    series.set(v128.choose(f32x4.constant(Number.NEGATIVE_INFINITY), series, f32x4.equal(x, 0))),
    series.set(v128.choose(series, x, f32x4.less(x, Number.POSITIVE_INFINITY))),
    v128.or(series, f32x4.less(x, 0)),
  ]
}

/** With u = 1 + x rounded: log u - ((u - 1) - x) / u */
export const log1p = (locals: Locals, x: Local): Code => {
  const [u, value, mask] = [locals.v128(), locals.v128(), locals.v128()]
  return [
    u.set(add(x, 1)),
    value.set(log(locals, u)),
    // Where u is 0 or infinite log u is the answer already.
    mask.set(v128.and(f32x4.greater(u, 0), f32x4.less(u, Number.POSITIVE_INFINITY))),
    value.set(sub(value, v128.and(div(sub(sub(u, 1), x), u), mask))),
    v128.choose(x, value, f32x4.equal(u, 1)),
  ]
}
