/** Timing: one call cold, then warm-up, then separately timed repetitions for at least 2.5 s. */

export interface Timing {
  readonly best_ms: number
  readonly median_ms: number
  readonly runs: number
  readonly first_ms: number
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

export const summarize = (first: number, times: readonly number[]): Timing => ({
  best_ms: Math.min(...times),
  median_ms: median(times),
  runs: times.length,
  first_ms: first,
})

export interface Budget {
  readonly warmUpMs: number
  readonly budgetMs: number
  readonly minimumRuns: number
  readonly maximumRuns: number
  /** Where a device is so slow that the least of warm-up or of runs takes longer than this, there are fewer. */
  readonly patienceMs: number
}
const budget: Budget = { warmUpMs: 800, budgetMs: 2500, minimumRuns: 7, maximumRuns: 5000, patienceMs: 30_000 }

/** Whether so many calls in so much time are warm-up enough. */
const isWarm = (calls: number, took: number): boolean =>
  (calls >= 3 && took >= budget.warmUpMs) || took >= budget.patienceMs

/** Whether so many timed runs in so much time are enough. */
const isEnough = (runs: number, took: number): boolean =>
  runs >= budget.maximumRuns ||
  (runs >= budget.minimumRuns && took >= budget.budgetMs) ||
  (runs >= 1 && took >= budget.patienceMs)

/** Times a call that is made again and again. `first` also holds what came before it, such as building a graph. */
export const measure = async (call: () => unknown, started: number): Promise<Timing> => {
  await call()
  const first = performance.now() - started
  const warm = performance.now()
  for (let i = 0; !isWarm(i, performance.now() - warm); i++) await call()
  const times: number[] = []
  const begin = performance.now()
  while (!isEnough(times.length, performance.now() - begin)) {
    const before = performance.now()
    await call()
    times.push(performance.now() - before)
  }
  return summarize(first, times)
}

/** Decides, call by call, which steps of a run count, and when there are enough. */
export const stopwatch = (started: number) => {
  let last = started
  let first = 0
  let count = 0
  let warm = 0
  let begin = 0
  const times: number[] = []
  return {
    /** Called after every step; true when the run may end. */
    tick: (): boolean => {
      const now = performance.now()
      const took = now - last
      last = now
      count += 1
      if (count === 1) {
        first = took
        warm = now
      } else if (begin === 0) {
        if (isWarm(count - 2, now - warm)) begin = now
      } else times.push(took)
      return begin !== 0 && isEnough(times.length, now - begin)
    },
    result: (): Timing => summarize(first, times),
  }
}
