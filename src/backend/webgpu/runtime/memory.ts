/**
 * GPU buffers of a device: in size classes, eight to a doubling, kept for reuse when they are given back, and destroyed
 * beyond a budget, those first that were not used for the longest time.
 *
 * A buffer may be given back while the GPU still works on it: whatever uses it next comes later in the same queue.
 */
import { DeviceError } from '../../../engine/deviceError.js'
import { offsetAlignment, usage } from './constants.js'
import type { Health } from './health.js'

export interface Block {
  readonly buffer: GPUBuffer
  readonly bytes: number
  /** Why there is no memory behind it, once that is known. */
  readonly failure?: DeviceError
}

export interface Memory {
  /** A block of at least `bytes`; `what` names it where there is no room. */
  readonly acquire: (bytes: number, what: () => string) => Block
  readonly release: (block: Block) => void
  /** Resolves when all that was acquired is known to be there. */
  readonly settled: () => Promise<void> | undefined
  /** Bytes of blocks in use, and of those kept for reuse. */
  readonly used: () => number
  readonly idle: () => number
  /** Destroys what is kept for reuse. */
  readonly trim: () => void
}

/** The size of a block that holds `bytes`: at most an eighth too much. */
export const blockBytes = (bytes: number): number => {
  const units = Math.max(1, Math.ceil(bytes / offsetAlignment))
  // An eighth of the largest power of two that is not above.
  const step = 1 << Math.max(0, 28 - Math.clz32(units))
  return Math.ceil(units / step) * step * offsetAlignment
}

export const showBytes = (bytes: number): string =>
  bytes < 1048576 ? `${bytes} bytes` : `${Math.ceil(bytes / 1048576)} MiB`

const tooLarge = (bytes: number, what: string, limit: number): DeviceError =>
  new DeviceError(
    'webgpu',
    'limit',
    `${what} needs a buffer of ${showBytes(bytes)}, and the adapter's limit is ${showBytes(limit)}`,
    'Use smaller batches or arrays.',
  )

const outOfMemory = (bytes: number, what: string, used: number): DeviceError =>
  new DeviceError(
    'webgpu',
    'memory',
    `there is no room for ${showBytes(bytes)} more for ${what}, beside ${showBytes(used)} in use`,
    'Use smaller batches, or let go of what is placed on the device.',
  )

/** What a block is used for: arrays of kernels, on their way in and out too. */
const storage = usage.storage | usage.copySource | usage.copyTarget

export const createMemory = (device: GPUDevice, health: Health, limit: number, budget: number): Memory => {
  const free = new Map<number, Block[]>()
  /** In the order in which they were given back. */
  const kept = new Set<Block>()
  let keptBytes = 0
  let usedBytes = 0
  let pending: Promise<void> | undefined

  const keep = (block: Block): void => {
    const list = free.get(block.bytes)
    if (list === undefined) free.set(block.bytes, [block])
    else list.push(block)
    kept.add(block)
    keptBytes += block.bytes
  }
  const unkeep = (block: Block): void => {
    const list = free.get(block.bytes)!
    list.splice(list.lastIndexOf(block), 1)
    kept.delete(block)
    keptBytes -= block.bytes
  }
  const shrink = (most: number): void => {
    for (const block of kept) {
      if (keptBytes <= most) return
      unkeep(block)
      block.buffer.destroy()
    }
  }

  const create = (bytes: number, what: () => string): Block => {
    device.pushErrorScope('out-of-memory')
    const block: { -readonly [K in keyof Block]: Block[K] } = {
      buffer: device.createBuffer({ size: bytes, usage: storage }),
      bytes,
    }
    const used = usedBytes
    const checked = health.guard(device.popErrorScope()).then((error) => {
      if (error === null) return
      block.failure = outOfMemory(bytes, what(), used)
      if (kept.has(block)) unkeep(block)
      throw block.failure
    })
    const before = pending
    const both = before === undefined ? checked : Promise.all([before, checked]).then(() => {})
    const done = both.finally(() => {
      if (pending === done) pending = undefined
    })
    // Whoever asks `settled` hears of a failure; that nobody asks is no unhandled rejection.
    done.catch(() => {})
    pending = done
    return block
  }

  return {
    acquire: (bytes, what) => {
      if (bytes > limit) throw tooLarge(bytes, what(), limit)
      const size = Math.min(blockBytes(bytes), Math.max(limit - (limit % offsetAlignment), bytes))
      const known = free.get(size)?.at(-1)
      if (known !== undefined) unkeep(known)
      const block = known ?? create(size, what)
      usedBytes += size
      return block
    },
    release: (block) => {
      usedBytes -= block.bytes
      if (block.failure === undefined) keep(block)
      shrink(budget)
    },
    settled: () => pending,
    used: () => usedBytes,
    idle: () => keptBytes,
    trim: () => shrink(0),
  }
}
