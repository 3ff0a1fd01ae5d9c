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
 * A placed matrix whose elements are neighbours along the sum, as weights of shape [out, in] are, is kept a second time,
 * in an order that suits the kernel, once a second single vector is multiplied by it: inference at batch size 1 then
 * takes two thirds of the time. That is as many bytes again as the matrix has, and 64 MiB for all of a device at most,
 * until the matrix is released or given up.
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
