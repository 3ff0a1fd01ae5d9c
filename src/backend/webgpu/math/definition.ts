/** What a library function is: text that may be written for one element or for four at a time. */
import type { Lanes } from '../emit/lanes.js'
import type { FunctionName } from './names.js'

/** The types that a function is written in. */
export interface Types {
  readonly lanes: Lanes
  readonly f: string
  readonly i: string
  readonly u: string
  readonly b: string
  /** A float constant in every lane. */
  readonly float: (value: number) => string
  /** The name of another function, of as many lanes. */
  readonly use: (name: FunctionName) => string
  /** The same of one lane. */
  readonly useScalar: (name: FunctionName) => string
}

export interface Definition {
  readonly write: (name: string, types: Types) => string
  /** Whether it reads `zero`, a 0 that no compiler sees through. */
  readonly opaque?: boolean
}

/** A polynomial by Horner's scheme, coefficient of the highest power first. */
export const polynomial = ({ float }: Types, x: string, coefficients: readonly number[]): string =>
  coefficients.slice(1).reduce((value, c) => `(${value} * ${x} + ${float(c)})`, float(coefficients[0]))
