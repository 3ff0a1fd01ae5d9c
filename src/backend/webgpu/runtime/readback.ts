/**
 * Bytes from the device to the host. What is asked for is copied to a buffer that the host can map, all that is asked
 * for in one turn to the same, and before whatever is submitted next: what lies there may change afterwards.
 *
 * Such buffers are kept for reuse, few of them: one for each read that waits, at most two when nothing does.
 */
import { mapForReading, usage } from './constants.js'
import type { Health } from './health.js'
import { blockBytes } from './memory.js'

export interface Readback {
  /** A copy of words of a buffer. */
  readonly read: (buffer: GPUBuffer, words: number) => Promise<Uint32Array>
  /** Appends the copies that were asked for to commands that are about to be submitted. */
  readonly append: (encoder: GPUCommandEncoder) => void
  /** Maps what was copied by submitted commands. */
  readonly submitted: () => void
  /** Submits the copies that were asked for at once. */
  readonly flush: () => void
}

interface Request {
  readonly buffer: GPUBuffer
  readonly offset: number
  readonly words: number
  readonly resolve: (words: Uint32Array) => void
  readonly reject: (error: unknown) => void
}

const keptStaging = 2

export const createReadback = (device: GPUDevice, health: Health): Readback => {
  let requests: Request[] = []
  let bytes = 0
  let copied: { readonly requests: readonly Request[]; readonly staging: GPUBuffer; readonly bytes: number } | undefined
  const free: GPUBuffer[] = []

  const takeStaging = (size: number): GPUBuffer => {
    const at = free.findIndex((each) => each.size >= size)
    if (at >= 0) return free.splice(at, 1)[0]!
    return device.createBuffer({ size: blockBytes(size), usage: usage.mapRead | usage.copyTarget })
  }
  const giveStaging = (staging: GPUBuffer): void => {
    free.push(staging)
    free.sort((a, b) => a.size - b.size)
    if (free.length > keptStaging) free.shift()!.destroy()
  }

  const append = (encoder: GPUCommandEncoder): void => {
    if (requests.length === 0) return
    const staging = takeStaging(bytes)
    for (const { buffer, offset, words } of requests)
      if (words > 0) encoder.copyBufferToBuffer(buffer, 0, staging, offset, 4 * words)
    copied = { requests, staging, bytes }
    requests = []
    bytes = 0
  }

  const submitted = (): void => {
    if (copied === undefined) return
    const { requests: own, staging, bytes: size } = copied
    copied = undefined
    health.guard(staging.mapAsync(mapForReading, 0, size)).then(
      () => {
        const mapped = staging.getMappedRange(0, size)
        // Copies: the mapped memory goes when the buffer is unmapped.
        for (const { offset, words, resolve } of own) resolve(new Uint32Array(mapped, offset, words).slice())
        staging.unmap()
        giveStaging(staging)
      },
      (error) => {
        for (const { reject } of own) reject(error)
      },
    )
  }

  const flush = (): void => {
    if (requests.length === 0) return
    const encoder = device.createCommandEncoder()
    append(encoder)
    device.queue.submit([encoder.finish()])
    submitted()
  }

  return {
    append,
    submitted,
    flush,
    read: (buffer, words) =>
      new Promise((resolve, reject) => {
        if (requests.length === 0) queueMicrotask(flush)
        requests.push({ buffer, offset: bytes, words, resolve, reject })
        // Sizes and offsets of maps are multiples of 8.
        bytes += Math.max(8, Math.ceil(words / 2) * 8)
      }),
  }
}
