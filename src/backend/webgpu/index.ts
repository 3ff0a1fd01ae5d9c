/** Entry point `pullback/webgpu`: the GPU device. */
import { pipe } from '#fp/function'
import { map, type TaskEither } from '#fp/TaskEither'
import { fail } from '../../array/error.js'
import type { Device, DeviceOptions } from '../../engine/device.js'
import type { DeviceError } from '../../engine/deviceError.js'
import { type AdapterOptions, openGpu, thisWorld } from './adapter.js'
import { deviceOn } from './device.js'
import { createRuntime } from './runtime/runtime.js'

export type { AdapterOptions } from './adapter.js'

/** What `webgpu` takes: which GPU, how much memory, and what every device does. */
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
 * With `storage: 'float16'`, float32 values of 1024 elements or more that one kernel leaves for another are stored as
 * IEEE half precision (the feature shader-f16; an adapter that lacks it is an error). All arithmetic is float32, and so
 * are inputs, results, parameters and whatever else a program can see; `explain` shows what memory and traffic are left,
 * `settings.storage` says that it is on. What is stored keeps 11 bits: gradients of networks differ by about a part in a
 * thousand from those without it. From 65520 on it becomes infinity; below 6e-5 bits get lost, and below 6e-8, or 6e-5 on
 * an adapter that flushes denormals, it is 0: where cotangents are as small as that, multiply the loss by a power of
 * two, and the gradients by its inverse (`scaleBy`). These stay float32 whatever their size: sums, products, maxima and
 * minima of 16 elements or more to one (statistics, losses), running sums, maxima of what is not stored as halves
 * itself, values of which a result with as many elements is made by element (gradients, where they update parameters), what
 * a `scan` carries, and what is looked at as bits. Which values are stored so is a function of the program alone, so
 * that the same bits come again on one adapter.
 *
 * @throws PullbackError when `storage` is neither 'float32' nor 'float16'
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
export const webgpu = ({ budget = 268_435_456, ...options }: WebgpuOptions = {}): TaskEither<DeviceError, Device> => {
  const { storage = 'float32' } = options
  if (storage !== 'float32' && storage !== 'float16')
    fail('webgpu.storage', "'float32' or 'float16'", `'${String(storage)}'`, 'Leave it out for float32.')
  return pipe(
    openGpu(options, thisWorld()),
    map((opened) => deviceOn(createRuntime(opened, budget), options)),
  )
}
