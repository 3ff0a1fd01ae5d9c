/**
 * Measures in the files of a run. JSON has no NaN and no infinities, and writes null for them; a mean that was added up
 * with it would be another one. They are written as the texts 'NaN', 'Infinity' and '-Infinity'.
 */
import type { Measures } from '../../plot/curves.js'

/** A number as JSON holds it. */
export type Written = number | string

const notFinite: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

/** A number for JSON; any other value is given back. */
export const written = <A>(value: A): A | string =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value

/** The same names, with values for JSON. */
export const writtenMeasures = (measures: Readonly<Record<string, number>>): Readonly<Record<string, Written>> =>
  Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, written(value)]))

const readNumber = (value: unknown): number | undefined =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && Object.hasOwn(notFinite, value)
      ? notFinite[value]
      : undefined

/** What was written so; undefined for anything else. */
export const readMeasures = (value: unknown): Measures | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries: (readonly [string, number])[] = []
  for (const [name, text] of Object.entries(value)) {
    const number = readNumber(text)
    if (number === undefined) return undefined
    entries.push([name, number])
  }
  return Object.fromEntries(entries)
}
