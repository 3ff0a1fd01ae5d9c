/** Polynomials in code. */
import type { Code, Local, Operand } from '../emit/code.js'
import type { Locals } from '../emit/instructions.js'
import { f32x4, f64x2 } from '../emit/simd.js'

type Binary = (a: Operand, b: Operand) => Code
interface Field {
  readonly constant: (x: number) => Code
  readonly add: Binary
  readonly mul: Binary
}

/**
 * The polynomial in x, coefficient of the highest power first, by Estrin's scheme: pairs of coefficients first, then
 * pairs of pairs with x², and so on. As many operations as Horner's scheme but for the squares, and a chain of dependent
 * ones that is logarithmic: processors overlap only so many operations, so that long chains are what costs.
 */
const estrin =
  ({ constant, add, mul }: Field) =>
  (locals: Locals, x: Local, coefficients: readonly number[]): Code => {
    const squares: Code[] = []
    let power = x
    let terms: readonly Code[] = [...coefficients].reverse().map(constant)
    while (terms.length > 1) {
      const factor = power
      const pairs: Code[] = []
      for (let i = 0; i < terms.length; i += 2)
        pairs.push(i + 1 < terms.length ? add(mul(terms[i + 1], factor), terms[i]) : terms[i])
      terms = pairs
      if (terms.length > 1) {
        power = locals.v128()
        squares.push(power.set(mul(factor, factor)))
      }
    }
    return [squares, terms[0]]
  }

/** In float32. */
export const polynomial = estrin(f32x4)
/** In float64. */
export const polynomialDouble = estrin(f64x2)
