/** Asking a run to stop where it can go on later. */

/** Whether to stop; `release` ends the watch. */
export interface Interrupt {
  readonly asked: () => boolean
  readonly release: () => void
}

/**
 * Ctrl-C and a polite kill ask once; asked again a second later they end the process. Started by npm, the death of npm
 * asks too: a run that nobody can stop any more would write into the folder of the one that goes on in its place.
 *
 * @example
 * import { watchInterrupts } from 'pullback/node'
 *
 * const interrupt = watchInterrupts()
 * interrupt.asked() // => false
 * interrupt.release()
 */
export const watchInterrupts = (): Interrupt => {
  const parent = process.env.npm_lifecycle_event === undefined ? undefined : process.ppid
  let askedAt: number | undefined
  const onSignal = (): void => {
    // Launchers pass on a signal that the terminal has sent to everybody: it comes twice.
    if (askedAt !== undefined && performance.now() - askedAt > 1000) process.exit(130)
    askedAt ??= performance.now()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  return {
    asked: () => askedAt !== undefined || (parent !== undefined && process.ppid !== parent),
    release: () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal)
    },
  }
}
