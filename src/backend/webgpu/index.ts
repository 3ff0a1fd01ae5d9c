/** Entry point `pullback/webgpu`: the GPU device. */
import { pipe } from '#fp/function'
import { map, type TaskEither } from '#fp/TaskEither'
import type { Device, DeviceOptions } from '../../engine/device.js'
import type { DeviceError } from '../../engine/deviceError.js'
import { type AdapterOptions, openGpu, thisWorld } from './adapter.js'
import { deviceOn } from './device.js'
import { createRuntime } from './runtime/runtime.js'

export type { AdapterOptions } from './adapter.js'

export interface WebgpuOptions extends AdapterOptions, DeviceOptions {
  /**
   * Bytes of GPU memory that are kept for reuse, and that results may take before the garbage collector is let through
   * to find those that nobody needs any more; 256 MiB unless told.
   */
  readonly budget?: number
}

/**
 * A device that runs compute shaders on a GPU: in browsers with WebGPU, and in Node with the optional package `webgpu`.
 *
 * Left is a {@link DeviceError} that says what is missing. `evaluate` and its kin, `place` too, reject with one when the
 * GPU is lost, runs out of memory, or cannot take an array of that size: it names the array, its size, and the limit or
 * what is in use. In Node, Dawn itself may write two lines to stderr about limits that it lowers (`maxDynamic...`) when
 * it looks at an adapter: they mean nothing, and no option stops them.
 *
 * @example
 * import { add, tensor, toArray } from 'pullback'
 * import { webgpu } from 'pullback/webgpu'
 *
 * const opened = await webgpu()()
 * if (opened._tag === 'Left') throw opened.left
 * const sum = await opened.right.evaluate(add(tensor([1, 2]), 1))
 * toArray(sum) // => Float32Array [2, 3]
 */
export const webgpu = ({ budget = 268_435_456, ...options }: WebgpuOptions = {}): TaskEither<DeviceError, Device> =>
  pipe(
    openGpu(options, thisWorld()),
    map((opened) => deviceOn(createRuntime(opened, budget), options)),
  )
