/** A function whose derivatives are checked, and arguments away from kinks by construction. */
import * as P from '../../../src/array/index.js'
import { uniformOf } from '../../../src/diff/uniform.js'

export type T = P.AnyTensor

const sizeOf = (shape: P.Shape): number => shape.reduce((a, b) => a * b, 1)
const fill = (shape: P.Shape, value: (i: number) => number): T =>
  P.tensor(
    Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
    shape,
    'float64',
  ) as T

/** In (low, high). */
export const between = (shape: P.Shape, low: number, high: number, seed = 1): T => {
  const uniform = uniformOf(seed)
  return fill(shape, () => low + (high - low) * uniform())
}
/** At least 0.3 away from 0. */
export const awayFromZero = (shape: P.Shape, seed = 1): T => {
  const uniform = uniformOf(seed)
  return fill(shape, () => (uniform() < 0.5 ? -1 : 1) * (0.3 + 1.2 * uniform()))
}
/** All at least 0.1 apart, in no order, 0.03 above a multiple of 0.1. */
export const apart = (shape: P.Shape, seed = 1): T => {
  const uniform = uniformOf(seed)
  const n = sizeOf(shape)
  const order = Array.from({ length: n }, (_, i) => ({ i, key: uniform() })).sort((a, b) => a.key - b.key)
  return fill(shape, (i) => 0.1 * (order[i]!.i - Math.floor(n / 2)) + 0.03)
}
export const ints = (values: readonly number[], shape: P.Shape = [values.length]): P.Tensor<P.Shape, 'int32'> =>
  P.tensor(values, shape, 'int32')

export interface Case {
  readonly name: string
  readonly f: (...args: readonly T[]) => unknown
  readonly args: readonly T[]
}
export const of = (name: string, args: readonly T[], f: (...args: readonly never[]) => unknown): Case => ({
  name,
  args,
  f: f as Case['f'],
})
export const any = <F>(f: F): ((...args: readonly unknown[]) => T) => f as never
