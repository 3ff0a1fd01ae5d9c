/**
 * The one WebAssembly memory of a device, and the allocator of what lives in it: resident buffers, plans and their
 * shared workspace.
 *
 * Blocks come in size classes, eight to a doubling, with a list of free blocks each. Only when memory would have to grow
 * are neighbouring free blocks joined and cut anew. Loads of kernels may reach up to 32 bytes beyond an element, and 12
 * before: memory begins and ends with room for that.
 */
import { fail } from '../../../array/error.js'

const pageBytes = 65536
/** All addresses and sizes of blocks are multiples of it. */
const smallest = 64
export const maximumPages = 65536
const firstAddress = 4096
const lastRoom = 256

/**
 * A first cache puts addresses that are the same in their last twelve bits into one place. Large blocks that all begin
 * there displace one another when a loop goes through many of them (a sum of ten: 70 % longer); where one is some 64
 * bytes ahead of another, loads wait for stores that they only seem to depend on (Adam's update: 5 %). So large blocks
 * begin at a quarter of that distance, each in turn.
 */
const cacheBytes = 4096
const quarters = 4
const largeBytes = 65536

export interface Memory {
  readonly wasm: WebAssembly.Memory
  readonly shared: boolean
  /** A view of all words; taken anew after the memory has grown, so never keep it. */
  readonly words: () => Int32Array
  /** The same words as numbers. */
  readonly floats: () => Float32Array
  /** The address of a block of at least `bytes`, a multiple of 64; `what` names it where there is no room. */
  readonly allocate: (bytes: number, what: string) => number
  readonly free: (address: number, bytes: number) => void
}

/** The size of a block that holds `bytes`: at most an eighth too much. */
export const blockBytes = (bytes: number): number => {
  if (bytes <= 512) return Math.max(smallest, Math.ceil(bytes / smallest) * smallest)
  // An eighth of the largest power of two below.
  const step = smallest * (1 << (28 - Math.clz32(Math.floor((bytes - 1) / smallest))))
  return Math.ceil(bytes / step) * step
}

interface Block {
  readonly address: number
  readonly bytes: number
}

/** Free blocks by address, neighbours joined. */
const joined = (free: ReadonlyMap<number, readonly number[]>): Block[] => {
  const blocks = [...free].flatMap(([bytes, addresses]) => addresses.map((address) => ({ address, bytes })))
  blocks.sort((a, b) => a.address - b.address)
  const result: Block[] = []
  for (const block of blocks) {
    const last = result[result.length - 1]
    if (last !== undefined && last.address + last.bytes === block.address)
      result[result.length - 1] = { address: last.address, bytes: last.bytes + block.bytes }
    else result.push(block)
  }
  return result
}

export const createMemory = (shared: boolean): Memory => {
  const wasm = new WebAssembly.Memory({ initial: 64, maximum: maximumPages, shared })
  let view = new Int32Array(wasm.buffer)
  let floats = new Float32Array(wasm.buffer)
  let top = firstAddress
  let quarter = 0
  const free = new Map<number, number[]>()
  const live = new Map<number, { readonly bytes: number; readonly what: string }>()

  const outOfMemory = (bytes: number, what: string): never => {
    const largest = [...live.values()].sort((a, b) => b.bytes - a.bytes).slice(0, 3)
    const show = (n: number): string => `${Math.ceil(n / 1048576)} MiB`
    return fail(
      'cpu',
      'at most 4 GiB of arrays at a time',
      `${show(bytes)} more for ${what}, beside ${largest.map((block) => `${show(block.bytes)} for ${block.what}`).join(', ') || 'nothing'}`,
      'Use smaller batches, or release what is placed on the device.',
    )
  }

  const grow = (end: number, bytes: number, what: string): void => {
    const present = wasm.buffer.byteLength
    if (end + lastRoom <= present) return
    const needed = Math.ceil((end + lastRoom - present) / pageBytes)
    const available = maximumPages - present / pageBytes
    if (needed > available) outOfMemory(bytes, what)
    // Some more than needed: growing is not free.
    const wanted = Math.min(available, Math.max(needed, Math.floor(present / pageBytes / 4)))
    try {
      wasm.grow(wanted)
    } catch {
      try {
        wasm.grow(needed)
      } catch {
        outOfMemory(bytes, what)
      }
    }
    view = new Int32Array(wasm.buffer)
    floats = new Float32Array(wasm.buffer)
  }

  /** Cuts a block out of joined free ones, if there is one large enough. */
  const reuse = (bytes: number): number | undefined => {
    const blocks = joined(free)
    const best = blocks
      .filter((block) => block.bytes >= bytes)
      .reduce<Block | undefined>((a, b) => (a === undefined || b.bytes < a.bytes ? b : a), undefined)
    if (best === undefined) return undefined
    free.clear()
    for (const block of blocks) {
      const rest = block === best ? { address: best.address + bytes, bytes: best.bytes - bytes } : block
      if (rest.address + rest.bytes === top) top = rest.address
      else if (rest.bytes > 0) free.set(rest.bytes, [...(free.get(rest.bytes) ?? []), rest.address])
    }
    return best.address
  }

  const give = (address: number, bytes: number): void => {
    const list = free.get(bytes)
    if (list === undefined) free.set(bytes, [address])
    else list.push(address)
  }

  /** Where a block at the top begins. */
  const beginning = (bytes: number): number => {
    if (bytes < largeBytes) return top
    quarter = (quarter + 1) % quarters
    return Math.ceil(top / cacheBytes) * cacheBytes + quarter * (cacheBytes / quarters)
  }

  const take = (bytes: number, what: string): number => {
    const same = free.get(bytes)?.pop()
    if (same !== undefined) return same
    if (top + bytes + lastRoom > wasm.buffer.byteLength) {
      const recycled = reuse(bytes)
      if (recycled !== undefined) return recycled
    }
    const begin = beginning(bytes)
    grow(begin + bytes, bytes, what)
    for (; top < begin; top += smallest) give(top, smallest)
    top = begin + bytes
    return begin
  }

  return {
    wasm,
    shared,
    words: () => view,
    floats: () => floats,
    allocate: (bytes, what) => {
      const size = blockBytes(bytes)
      const address = take(size, what)
      live.set(address, { bytes: size, what })
      return address
    },
    free: (address, bytes) => {
      if (!live.delete(address)) return
      give(address, blockBytes(bytes))
    },
  }
}
