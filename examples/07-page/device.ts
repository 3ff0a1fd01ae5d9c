/** What computes: the GPU if the browser lends one, else WebAssembly on as many threads as it allows. */
import type { Device } from 'pullback'
import { cpu } from 'pullback/cpu'
import { webgpu } from 'pullback/webgpu'
import type { Wanted } from './protocol.js'

export interface Opened {
  readonly device: Device
  /** For the page: what it is, and why it is not something faster. */
  readonly name: string
  /** How many steps' measures are read together: a GPU need not wait for each. */
  readonly readEvery: number
}

/** One core is left to the page itself. */
const onCpu = (
  why: string,
  { threads = Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1)) }: Wanted,
): Opened => {
  const device = cpu({ threads })
  const got = device.settings.threads
  const many = got === 1 ? '1 thread' : `${got} threads`
  const fewer = got === threads ? '' : `, not ${threads}, for this page is not isolated from other origins`
  return { device, name: `CPU, ${many}${fewer} (${why})`, readEvery: 1 }
}

export const openDevice = async (wanted: Wanted): Promise<Opened> => {
  if (wanted.device === 'cpu') return onCpu('as the address asks', wanted)
  const opened = await webgpu()()
  if (opened._tag === 'Left')
    return onCpu(opened.left.reason === 'adapter' ? 'no WebGPU here' : opened.left.message, wanted)
  const { adapter = 'a GPU' } = opened.right.settings
  return { device: opened.right, name: `WebGPU, ${adapter}`, readEvery: 8 }
}
