/**
 * tanh of four float32, within 2.5 ulp, from one exponential and one division: with m = 1 - e^(-2|x|), which keeps its
 * digits where x is small, |tanh x| = m / (2 - m).
 */
import type { Code, Local } from '../emit/code.js'
import type { Locals } from '../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../emit/simd.js'
import { type Part, partsCode } from './part.js'
import { polynomial } from './polynomial.js'

const { add, sub, mul, div } = f32x4

/** Minimax coefficients of (e^r - 1 - r) / r² for |r| <= ln 2 / 2, relative to e^r - 1. */
const coefficients = [0.0013882516075118096, 0.00836651931525329, 0.04166719989184238, 0.16666543629386002, 0.49999998]
/** Subtracting from it rounds to a whole number n, and leaves 127 - n, the exponent bits of 2^-n, in the lowest bits. */
const rounding = 12582912 + 127
/** tanh rounds to 1 beyond. */
const largest = 9.1

export const tanhParts = (locals: Locals, x: Local, value: Local): readonly Part[] => {
  const [size, y, n, power, r, sign, square, m] = Array.from({ length: 8 }, () => locals.v128())
  return [
    {
      reads: [x],
      // y = |x|; the operand order of the minimum keeps NaN. -2y = r - n ln 2.
      code: [
        size.set(v128.and(x, 0x7fffffff)),
        sign.set(v128.xor(x, size)),
        y.set(f32x4.firstMin(size, largest)),
        n.set(sub(rounding, mul(y, 2.8853900817779268))),
        power.set(i32x4.shiftLeft(n, 23)),
        r.set(sub(mul(sub(rounding, n), 0.6931471805599453), add(y, y))),
      ],
      writes: [power, r, sign],
      latency: 18,
    },
    {
      reads: [power, r],
      code: [
        square.set(mul(r, r)),
        m.set(add(r, mul(square, polynomial(locals, r, coefficients)))),
        m.set(sub(sub(1, power), mul(power, m))),
      ],
      writes: [m],
      latency: 27,
    },
    {
      reads: [m, sign],
      // m is never negative, nor -0, so that its bits have room for the sign.
      code: value.set(v128.or(div(m, sub(2, m)), sign)),
      writes: [value],
      latency: 15,
    },
  ]
}

export const tanh = (locals: Locals, x: Local): Code => {
  const value = locals.v128()
  return [partsCode(tanhParts(locals, x, value)), value.get]
}
