/** Elements between the host and the memory: four bytes each there, a bool as 0 or 1. */
import { allocate, type DType, type HostArray } from '../../../array/dtype.js'
import type { Memory } from './memory.js'

export const copyIn = (memory: Memory, address: number, data: HostArray): void => {
  const first = address >>> 2
  // Between arrays of one type bytes are copied as they are, and no other view has to be made.
  if (data instanceof Float32Array) {
    memory.floats().set(data, first)
    return
  }
  const words = memory.words()
  if (data instanceof Uint8Array) {
    for (let i = 0; i < data.length; i++) words[first + i] = data[i]!
    return
  }
  words.set(new Int32Array(data.buffer, data.byteOffset, data.length), first)
}

export const copyOut = (memory: Memory, address: number, dtype: DType, size: number): HostArray => {
  const first = address >>> 2
  const data = allocate(dtype, size)
  if (data instanceof Float32Array) {
    data.set(memory.floats().subarray(first, first + size))
    return data
  }
  const words = memory.words()
  if (data instanceof Uint8Array) for (let i = 0; i < size; i++) data[i] = words[first + i]!
  else data.set(words.subarray(first, first + size))
  return data
}

const scratch = new DataView(new ArrayBuffer(4))
/** The word that holds a number as an element of `dtype`. */
export const wordOf = (value: number, dtype: DType): number => {
  if (dtype === 'bool') return Number(value !== 0)
  if (dtype !== 'float32') return value | 0
  scratch.setFloat32(0, value)
  return scratch.getInt32(0)
}
