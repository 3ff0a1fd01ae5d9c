/** What computes: the GPU if the browser lends one, else WebAssembly on as many threads as it allows. */
import type { Device } from 'pullback'
import { cpu } from 'pullback/cpu'
import type { Wanted } from './protocol.js'

export interface Opened {
  readonly device: Device
  /** For the page: what it is, and why it is not something faster. */
  readonly name: string
  /** How many steps' measures are read together. */
  readonly readEvery: number
}

/** One core is left to the page itself. */
const onCpu = (why: string, { threads: asked }: Wanted): Opened => {
  const shared = globalThis.crossOriginIsolated
  const threads = shared ? (asked ?? Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1))) : 1
  const many = threads === 1 ? '1 thread' : `${threads} threads`
  const alone = shared ? '' : ': this page is not isolated from other origins'
  return { device: cpu({ threads }), name: `CPU, ${many}${alone} (${why})`, readEvery: 1 }
}

export const openDevice = async (wanted: Wanted): Promise<Opened> => onCpu('no WebGPU here', wanted)
