/** Splits of a data set into what is learned from and what is held out. Every example is in exactly one part. */
import { pipe } from '#fp/function'
import { map, sequenceArray } from '#fp/State'
import { fail } from '../array/error.js'
import { permutation, shuffle } from '../random/permutation.js'
import type { Random } from '../random/rng.js'
import { type Dataset, exampleCount, subset } from './dataset.js'
import type { StoredType } from './format/storedArray.js'

/** What is learned from, and what is not. */
export interface Split<D extends Dataset = Dataset> {
  readonly training: D
  readonly heldOut: D
}

/** A part of a data set: a fraction between 0 and 1, or a number of examples from 1 on. */
export type Amount = number

const checkSplittable = (path: string, count: number): void => {
  if (count < 2) fail(path, 'at least two examples', String(count), 'Both parts need examples.')
}

const amountOf = (path: string, amount: Amount, count: number): number => {
  checkSplittable(path, count)
  const held = amount < 1 ? Math.round(amount * count) : amount
  if (!(Number.isInteger(held) && held > 0 && held < count))
    fail(path, `a fraction, or a number from 1 to ${count - 1}`, String(amount), 'Both parts need examples.')
  return held
}

/** Rows in ascending order: a split says who belongs where, and no more; batches shuffle. */
const splitRows = <X extends StoredType, T extends StoredType>(
  data: Dataset<X, T>,
  heldOut: readonly number[],
): Split<Dataset<X, T>> => {
  const held = new Set(heldOut)
  const rows = Array.from({ length: exampleCount(data) }, (_, i) => i)
  return {
    training: subset(
      data,
      rows.filter((row) => !held.has(row)),
    ),
    heldOut: subset(
      data,
      rows.filter((row) => held.has(row)),
    ),
  }
}

/**
 * Any examples held out, all choices equally likely.
 *
 * @throws PullbackError when one part would be empty
 * @example
 * import { dataset, randomSplit, rng, storedArray } from 'pullback'
 *
 * const data = dataset(storedArray('float32', [6, 1], new Float32Array(6)), storedArray('int32', [6], Int32Array.of(0, 0, 0, 0, 1, 1)))
 * const [{ training, heldOut }] = randomSplit(data, 0.5)(rng(0))
 * training.inputs.shape // => [3, 1]
 */
export const randomSplit = <X extends StoredType, T extends StoredType>(
  data: Dataset<X, T>,
  heldOut: Amount,
): Random<Split<Dataset<X, T>>> => {
  const held = amountOf('randomSplit', heldOut, exampleCount(data))
  return pipe(
    permutation(exampleCount(data)),
    map((order) => splitRows(data, [...order.subarray(0, held)])),
  )
}

/** The rows of each class, classes in ascending order. */
const rowsByClass = (path: string, { targets }: Dataset): readonly (readonly number[])[] => {
  if (targets.shape.length !== 1 || targets.dtype === 'float32' || targets.dtype === 'float64')
    fail(
      path,
      'targets that are one whole number for each example',
      `${targets.dtype} of rank ${targets.shape.length}`,
      'Stratify by class labels.',
    )
  const rows = new Map<number, number[]>()
  for (let row = 0; row < targets.data.length; row++) {
    const label = targets.data[row]
    const list = rows.get(label)
    if (list === undefined) rows.set(label, [row])
    else list.push(row)
  }
  return [...rows].sort(([a], [b]) => a - b).map(([, list]) => list)
}

/** Whole numbers near the shares, with the total exact: the largest remainders are rounded up, earlier ones first. */
const apportion = (shares: readonly number[], total: number): readonly number[] => {
  const whole = shares.map(Math.floor)
  const missing = total - whole.reduce((a, b) => a + b, 0)
  const order = shares.map((share, i) => ({ i, rest: share - whole[i] })).sort((a, b) => b.rest - a.rest || a.i - b.i)
  const up = new Set(order.slice(0, missing).map(({ i }) => i))
  return whole.map((n, i) => (up.has(i) ? n + 1 : n))
}

