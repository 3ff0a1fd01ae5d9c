/** What is still there after a collection: how much else there is depends on when V8 chooses to collect. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
export const collect = runInNewContext('gc') as () => void

/** The process's memory in MB after a collection: the heap in use with what it holds outside, and all that is resident. */
export const settledMemory = async (): Promise<{ readonly used: number; readonly resident: number }> => {
  // What weak references have looked at is kept until the macrotask ends.
  await new Promise((resolve) => setImmediate(resolve))
  // The first finds dead array buffers, which are freed beside the program; the second waits for that.
  collect()
  collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { used: (heapUsed + external) / 2 ** 20, resident: rss / 2 ** 20 }
}
