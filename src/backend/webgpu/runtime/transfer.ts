/** Elements between the host and the device: four bytes each there, a bool as 0 or 1. */
import { allocate, type DType, type HostArray } from '../../../array/dtype.js'

/** The words of a host array; those of numbers are the array's own memory. */
export const wordsOf = (data: HostArray): Uint32Array =>
  data instanceof Uint8Array ? Uint32Array.from(data) : new Uint32Array(data.buffer, data.byteOffset, data.length)

/** A new host array of `size` elements, from words of which nothing is kept. */
export const arrayFrom = (words: Uint32Array, dtype: DType, size: number): HostArray => {
  const data = allocate(dtype, size)
  if (data instanceof Uint8Array) for (let i = 0; i < size; i++) data[i] = words[i]
  else new Uint32Array(data.buffer).set(words.subarray(0, size))
  return data
}

/** Writes a number as an element of `dtype`. */
export const writeWord = (view: DataView, byte: number, value: number, dtype: DType): void => {
  if (dtype === 'bool') view.setUint32(byte, Number(value !== 0), true)
  else if (dtype === 'float32') view.setFloat32(byte, value, true)
  else view.setInt32(byte, value, true)
}
