/** How long kernels take on the device, by its own clock. */
import { usage } from './constants.js'
import type { Runtime } from './runtime.js'

type Record = (pass: GPUComputePassEncoder) => void

/** Queries in one set. */
const most = 4096
const repetitions = 4

/** Milliseconds of each of some kernels: the best of three runs after one to warm up, each kernel in a pass of its own. */
const measureSome = async ({ device, readback }: Runtime, kernels: readonly Record[]): Promise<readonly number[]> => {
  const count = repetitions * kernels.length
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 * count })
  const times = device.createBuffer({ size: 16 * count, usage: usage.queryResolve | usage.copySource })
  const encoder = device.createCommandEncoder()
  for (let i = 0; i < count; i++) {
    const pass = encoder.beginComputePass({
      timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
    })
    kernels[i % kernels.length](pass)
    pass.end()
  }
  encoder.resolveQuerySet(querySet, 0, 2 * count, times, 0)
  const words = readback.read(times, 4 * count)
  readback.append(encoder)
  device.queue.submit([encoder.finish()])
  readback.submitted()
  const nanoseconds = new BigUint64Array((await words).buffer)
  querySet.destroy()
  times.destroy()
  return kernels.map((_, kernel) => {
    const runs = Array.from({ length: repetitions - 1 }, (_, run) => {
      const i = (run + 1) * kernels.length + kernel
      return Number(nanoseconds[2 * i + 1] - nanoseconds[2 * i]) / 1e6
    })
    return Math.min(...runs)
  })
}

/** All is submitted before this waits. */
export const measure = async (runtime: Runtime, kernels: readonly Record[]): Promise<readonly number[]> => {
  const chunk = Math.floor(most / 2 / repetitions)
  const parts: Promise<readonly number[]>[] = []
  for (let first = 0; first < kernels.length; first += chunk)
    parts.push(measureSome(runtime, kernels.slice(first, first + chunk)))
  return (await Promise.all(parts)).flat()
}
