/** A region of memory that all plans share, for they never run at the same time. It only grows. */
import type { Memory } from './memory.js'

export interface Region {
  /** The address of at least `bytes`; what was there before may be lost. */
  readonly reserve: (bytes: number, what: () => string) => number
}

export const createRegion = (memory: Memory): Region => {
  let address = 0
  let size = 0
  return {
    reserve: (bytes, what) => {
      if (bytes <= size) return address
      if (size > 0) memory.free(address, size)
      size = 0
      address = memory.allocate(bytes, what())
      size = bytes
      return address
    },
  }
}
