/**
 * IDX: one array a file, big endian, the format of MNIST and its relatives.
 *
 * Two zero bytes, the element type, the rank, the sizes (4 bytes each), the elements.
 *
 * Laws: 1. `readIdx(writeIdx(a))` is `a`. 2. Any bytes give an `Either`.
 *
 * @see http://yann.lecun.com/exdb/mnist/
 */
import type { Either } from '#fp/Either'
import { fail } from '../../array/error.js'
import { showShape, sizeOf } from '../../array/shape.js'
import { concatBytes, viewOf } from './bytes.js'
import { decoding, type FormatError, type Reject, rejecting } from './formatError.js'
import { bytesOf, checkStored, elementsOf, type StoredArray } from './storedArray.js'

const reject: Reject = rejecting('IDX')
const damaged = 'The file is damaged or was cut: download it again.'

const itemSizes: Readonly<Record<number, number>> = { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 }

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`

const elements = (type: number, shape: readonly number[], bytes: Uint8Array): StoredArray => {
  switch (type) {
    case 0x08:
      return { shape, dtype: 'uint8', data: elementsOf('uint8', bytes, 'big') }
    case 0x09:
      return { shape, dtype: 'int32', data: Int32Array.from(bytes, (byte) => (byte << 24) >> 24) }
    case 0x0b: {
      const view = viewOf(bytes)
      return {
        shape,
        dtype: 'int32',
        data: Int32Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i)),
      }
    }
    case 0x0c:
      return { shape, dtype: 'int32', data: elementsOf('int32', bytes, 'big') }
    case 0x0d:
      return { shape, dtype: 'float32', data: elementsOf('float32', bytes, 'big') }
    default:
      return { shape, dtype: 'float64', data: elementsOf('float64', bytes, 'big') }
  }
}

/**
 * Reads an IDX file: unsigned bytes as uint8, signed bytes, shorts and ints as int32, floats and doubles. Strict: the
 * file ends with its last element. Unpack gzip first.
 *
 * @example
 * import { readIdx } from 'pullback'
 *
 * const labels = readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 3))
 * labels._tag === 'Right' && labels.right.data // => Uint8Array [7, 3]
 */
export const readIdx = (bytes: Uint8Array): Either<FormatError, StoredArray> =>
  decoding(() => {
    if (bytes.length < 4)
      return reject('byte 0', 'a magic number of 4 bytes', `a file of ${bytes.length} bytes`, damaged)
    if (bytes[0] !== 0 || bytes[1] !== 0)
      return reject(
        'byte 0',
        'two zero bytes',
        `${hex(bytes[0])} ${hex(bytes[1])}`,
        'This is no IDX file, or it is still packed.',
      )
    const type = bytes[2]
    const size = itemSizes[type]
    if (size === undefined)
      return reject(
        'byte 2',
        `an element type of ${Object.keys(itemSizes).map(Number).map(hex).join(', ')}`,
        hex(type),
        damaged,
      )
    const rank = bytes[3]
    const start = 4 + 4 * rank
    if (bytes.length < start)
      return reject('byte 4', `${rank} sizes of 4 bytes`, `a file of ${bytes.length} bytes`, damaged)
    const view = viewOf(bytes)
    const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
    const length = start + sizeOf(shape) * size
    if (bytes.length !== length)
      return reject(
        `byte ${start}`,
        `a file of ${length} bytes for shape ${showShape(shape)}`,
        `${bytes.length}`,
        damaged,
      )
    return elements(type, shape, bytes.subarray(start))
  })

const types = { uint8: 0x08, int32: 0x0c, float32: 0x0d, float64: 0x0e } as const

/**
 * The bytes of an IDX file.
 *
 * @throws PullbackError for more than 255 axes, and for arrays whose shape and data disagree
 * @example
 * import { storedArray, writeIdx } from 'pullback'
 *
 * writeIdx(storedArray('uint8', [2], Uint8Array.of(7, 3))) // => Uint8Array [0, 0, 8, 1, 0, 0, 0, 2, 7, 3]
 */
export const writeIdx = (array: StoredArray<keyof typeof types>): Uint8Array => {
  checkStored('writeIdx', array)
  const { shape, dtype } = array
  if (!Object.hasOwn(types, dtype))
    fail('writeIdx', `one of ${Object.keys(types).join(', ')}`, dtype, 'IDX knows no such elements: convert them.')
  if (shape.length > 255 || shape.some((size) => size > 0xffffffff))
    fail('writeIdx', 'at most 255 axes of sizes below 2^32', showShape(shape), 'Reshape the array.')
  const header = new Uint8Array(4 + 4 * shape.length)
  header.set([0, 0, types[dtype], shape.length])
  shape.forEach((size, axis) => {
    viewOf(header).setUint32(4 + 4 * axis, size)
  })
  return concatBytes([header, bytesOf(array, 'big')])
}
