/** How a result of float64 arithmetic becomes an element of a dtype. */
import type { DType } from '../../array/dtype.js'

/**
 * Rounds to nearest even for floats, wraps around for integers. One operation (+, -, *, /, sqrt) computed in float64 and
 * rounded to float32 is the correctly rounded float32 operation, because 53 >= 2 * 24 + 2 bits.
 */
export const rounded: Readonly<Record<DType, (x: number) => number>> = {
  float32: Math.fround,
  float64: (x) => x,
  int32: (x) => x | 0,
  uint32: (x) => x >>> 0,
  bool: (x) => (x === 0 ? 0 : 1),
}

export type Operator = (a: number, b: number) => number

export const addition = (dtype: DType): Operator => {
  const round = rounded[dtype]
  return (a, b) => round(a + b)
}

/** The low 32 bits of an integer product are beyond float64's 53. */
export const multiplication = (dtype: DType): Operator => {
  const round = rounded[dtype]
  return dtype === 'int32' || dtype === 'uint32' ? (a, b) => round(Math.imul(a, b)) : (a, b) => round(a * b)
}
