/**
 * When an asynchronous call lets a macrotask pass before it answers. Without one the garbage collector's word never gets
 * through, and what a backend has started, such as workers, may never begin.
 */

/** What of a backend decides about it. */
interface Pausing {
  readonly budget?: number
  readonly starting?: () => boolean
}

/** What is held in device memory. */
interface Held {
  readonly held: number
  readonly heldBytes: number
}

/** How much more may be resident before a macrotask passes. */
const usualBudget = 256 * 1024 * 1024
const pauseBuffers = 512
/** How many calls wait for what a backend has started: it may never begin. */
const startTurns = 100

/** How many macrotasks the collector may take to find something. */
const collectorTurns = 4

/** Where there is `setImmediate` it is a millisecond faster. */
const nextMacrotask = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve)
  })

/**
 * Makes the garbage collector look: it weighs its own heap, where a handle is small whatever it holds. Arrays outside of
 * that heap weigh, too, and pages of theirs that nobody touches cost nothing.
 */
const pressure = 128 * 1024 * 1024
const callCollector = (): number => new ArrayBuffer(pressure).byteLength

/** To be called, and waited for, after each result. */
export const createPause = (
  { budget = usualBudget, starting = () => false }: Pausing,
  residence: Held,
): (() => Promise<void>) => {
  let held = 0
  let bytes = 0
  let turns = 0
  return async () => {
    if (turns < startTurns && starting()) {
      turns++
      await nextMacrotask()
    }
    if (residence.held > held + pauseBuffers || residence.heldBytes > bytes + budget) {
      const before = residence.held
      for (let turn = 0; turn < collectorTurns && residence.held >= before; turn++) {
        callCollector()
        await nextMacrotask()
      }
      held = residence.held
      bytes = residence.heldBytes
    } else {
      held = Math.min(held, residence.held)
      bytes = Math.min(bytes, residence.heldBytes)
    }
  }
}
