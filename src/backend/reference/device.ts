import { type DeviceOptions, deviceOf, type SyncDevice } from '../../engine/device.js'
import { referenceBackend } from './backend.js'

/**
 * The reference device: every dtype (float64 too), results at once, nothing fused. Slow, and the meaning of every
 * primitive: other devices are compared with it, and gradients are checked on it.
 *
 * @example
 * import { add, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * const device = reference()
 * toArray(device.evaluateSync(add(tensor([1, 2]), 1))) // => Float32Array [2, 3]
 */
export const reference = (options?: DeviceOptions): SyncDevice => deviceOf(referenceBackend(), options)