/**
 * As many of each class held out as its share of the data set asks for, up to rounding.
 *
 * @throws PullbackError when targets are no class labels, or one part would be empty
 * @example
 * import { dataset, rng, storedArray, stratifiedSplit } from 'pullback'
 *
 * const data = dataset(storedArray('float32', [6, 1], new Float32Array(6)), storedArray('int32', [6], Int32Array.of(0, 0, 0, 0, 1, 1)))
 * const [{ training, heldOut }] = stratifiedSplit(data, 3)(rng(0))
 * const labels = [...heldOut.targets.data].sort() // => [0, 0, 1]
 */
export const stratifiedSplit = <X extends StoredType, T extends StoredType>(
  data: Dataset<X, T>,
  heldOut: Amount,
): Random<Split<Dataset<X, T>>> => {
  const count = exampleCount(data)
  const held = amountOf('stratifiedSplit', heldOut, count)
  const classes = rowsByClass('stratifiedSplit', data)
  const counts = apportion(
    classes.map((rows) => (rows.length * held) / count),
    held,
  )
  return pipe(
    sequenceArray(classes.map(shuffle)),
    map((shuffled) =>
      splitRows(
        data,
        shuffled.flatMap((rows, c) => rows.slice(0, counts[c])),
      ),
    ),
  )
}

/**
 * Whole groups held out (all recordings of a speaker, all pages of a writer), in random order until the amount is
 * reached: what is held out shares no group with what is learned from.
 *
 * @throws PullbackError when there is not one group for each example, or one part would be empty
 * @example
 * import { dataset, groupSplit, rng, storedArray } from 'pullback'
 *
 * const [inputs, targets] = [new Float32Array(6), new Int32Array(6)]
 * const data = dataset(storedArray('float32', [6, 1], inputs), storedArray('int32', [6], targets))
 * const speakers = ['a', 'a', 'b', 'b', 'c', 'c']
 * const [{ heldOut }] = groupSplit(data, speakers, 2)(rng(0))
 * heldOut.inputs.shape // => [2, 1]
 */
export const groupSplit = <X extends StoredType, T extends StoredType>(
  data: Dataset<X, T>,
  groups: ArrayLike<string | number>,
  heldOut: Amount,
): Random<Split<Dataset<X, T>>> => {
  const count = exampleCount(data)
  const held = amountOf('groupSplit', heldOut, count)
  if (groups.length !== count)
    fail(
      'groupSplit: groups',
      `${count}, one for each example`,
      String(groups.length),
      'Name the group of each example.',
    )
  const all = Array.from(groups)
  return pipe(
    shuffle([...new Set(all)]),
    map((order) => {
      const rows: number[] = []
      for (const group of order) {
        if (rows.length >= held) break
        all.forEach((other, row) => {
          if (other === group) rows.push(row)
        })
      }
      if (rows.length === count)
        fail(
          'groupSplit',
          'groups small enough that some are left to learn from',
          `${order.length} groups`,
          'Hold out less.',
        )
      return splitRows(data, rows)
    }),
  )
}

/**
 * k splits: each example is held out by exactly one of them. Sizes differ by one at most.
 *
 * @throws PullbackError unless 2 <= k <= the number of examples
 * @example
 * import { dataset, kFold, rng, storedArray } from 'pullback'
 *
 * const data = dataset(storedArray('float32', [6, 1], new Float32Array(6)), storedArray('int32', [6], Int32Array.of(0, 0, 0, 0, 1, 1)))
 * const [folds] = kFold(data, 3)(rng(0))
 * folds.map(({ heldOut }) => heldOut.targets.shape) // => [[2], [2], [2]]
 */
export const kFold = <X extends StoredType, T extends StoredType>(
  data: Dataset<X, T>,
  k: number,
): Random<readonly Split<Dataset<X, T>>[]> => {
  const count = exampleCount(data)
  checkSplittable('kFold', count)
  if (!(Number.isInteger(k) && k >= 2 && k <= count))
    fail('kFold', `a whole number of folds from 2 to ${count}`, String(k), 'Five or ten are usual.')
  return pipe(
    permutation(count),
    map((order) =>
      Array.from({ length: k }, (_, fold) =>
        splitRows(data, [...order.subarray(Math.floor((fold * count) / k), Math.floor(((fold + 1) * count) / k))]),
      ),
    ),
  )
}
