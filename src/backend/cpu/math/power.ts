/**
 * a to the power b of four float32: 2^(b log2 |a|) in float64, so that the product keeps its small digits, rounded once.
 * Special cases are those of src/array/scalar's pow.
 */
import type { Code, Local } from '../emit/code.js'
import { call, define, type Locals } from '../emit/instructions.js'
import { f32x4, f64x2, i32x4, i64x2, v128 } from '../emit/simd.js'
import { inDouble } from './double.js'
import { polynomialDouble } from './polynomial.js'

const { add, sub, mul, div } = f64x2

/** 2 / ln 2 times the series of artanh: 1, 1/3, 1/5, ... */
const logCoefficients = Array.from({ length: 10 }, (_, i) => 2.8853900817779268 / (2 * (9 - i) + 1))
/** (ln 2)^i / i! */
const expCoefficients = Array.from({ length: 12 }, (_, i) => 11 - i).map((power) =>
  Array.from({ length: power }, (_, i) => i + 1).reduce((value, i) => (value * 0.6931471805599453) / i, 1),
)

/** log2 of a positive number: the exponent + log2 of a fraction about 1. A float32 that was widened is never denormal. */
const log2 = (locals: Locals, x: Local): Code => {
  const [e, s, square] = [locals.v128(), locals.v128(), locals.v128()]
  const bitsOfSqrtHalf = i64x2.constant(0x3fe6a09e)
  return [
    // The upper halves of both numbers suffice to find the exponents.
    e.set(i64x2.sub(i64x2.shiftRightUnsigned(x, 32), bitsOfSqrtHalf)),
    e.set(i64x2.shiftRight(e, 20)),
    s.set(i64x2.sub(x, i64x2.shiftLeft(e, 52))),
    s.set(div(sub(s, 1), add(s, 1))),
    square.set(mul(s, s)),
    add(
      f64x2.fromIntegerLow(v128.shuffle(e, e, [0, 2, 0, 2])),
      mul(polynomialDouble(locals, square, logCoefficients), s),
    ),
  ]
}

/** 2^x; what leaves the range of float32 is cut off where that is infinite or 0 already. */
const exp2 = (locals: Locals, x: Local): Code => {
  const [r, n] = [locals.v128(), locals.v128()]
  return [
    r.set(f64x2.firstMax(f64x2.firstMin(x, 300), -300)),
    n.set(f64x2.nearest(r)),
    r.set(sub(r, n)),
    mul(
      polynomialDouble(locals, r, expCoefficients),
      i64x2.shiftLeft(i64x2.fromIntegerLow(i32x4.add(f64x2.toIntegerLow(n), 1023)), 52),
    ),
  ]
}

/** |a|^b in float64; b is not 0. */
const powerOfSize = inDouble(2, (locals, a, b) => {
  const [logarithm, product] = [locals.v128(), locals.v128()]
  return [
    logarithm.set(log2(locals, a)),
    logarithm.set(v128.choose(f64x2.constant(Number.NEGATIVE_INFINITY), logarithm, f64x2.equal(a, 0))),
    // Infinity and NaN are their own logarithms.
    logarithm.set(v128.choose(logarithm, a, f64x2.less(a, Number.POSITIVE_INFINITY))),
    product.set(mul(logarithm, b)),
    exp2(locals, product),
  ]
})

const signBit = i32x4.constant(-0x80000000)
const bitsOfOne = i32x4.constant(0x3f800000)

export const pow = define(['v128', 'v128'], ['v128'], (locals, a, b) => {
  const [value, whole, half] = [locals.v128(), locals.v128(), locals.v128()]
  return [
    value.set(call(powerOfSize, f32x4.abs(a), b)),
    whole.set(f32x4.equal(f32x4.floor(b), b)),
    half.set(f32x4.mul(b, 0.5)),
    // A negative base keeps its sign under an odd exponent: one that is whole and whose half is not.
    half.set(v128.and(v128.andNot(whole, f32x4.equal(f32x4.floor(half), half)), signBit)),
    value.set(v128.xor(value, v128.and(half, a))),
    // It has no power under an exponent that is not whole; zero and infinity have.
    value.set(
      v128.or(value, v128.and(v128.andNot(f32x4.less(a, 0), whole), f32x4.greater(a, Number.NEGATIVE_INFINITY))),
    ),
    v128.choose(bitsOfOne, value, f32x4.equal(b, 0)),
  ]
})
