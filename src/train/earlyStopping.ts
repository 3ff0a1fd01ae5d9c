/** When to stop, and which model to keep: pure folds over a measure of what is held out. */

/** How a measure went so far. */
export interface Watch {
  /** The best value, and the number of the observation, from 0, that had it; -1 before there is one. */
  readonly best: number
  readonly bestAt: number
  /** Observations so far. */
  readonly count: number
  /** Whether the last observation was the best. */
  readonly improved: boolean
}

/** What counts as an improvement. */
export interface WatchOptions {
  /** Whether less is better (a loss) or more (an accuracy). */
  readonly better: 'less' | 'more'
  /** By how much an observation must be better to count; 0 unless told. */
  readonly least?: number
}

/**
 * Before any observation.
 *
 * @example
 * import { initialWatch } from 'pullback'
 *
 * initialWatch.count // => 0
 */
export const initialWatch: Watch = { best: Number.NaN, bestAt: -1, count: 0, improved: false }

/**
 * The watch after one more observation. NaN is never better.
 *
 * @example
 * import { initialWatch, observe, patienceLeft } from 'pullback'
 *
 * const watch = [0.5, 0.4, 0.45].reduce(observe({ better: 'less' }), initialWatch)
 * watch.best // => 0.4
 * patienceLeft(3, watch) // => 2
 */
export const observe =
  ({ better, least = 0 }: WatchOptions) =>
  ({ best, bestAt, count }: Watch, value: number): Watch => {
    const improved = bestAt < 0 ? !Number.isNaN(value) : better === 'less' ? value < best - least : value > best + least
    return { best: improved ? value : best, bestAt: improved ? count : bestAt, count: count + 1, improved }
  }

/**
 * How many more observations without improvement are allowed, patience - (count - 1 - bestAt): stop at 0.
 *
 * @example
 * import { initialWatch, observe, patienceLeft } from 'pullback'
 *
 * const watch = [0.5, 0.4, 0.6].reduce(observe({ better: 'less' }), initialWatch)
 * patienceLeft(3, watch) // => 2
 */
export const patienceLeft = (patience: number, { bestAt, count }: Watch): number =>
  Math.max(0, patience - (count - 1 - bestAt))
