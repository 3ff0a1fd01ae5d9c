/** Entry point `pullback/cpu`: the WebAssembly device. */
import { type DeviceOptions, deviceOf, type SyncDevice } from '../../engine/device.js'
import { type CpuOptions, cpuBackend } from './backend.js'

export { type CpuOptions, cpuBackend } from './backend.js'
export type { ExternalMatmul, ExternalMatrix, ExternalProduct } from './option/external.js'
export { hasRelaxedSimd } from './option/relaxed.js'

/**
 * A device that runs compiled WebAssembly SIMD kernels: synchronous, in Node and browsers, with the same bits everywhere
 * and for any number of threads. The options `fastMath`, `winograd` and `matmul` trade those bits for speed; `settings`
 * tells them, and how many threads there are.
 *
 * @throws PullbackError when `threads` is not a whole number of 1 or more; with `fastMath` where the engine has no relaxed
 * SIMD
 *
 * @example
 * import { add, tensor, toArray } from 'pullback'
 * import { cpu } from 'pullback/cpu'
 * toArray(cpu().evaluateSync(add(tensor([1, 2], [2]), 1))) // => Float32Array [2, 3]
 */
export const cpu = (options: CpuOptions & DeviceOptions = {}): SyncDevice => deviceOf(cpuBackend(options), options)
