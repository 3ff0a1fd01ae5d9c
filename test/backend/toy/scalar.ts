/** What the toy's elementwise functions do to numbers. Results are rounded to the dtype by whoever calls. */
import type { DType } from 'pullback'

export const rounding: Readonly<Record<DType, (x: number) => number>> = {
  float32: Math.fround,
  float64: (x) => x,
  int32: (x) => x | 0,
  uint32: (x) => x >>> 0,
  bool: (x) => (x === 0 ? 0 : 1),
}

/** Abramowitz and Stegun, 7.1.26: within 1.5e-7. */
const erf = (x: number): number => {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.sign(x) * (1 - p * Math.exp(-x * x))
}

const { abs, sign, exp, log, log1p, sin, cos, tanh, sqrt, floor } = Math
export const unary: Readonly<Record<string, (x: number) => number>> = {
  ...{ neg: (x: number) => -x, abs, sign, exp, log, log1p, sin, cos, tanh, erf, sqrt, floor },
}

/** `dtype` is that of a and b. */
export const binary: Readonly<Record<string, (a: number, b: number, dtype: DType) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b, dtype) => (dtype === 'float32' ? a * b : Math.imul(a, b)),
  div: (a, b, dtype) => (dtype === 'float32' ? a / b : b === 0 ? 0 : Math.trunc(a / b)),
  mod: (a, b, dtype) => {
    if (dtype !== 'float32') return b === 0 ? a : a - Math.floor(a / b) * b
    return a - Math.fround(Math.floor(Math.fround(a / b)) * b)
  },
  pow: (a, b) => a ** b,
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  less: (a, b) => Number(a < b),
  equal: (a, b) => Number(a === b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, b) => a << b,
  shiftRight: (a, b, dtype) => (dtype === 'int32' ? a >> b : a >>> b),
}

export const cast = (x: number, from: DType, to: DType): number => {
  if (from !== 'float32' || (to !== 'int32' && to !== 'uint32')) return x
  const [least, most] = to === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1]
  return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), least), most)
}

/** NaN is the largest, as argMax and argSort have it. */
export const isLess = (a: number, b: number): boolean => (Number.isNaN(b) ? !Number.isNaN(a) : a < b)

export const reductions: Readonly<Record<string, (numbers: readonly number[], dtype: DType) => number>> = {
  sum: (numbers, dtype) => numbers.reduce((total, x) => rounding[dtype](total + x), 0),
  prod: (numbers, dtype) => numbers.reduce((total, x) => rounding[dtype](binary.mul(total, x, dtype)), 1),
  max: (numbers) => numbers.reduce((a, b) => Math.max(a, b)),
  min: (numbers) => numbers.reduce((a, b) => Math.min(a, b)),
  argMax: (numbers) => numbers.reduce((best, x, i) => (isLess(numbers[best], x) ? i : best), 0),
}
