/** What a workload is: run in a fresh process, it gives its figures. */
import type { SyncDevice } from 'pullback'
import type { Timing } from './measure.js'

export interface Context {
  readonly device: SyncDevice
  /** When the process began to work, in the time of `performance.now()`. */
  readonly started: number
}

/** Times, the floating point operations of one repetition (GFLOP/s are worked out of them), and more by name. */
export type Figures = Partial<Timing> & {
  readonly flops?: number
  readonly rss_1000_mb?: number
  readonly rss_10000_mb?: number
}

export type Workload = (context: Context) => Promise<Figures>
