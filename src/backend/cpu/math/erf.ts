/** erf of four float32. */
import type { Code, Local } from '../emit/code.js'
import type { Locals } from '../emit/instructions.js'
import { f32x4 } from '../emit/simd.js'
import { polynomial } from './polynomial.js'

const numerator = [
  2.2905065861350646e-4, 3.4082910107109506e-3, 5.0955695062380861e-2, 0.18520832239976145, 1.128379143519084,
]
const denominator = [
  -1.1791602954361697e-7, 2.3547966471313185e-5, 1.0179625278914885e-3, 1.4070470171167667e-2, 0.11098505178285362,
  0.49746925110067538, 1,
]

/** x P(x²) / Q(x²), constant where erf has reached 1 */
export const erf = (locals: Locals, x: Local): Code => {
  const [r, square] = [locals.v128(), locals.v128()]
  return [
    r.set(f32x4.firstMax(f32x4.firstMin(x, 3.832506856900711), -3.832506856900711)),
    square.set(f32x4.mul(r, r)),
    f32x4.div(f32x4.mul(r, polynomial(square, numerator)), polynomial(square, denominator)),
  ]
}
