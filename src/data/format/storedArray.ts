/** Arrays as files hold them: a shape, an element type and a typed array in row-major order. Plain data, no graph. */
import { fail } from '../../array/error.js'
import { type Shape, showShape, sizeOf } from '../../array/shape.js'
import { viewOf } from './bytes.js'

/** What holds the elements of each type. */
export interface StoredArrays {
  readonly float32: Float32Array
  readonly float64: Float64Array
  readonly int32: Int32Array
  readonly uint32: Uint32Array
  /** 0 or 1. */
  readonly bool: Uint8Array
  /** Bytes, such as pixels. No tensor has this type: 60,000 small images take a quarter of the memory this way. */
  readonly uint8: Uint8Array
}

/** The element types of tensors, and bytes. */
export type StoredType = keyof StoredArrays

/** An array of a file. `data` has as many elements as `shape` says. */
export interface StoredArray<D extends StoredType = StoredType> {
  readonly shape: Shape
  readonly dtype: D
  readonly data: StoredArrays[D]
}

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
} as const

export const storedTypes = Object.keys(constructors) as readonly StoredType[]

/** Bytes of one element. */
export const itemSize = (dtype: StoredType): number => constructors[dtype].BYTES_PER_ELEMENT

/**
 * An array of a file, checked: the number of elements is the one that the shape promises.
 *
 * @example
 * import { storedArray } from 'pullback'
 *
 * storedArray('float32', [2, 2], Float32Array.of(1, 2, 3, 4)).shape // => [2, 2]
 */
export const storedArray = <D extends StoredType>(dtype: D, shape: Shape, data: StoredArrays[D]): StoredArray<D> => {
  checkStored('storedArray', { shape, dtype, data })
  return { shape, dtype, data }
}

/** Writers check what they are given: a program made it. */
export const checkStored = (path: string, { shape, dtype, data }: StoredArray): void => {
  if (!(dtype in constructors)) fail(path, `one of ${storedTypes.join(', ')}`, String(dtype), 'Convert it first.')
  if (!(data instanceof constructors[dtype]))
    fail(path, `a ${constructors[dtype].name} for ${dtype}`, Object.prototype.toString.call(data), 'Convert it first.')
  if (!shape.every((size) => Number.isInteger(size) && size >= 0))
    fail(path, 'sizes that are non-negative integers', showShape(shape), 'Write whole numbers of elements.')
  if (data.length !== sizeOf(shape))
    fail(path, `${sizeOf(shape)} elements for shape ${showShape(shape)}`, `${data.length}`, 'Make the two agree.')
}

const hostIsLittleEndian = /* @__PURE__ */ (() => new Uint8Array(Uint16Array.of(1).buffer)[0] === 1)()

/** A copy of `bytes`, each group of `size` bytes reversed. */
const swapped = (bytes: Uint8Array, size: number): Uint8Array => {
  const out = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i += size) for (let j = 0; j < size; j++) out[i + j] = bytes[i + size - 1 - j]
  return out
}

export type ByteOrder = 'little' | 'big'

const inHostOrder = (bytes: Uint8Array, size: number, order: ByteOrder): Uint8Array =>
  size === 1 || (order === 'little') === hostIsLittleEndian ? bytes : swapped(bytes, size)

/** The elements that `bytes` hold, copied: they belong to nobody else. `bytes.length` is a multiple of the item size. */
export const elementsOf = <D extends StoredType>(dtype: D, bytes: Uint8Array, order: ByteOrder): StoredArrays[D] => {
  const data = new constructors[dtype](bytes.length / itemSize(dtype))
  new Uint8Array(data.buffer).set(inHostOrder(bytes, itemSize(dtype), order))
  return data as StoredArrays[D]
}

/** The bytes of the elements. May be a view: copy before keeping it. */
export const bytesOf = ({ dtype, data }: StoredArray, order: ByteOrder): Uint8Array =>
  inHostOrder(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), itemSize(dtype), order)

/** 64-bit integers, little endian, as 32-bit ones; where one does not fit, its index and value. */
export const int64AsInt32 = (bytes: Uint8Array): Int32Array | { readonly index: number; readonly value: string } => {
  const view = viewOf(bytes)
  const out = new Int32Array(bytes.length / 8)
  for (let i = 0; i < out.length; i++) {
    const low = view.getInt32(8 * i, true)
    if (view.getInt32(8 * i + 4, true) !== low >> 31) return { index: i, value: String(view.getBigInt64(8 * i, true)) }
    out[i] = low
  }
  return out
}

/** Index of the first byte that is neither 0 nor 1, or -1. */
export const firstNotBool = (bytes: Uint8Array): number => bytes.findIndex((byte) => byte > 1)
