/**
 * What the world got wrong about a device: it is not there, or gone, or too small. Making a device gives such an error
 * as the left of an Either; `evaluate` and its kin reject with it.
 */

/**
 * package: an optional package is not installed. adapter: there is no such hardware, or no driver for it. limit: a tensor
 * or a kernel is beyond what the hardware can take. memory: there is no room. lost: the device is gone, and so is what
 * lies in its memory; what was read to the host is as it was. fault: the device refused what it was given, which is a
 * mistake of the library.
 */
export type DeviceErrorReason = 'package' | 'adapter' | 'limit' | 'memory' | 'lost' | 'fault'

/**
 * An error of a device rather than of the program. The message says what happened and what to do.
 *
 * @example
 * import { DeviceError } from 'pullback'
 *
 * const error = new DeviceError('webgpu', 'adapter', 'no GPU', 'Install a driver.')
 * error.message // => 'webgpu: no GPU. Install a driver.'
 */
export class DeviceError extends Error {
  override readonly name = 'DeviceError'
  readonly _tag = 'DeviceError'

  constructor(
    /** The device's name, as in `device.name`. */
    readonly device: string,
    readonly reason: DeviceErrorReason,
    what: string,
    /** What to do about it. */
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super(`${device}: ${what}. ${fix}`, options)
  }
}
