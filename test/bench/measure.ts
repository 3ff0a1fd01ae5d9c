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
}
export const budget: Budget = { warmUpMs: 800, budgetMs: 2500, minimumRuns: 7, maximumRuns: 5000 }

/** Times a call that is made again and again. `first` also holds what came before it, such as building a graph. */
export const measure = async (call: () => unknown, started: number): Promise<Timing> => {
  await call()
  const first = performance.now() - started
  const warm = performance.now()
  for (let i = 0; i < 3 || performance.now() - warm < budget.warmUpMs; i++) await call()
  const times: number[] = []
  const begin = performance.now()
  while (
    times.length < budget.maximumRuns &&
    (times.length < budget.minimumRuns || performance.now() - begin < budget.budgetMs)
  ) {
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
        if (count > 4 && now - warm >= budget.warmUpMs) begin = now
      } else times.push(took)
      if (begin === 0) return false
      return (
        times.length >= budget.maximumRuns || (times.length >= budget.minimumRuns && now - begin >= budget.budgetMs)
      )
    },
    result: (): Timing => summarize(first, times),
  }
}
