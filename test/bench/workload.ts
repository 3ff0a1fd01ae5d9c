/** What a workload is: run in a fresh process, it gives its figures. */
import { type AnyTensor, type Device, reshape, type SyncDevice, slice, type Tensor } from 'pullback'
import type { Timing } from './measure.js'

export interface Context {
  readonly device: Device | SyncDevice
  /** When the process began to work, in the time of `performance.now()`. */
  readonly started: number
}

/** Times, the floating point operations of one repetition (GFLOP/s are worked out of them), and more by name. */
export type Figures = Partial<Timing> & {
  readonly flops?: number
  /** What a step is, as `explain` tells; the rest of it on a GPU alone. */
  readonly kernels?: number
  /** The share of a median step that its kernels, each at its best, do not account for: graphs, plans and collections. */
  readonly outside_kernels?: number
  readonly dispatches?: number | undefined
  readonly pipelines?: number | undefined
  readonly bytes_moved?: number
  readonly workspace_bytes?: number
  readonly rss_1000_mb?: number
  readonly rss_10000_mb?: number
  readonly rss_last_mb?: number
}

export type Workload = (context: Context) => Promise<Figures>

/** A device's functions, at once where it computes at once: a promise costs more than some of the workloads. */
export interface Runner {
  readonly evaluate: <T>(tree: T) => T | Promise<T>
  /** As the device's `advance`; `use` hears of the result, and what comes back is for whoever waits until it is there. */
  readonly advance: <T>(tree: T, donated: unknown, use: (result: T) => void) => unknown
}

export const runnerOf = (device: Device | SyncDevice): Runner => {
  if ('evaluateSync' in device)
    return {
      evaluate: device.evaluateSync,
      advance: (tree, donated, use) => use(device.advanceSync(tree, donated)),
    }
  return {
    evaluate: device.evaluate,
    advance: async (tree, donated, use) => {
      const result = await device.advance(tree, donated)
      use(result)
      // A device that works on while this goes on is done when an element can be read.
      const some = Object.values(result as Readonly<Record<string, AnyTensor>>)[0]!
      await device.evaluate(slice(reshape(some as Tensor, [-1]), [0], [1]))
    },
  }
}
