/**
 * sin and cos of four float32. The argument is reduced by multiples of pi/2 in float64, with pi/2 in two parts of which
 * the first has 33 bits: exact for |x| < 2^20, graceful beyond. The polynomials are those of fdlibm's kernels.
 */
import type { Code, Local } from '../emit/code.js'
import type { Locals } from '../emit/instructions.js'
import { f64x2, i64x2, v128 } from '../emit/simd.js'
import { inDouble } from './double.js'
import { polynomialDouble } from './polynomial.js'

const { add, sub, mul } = f64x2
const twoOverPi = 0.6366197723675814
const piHalfHigh = 1.5707963267341256
const piHalfLow = 6.077100506506192e-11

const sinCoefficients = [
  -2.5050760253406863e-8, 2.7557313707070068e-6, -1.984126982985795e-4, 8.33333333332249e-3, -0.16666666666666632,
]
const cosCoefficients = [
  2.087572321298175e-9, -2.7557314351390663e-7, 2.480158728947673e-5, -1.388888888887411e-3, 4.16666666666666e-2, -0.5,
]

/** sin(x + quarter pi/2) */
const shifted =
  (quarter: 0 | 1) =>
  (locals: Locals, x: Local): Code => {
    const [n, r, square, quadrant] = [locals.v128(), locals.v128(), locals.v128(), locals.v128()]
    return [
      // The sum with 0 makes -0 a 0, so that sin(-0) keeps its sign.
      n.set(add(f64x2.nearest(mul(x, twoOverPi)), 0)),
      r.set(sub(sub(x, mul(n, piHalfHigh)), mul(n, piHalfLow))),
      // Beyond the exact range the remainder is anything; keep it where the polynomials are bounded.
      r.set(f64x2.firstMax(f64x2.firstMin(r, 0.79), -0.79)),
      quadrant.set(i64x2.fromIntegerLow(f64x2.toIntegerLow(n))),
      quadrant.set(quarter === 0 ? quadrant : i64x2.add(quadrant, i64x2.constant(1))),
      square.set(mul(r, r)),
      v128.xor(
        v128.choose(
          add(mul(polynomialDouble(locals, square, cosCoefficients), square), 1),
          mul(add(mul(polynomialDouble(locals, square, sinCoefficients), square), 1), r),
          // All ones where the quadrant is odd.
          i64x2.sub(i64x2.constant(0), v128.and(quadrant, i64x2.constant(1))),
        ),
        i64x2.shiftLeft(v128.and(quadrant, i64x2.constant(2)), 62),
      ),
    ]
  }

export const sin = inDouble(1, shifted(0))
export const cos = inDouble(1, shifted(1))
