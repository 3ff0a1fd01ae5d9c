/** What a checkpoint of a run holds beside the training state: how far the reports of the run have come. */
import { type Either, left, right } from '#fp/Either'
import { type FormatError, formatError } from '../../data/format/formatError.js'
import type { Notes } from '../../train/checkpoint.js'
import { readMeasures, written, writtenMeasures } from './measures.js'
import type { Configuration } from './record.js'

/** Sums over the examples of the epoch under way. */
export interface Sums {
  readonly examples: number
  readonly measures: Readonly<Record<string, number>>
}

export interface Position {
  /** Lines of `metrics.jsonl` that belong to the steps done. */
  readonly lines: number
  readonly sums: Sums
  /** Seconds of training so far. */
  readonly seconds: number
}

export const noSums: Sums = { examples: 0, measures: {} }
export const startPosition: Position = { lines: 0, sums: noSums, seconds: 0 }

/** The sums with one more batch. */
export const addBatch = (sums: Sums, examples: number, measures: Readonly<Record<string, number>>): Sums => ({
  examples: sums.examples + examples,
  measures: Object.fromEntries(
    Object.entries(measures).map(([name, value]) => [name, (sums.measures[name] ?? 0) + examples * value]),
  ),
})

export const meansOf = ({ examples, measures }: Sums): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(measures).map(([name, sum]) => [name, sum / examples]))

/** The same names and values, in the same order. */
const same = (configuration: Configuration): string =>
  JSON.stringify(Object.entries(configuration).sort(), (_, value: unknown) => written(value))

export const notesOf = (configuration: Configuration, position: Position): Notes => ({
  configuration: JSON.stringify(configuration, (_, value: unknown) => written(value)),
  position: JSON.stringify({
    ...position,
    sums: { ...position.sums, measures: writtenMeasures(position.sums.measures) },
  }),
})

const reject = (where: string, expected: string, got: string, fix: string): Either<FormatError, never> =>
  left(formatError('checkpoint', where, expected, got, fix))

/** The position that a checkpoint of this very run tells. */
export const positionOf = (configuration: Configuration, notes: Notes): Either<FormatError, Position> => {
  try {
    const own = JSON.parse(notes.configuration ?? '{}') as Configuration
    if (same(own) !== same(configuration))
      return reject(
        'configuration',
        same(configuration),
        same(own),
        'It is of another run: restore the file of this one.',
      )
    const { lines, sums, seconds } = JSON.parse(notes.position ?? '{}') as Position
    const measures = readMeasures(sums.measures)
    if (
      Number.isInteger(lines) &&
      Number.isFinite(seconds) &&
      Number.isInteger(sums.examples) &&
      measures !== undefined
    )
      return right({ lines, sums: { examples: sums.examples, measures }, seconds })
  } catch {
    // no JSON: as below
  }
  return reject(
    'position',
    'how far the run has come',
    notes.position ?? 'nothing',
    'It was written by another program, or is damaged.',
  )
}
