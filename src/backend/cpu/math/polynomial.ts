/** Horner's scheme in code. */
import type { Code, Local, Operand } from '../emit/code.js'
import { f32x4, f64x2 } from '../emit/simd.js'

type Binary = (a: Operand, b: Operand) => Code
interface Field {
  readonly constant: (x: number) => Code
  readonly add: Binary
  readonly mul: Binary
}

const horner =
  ({ constant, add, mul }: Field) =>
  (x: Local, coefficients: readonly number[]): Code =>
    coefficients.slice(1).reduce<Code>((value, c) => add(mul(value, x), constant(c)), constant(coefficients[0]!))

/** The polynomial in x, coefficient of the highest power first, in float32. */
export const polynomial = horner(f32x4)
/** The same in float64. */
export const polynomialDouble = horner(f64x2)
