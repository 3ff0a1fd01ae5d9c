/** What all plans of a device share. */
import type { Opened } from '../adapter.js'
import type { Limits } from '../dispatch.js'
import { offsetAlignment, usage } from './constants.js'
import { createFlight, type Flight } from './flight.js'
import { type Health, watch } from './health.js'
import { type Block, createMemory, type Memory } from './memory.js'
import { createPipelines, type Pipelines } from './pipelines.js'
import { createReadback, type Readback } from './readback.js'

export interface Runtime {
  readonly device: GPUDevice
  readonly limits: Limits
  /** What the adapter calls itself, and the bytes that may be kept or held before some are looked for. */
  readonly adapter: string
  readonly budget: number
  readonly health: Health
  readonly memory: Memory
  readonly pipelines: Pipelines
  readonly readback: Readback
  readonly flight: Flight
  /** Whether kernels can be timed. */
  readonly clock: boolean
  /** The workspace, for plans never run at the same time: at least so many bytes. It only grows. */
  readonly workspace: (bytes: number, what: () => string) => GPUBuffer
  /** The same for the workspace of halves. */
  readonly halves: (bytes: number, what: () => string) => GPUBuffer
  /** How many elements a value between kernels has at least that is stored as halves; infinity where none is. */
  readonly fewestHalves: number
  /** A buffer of the numbers 0, 1, ... up to `count`, each at a multiple of 256 bytes: the steps of scans. */
  readonly steps: (count: number) => GPUBuffer
}

/** Smaller values cost little memory, and are often few for a reason: losses, statistics, the logits of a batch. */
const usualFewest = 1024

/** A shared block that grows and is never given back. */
const growing = (memory: Memory): ((bytes: number, what: () => string) => GPUBuffer) => {
  let block: Block | undefined
  return (bytes, what) => {
    if (block !== undefined && block.bytes >= bytes) return block.buffer
    if (block !== undefined) {
      memory.release(block)
      block = undefined
    }
    block = memory.acquire(bytes, what)
    return block.buffer
  }
}

const growingSteps = (device: GPUDevice): ((count: number) => GPUBuffer) => {
  let buffer: GPUBuffer | undefined
  let size = 0
  return (count) => {
    if (buffer !== undefined && size >= count) return buffer
    size = Math.max(64, count)
    const words = new Uint32Array((size * offsetAlignment) / 4)
    for (let i = 0; i < size; i++) words[(i * offsetAlignment) / 4] = i
    // Plans that have the smaller one keep it.
    buffer = device.createBuffer({ size: words.byteLength, usage: usage.uniform | usage.copyTarget })
    device.queue.writeBuffer(buffer, 0, words)
    return buffer
  }
}

export const createRuntime = (
  opened: Opened,
  budget: number,
  fewestHalves = opened.features.has('shader-f16') ? usualFewest : Number.POSITIVE_INFINITY,
): Runtime => {
  const { device, limits, bufferBytes, features, adapter } = opened
  const health = watch(device)
  const memory = createMemory(device, health, bufferBytes, budget)
  return {
    device,
    limits,
    adapter,
    budget,
    health,
    memory,
    pipelines: createPipelines(device, health),
    readback: createReadback(device, health),
    flight: createFlight(device.queue, health),
    clock: features.has('timestamp-query'),
    workspace: growing(memory),
    halves: growing(memory),
    fewestHalves,
    steps: growingSteps(device),
  }
}
