/**
 * Turns of an asynchronous device: runs begin in the order of the calls, even where an earlier one still waits for its
 * plan, and buffers are given back after all runs that were called before have begun. What a run was promised when it
 * was called is then there when it begins.
 */

export interface Turns {
  /** Begins `run` with what is prepared, after all that came before has begun. */
  readonly next: <P, A>(prepared: P | Promise<P>, run: (prepared: P) => Promise<A>) => Promise<A>
  /** Does it once all runs so far have begun; at once where they have. */
  readonly afterAll: (action: () => void) => void
}

export const createTurns = (): Turns => {
  let last: Promise<void> | undefined
  const follow = (turn: Promise<unknown>): void => {
    const settled: Promise<void> = turn.then(
      () => {},
      () => {},
    )
    const done = settled.then(() => {
      if (last === done) last = undefined
    })
    last = done
  }
  return {
    next: (prepared, run) => {
      // In an object, so that the turn is over when the run has begun.
      const turn = Promise.resolve(last)
        .then(() => prepared)
        .then((ready) => ({ result: run(ready) }))
      follow(turn)
      return turn.then(({ result }) => result)
    },
    afterAll: (action) => {
      if (last === undefined) action()
      else follow(last.then(action))
    },
  }
}
