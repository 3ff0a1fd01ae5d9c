/** What computes: the GPU if the browser lends one, else WebAssembly on as many threads as it allows. */
import type { Device } from 'pullback'
import { cpu } from 'pullback/cpu'
import { webgpu } from 'pullback/webgpu'
import type { Wanted } from './protocol.js'

export interface Opened {
  readonly device: Device
  /** For the page: what it is now, and why it is not something faster. */
  readonly name: () => string
  /** How many steps' measures are read together: a GPU need not wait for each. */
  readonly readEvery: number
}

/** One core is left to the page itself. */
const onCpu = (
  why: string,
  { threads = Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1)) }: Wanted,
  rename: (name: string) => void,
): Opened => {
  const nameOf = (got: unknown): string => {
    const many = got === 1 ? '1 thread' : `${got} threads`
    const because = crossOriginIsolated ? 'its workers did not begin' : 'this page is not isolated from other origins'
    return `CPU, ${many}${got === threads ? '' : `, not ${threads}, for ${because}`} (${why})`
  }
  // Whether workers may begin shows when the first ones are started: later than the device is there.
  const device = cpu({
    threads,
    onEvent: (event) => {
      if (event.kind === 'fewerThreads') rename(nameOf(event.threads))
    },
  })
  return { device, name: () => nameOf(device.settings.threads), readEvery: 1 }
}

/** `rename` hears of a name that has changed. */
export const openDevice = async (wanted: Wanted, rename: (name: string) => void): Promise<Opened> => {
  if (wanted.device === 'cpu') return onCpu('as the address asks', wanted, rename)
  const opened = await webgpu()()
  if (opened._tag === 'Left')
    return onCpu(opened.left.reason === 'adapter' ? 'no WebGPU here' : opened.left.message, wanted, rename)
  const { adapter = 'a GPU' } = opened.right.settings
  return { device: opened.right, name: () => `WebGPU, ${adapter}`, readEvery: 8 }
}
