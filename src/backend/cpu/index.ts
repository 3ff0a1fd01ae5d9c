/** Entry point `pullback/cpu`: the WebAssembly device. */
import { deviceOf, type SyncDevice } from '../../engine/device.js'
import { cpuBackend } from './backend.js'

export { cpuBackend } from './backend.js'

/**
 * A device that runs compiled WebAssembly SIMD kernels: synchronous, in Node and browsers, with the same bits everywhere.
 *
 * @example
 * import { add, tensor } from 'pullback'
 * import { cpu } from 'pullback/cpu'
 * cpu().evaluateSync(add(tensor([1, 2], [2]), 1))
 */
export const cpu = (): SyncDevice => deviceOf(cpuBackend())
