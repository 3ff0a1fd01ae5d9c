/**
 * tanh of four float32, within 2.5 ulp, from one exponential and one division: with m = e^(-2|x|) - 1, which keeps its
 * digits where x is small, |tanh x| = -m / (m + 2).
 */
import type { Code, Local } from '../emit/code.js'
import type { Locals } from '../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../emit/simd.js'
import { polynomial } from './polynomial.js'

const { add, sub, mul, div } = f32x4

/** Minimax coefficients of (e^r - 1 - r) / r² for |r| <= ln 2 / 2, relative to e^r - 1. */
const coefficients = [0.0013882516075118096, 0.00836651931525329, 0.04166719989184238, 0.16666543629386002, 0.49999998]
/** Adding it rounds to a whole number n, and leaves n + 127, the exponent bits of 2^n, in the lowest bits. */
const rounding = 12582912 + 127
/** tanh rounds to 1 beyond. */
const largest = 9.1
const signBit = i32x4.constant(-0x80000000)

export const tanh = (locals: Locals, x: Local): Code => {
  const [y, n, r, m, power] = [locals.v128(), locals.v128(), locals.v128(), locals.v128(), locals.v128()]
  return [
    // y = -|x|; the operand order of the maximum keeps NaN. 2y = n ln 2 + r.
    y.set(f32x4.firstMax(v128.or(x, signBit), -largest)),
    n.set(add(mul(y, 2.8853900817779268), rounding)),
    power.set(i32x4.shiftLeft(n, 23)),
    r.set(sub(add(y, y), mul(sub(n, rounding), 0.6931471805599453))),
    y.set(mul(r, r)),
    m.set(add(r, mul(y, polynomial(locals, r, coefficients)))),
    m.set(add(mul(power, m), sub(power, 1))),
    v128.choose(x, div(m, add(m, 2)), signBit),
  ]
}
