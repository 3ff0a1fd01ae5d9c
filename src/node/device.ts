/** Devices by name, for command lines. A backend is loaded when it is asked for. */
import { left, right } from '#fp/Either'
import { left as stop, type TaskEither } from '#fp/TaskEither'
import type { Device } from '../engine/device.js'
import type { DeviceError } from '../engine/deviceError.js'
import { type LibraryError, openblas } from './openblas.js'
import { type UsageError, usageError } from './options.js'

/**
 * The devices that there are, the usual one first.
 *
 * @example
 * import { deviceNames } from 'pullback/node'
 *
 * deviceNames[0] // => 'cpu'
 */
export const deviceNames = ['cpu', 'webgpu', 'reference'] as const
/** One of them. */
export type DeviceName = (typeof deviceNames)[number]

/** What a command line may ask of a device. */
export interface DeviceChoice {
  /** 1 unless told. */
  readonly threads?: number
  /** Relaxed SIMD. */
  readonly fastMath?: boolean
  /** Winograd's algorithm for convolutions. */
  readonly winograd?: boolean
  /** Whether the system's OpenBLAS multiplies matrices, on as many threads. */
  readonly openblas?: boolean
}

type Maker = (choice: DeviceChoice) => TaskEither<DeviceError | LibraryError | UsageError, Device>

const openCpu: Maker =
  ({ threads = 1, fastMath = false, winograd = false, openblas: foreign = false }) =>
  async () => {
    const { cpu, hasRelaxedSimd } = await import('../backend/cpu/index.js')
    if (fastMath && !hasRelaxedSimd())
      return left(
        usageError('fast math: this JavaScript engine has no relaxed SIMD. Use Node 21 or later, or leave it out.'),
      )
    if (!foreign) return right(cpu({ threads, fastMath, winograd }))
    const library = await openblas({ threads })()
    return library._tag === 'Left' ? library : right(cpu({ threads, fastMath, winograd, matmul: library.right }))
  }

const openReference: Maker = ({ threads = 1, fastMath = false, winograd = false, openblas: foreign = false }) =>
  threads > 1 || fastMath || winograd || foreign
    ? stop(
        usageError(
          'reference: it has one thread, exact arithmetic and its own products and convolutions. Use the device cpu.',
        ),
      )
    : async () => right((await import('../backend/reference/index.js')).reference())

const openWebgpu: Maker = ({ threads = 1, fastMath = false, winograd = false, openblas: foreign = false }) =>
  threads > 1 || fastMath || winograd || foreign
    ? stop(
        usageError(
          "webgpu: threads, fast math, Winograd's algorithm and OpenBLAS are the device cpu's. Leave them out.",
        ),
      )
    : async () => (await import('../backend/webgpu/index.js')).webgpu()()

const makers: Readonly<Record<DeviceName, Maker>> = { cpu: openCpu, webgpu: openWebgpu, reference: openReference }

/**
 * The device of a name. There is no fallback: what cannot be had is an error.
 *
 * @example
 * import { openDevice } from 'pullback/node'
 *
 * const opened = await openDevice('cpu', { threads: 2 })()
 * opened._tag === 'Right' && opened.right.settings.threads // => 2
 */
export const openDevice = (
  name: DeviceName,
  choice: DeviceChoice = {},
): TaskEither<DeviceError | LibraryError | UsageError, Device> => makers[name](choice)
