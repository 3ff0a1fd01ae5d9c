/** Entry point `pullback/cpu`: the WebAssembly device. */
import { type DeviceOptions, deviceOf, type SyncDevice } from '../../engine/device.js'
import { type CpuOptions, cpuBackend } from './backend.js'

export { type CpuOptions, cpuBackend } from './backend.js'

/**
 * A device that runs compiled WebAssembly SIMD kernels: synchronous, in Node and browsers, with the same bits everywhere
 * and for any number of threads.
 *
 * @throws PullbackError when `threads` is not a whole number of 1 or more
 *
 * @example
 * import { add, tensor, toArray } from 'pullback'
 * import { cpu } from 'pullback/cpu'
 * toArray(cpu().evaluateSync(add(tensor([1, 2], [2]), 1))) // => Float32Array [2, 3]
 */
export const cpu = (options: CpuOptions & DeviceOptions = {}): SyncDevice => deviceOf(cpuBackend(options), options)
