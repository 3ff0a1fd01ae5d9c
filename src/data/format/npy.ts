/**
 * npy: one NumPy array a file.
 *
 * The magic number `\x93NUMPY`, a version, the length of the header, a Python dictionary (`descr`, `fortran_order`,
 * `shape`), the elements.
 *
 * Laws: 1. `readNpy(writeNpy(a))` is `a`. 2. Any bytes give an `Either`.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import type { Either } from '#fp/Either'
import { showShape, sizeOf } from '../../array/shape.js'
import { asciiBytes, concatBytes, latin1, utf8Text, viewOf } from './bytes.js'
import { decoding, type FormatError, quote, type Reject, rejecting } from './formatError.js'
import {
  bytesOf,
  checkStored,
  elementsOf,
  firstNotBool,
  int64AsInt32,
  itemSize,
  type StoredArray,
  type StoredType,
} from './storedArray.js'

const reject: Reject = rejecting('npy')
const magic = '\x93NUMPY'
const damaged = 'The file is damaged or was cut: make or download it again.'
const rewrite = 'Write the file again with numpy.save.'

const descriptions: Readonly<Record<StoredType, string>> = {
  float32: '<f4',
  float64: '<f8',
  int32: '<i4',
  uint32: '<u4',
  uint8: '|u1',
  bool: '|b1',
}
const readable: Readonly<Record<string, StoredType | 'int64'>> = {
  '<f4': 'float32',
  '<f8': 'float64',
  '<i4': 'int32',
  '<u4': 'uint32',
  '|u1': 'uint8',
  '|b1': 'bool',
  '<i8': 'int64',
}

interface Header {
  readonly dtype: StoredType | 'int64'
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
}

/** The fields of a flat Python dictionary as text, or undefined where it is none or names a key twice. */
const dictionary = (text: string): ReadonlyMap<string, string> | undefined => {
  const body = /^\{(.*)\}\s*$/s.exec(text)?.[1]
  if (body === undefined) return undefined
  const fields = new Map<string, string>()
  const field = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|\w+|\([^()]*\)|\[.*\])\s*(?:,\s*|$)/sy
  while (field.lastIndex < body.trimEnd().length) {
    const match = field.exec(body)
    if (match === null || fields.has(match[2])) return undefined
    fields.set(match[2], match[3])
  }
  return fields
}

/** A Python tuple of non-negative integers: `()`, `(3,)`, `(3, 2)`. */
const tuple = (text: string): readonly number[] | undefined => {
  if (!/^\(\s*(\d+\s*,\s*)*(\d+\s*)?\)$/.test(text) || /^\(\s*\d+\s*\)$/.test(text)) return undefined
  const sizes = (text.match(/\d+/g) ?? []).map(Number)
  return sizes.every(Number.isSafeInteger) ? sizes : undefined
}

const checkHeader = (text: string): Header => {
  const fields = dictionary(text)
  if (fields === undefined) return reject('header', 'a Python dictionary', quote(text), rewrite)
  const keys = [...fields.keys()].sort().join(', ')
  if (keys !== 'descr, fortran_order, shape')
    return reject('header', 'the keys descr, fortran_order, shape', keys, rewrite)
  const description = (fields.get('descr') as string).replace(/^(['"])(.*)\1$/, '$2')
  const order = fields.get('fortran_order') as string
  const shape = tuple(fields.get('shape') as string)
  if (!Object.hasOwn(readable, description))
    return reject(
      'header, descr',
      `one of ${Object.keys(readable).join(', ')}`,
      quote(description),
      "Convert it in Python first, as with array.astype('<f4').",
    )
  if (order !== 'True' && order !== 'False')
    return reject('header, fortran_order', 'True or False', quote(order), rewrite)
  if (shape === undefined)
    return reject('header, shape', 'a tuple of non-negative integers', quote(fields.get('shape')), rewrite)
  return { dtype: readable[description], fortranOrder: order === 'True', shape }
}

const elements = (dtype: StoredType | 'int64', shape: readonly number[], bytes: Uint8Array): StoredArray => {
  if (dtype === 'int64') {
    const data = int64AsInt32(bytes)
    if (data instanceof Int32Array) return { shape, dtype: 'int32', data }
    const fix = "Save smaller integers, or floats: array.astype('<f8')."
    return reject(`element ${data.index}`, 'an integer of 32 bits', data.value, fix)
  }
  if (dtype === 'bool' && firstNotBool(bytes) >= 0) {
    const at = firstNotBool(bytes)
    return reject(`element ${at}`, 'a boolean, 0 or 1', `${bytes[at]}`, rewrite)
  }
  return { shape, dtype, data: elementsOf(dtype, bytes, 'little') }
}

/** Column-major elements in row-major order. */
const rowMajor = ({ shape, dtype, data }: StoredArray): StoredArray => {
  const out = data.slice()
  const index = shape.map(() => 0)
  for (let i = 0; i < out.length; i++) {
    let from = 0
    for (let axis = shape.length - 1; axis >= 0; axis--) from = from * shape[axis] + index[axis]
    out[i] = data[from]
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0
  }
  return { shape, dtype, data: out }
}

/**
 * Reads a file that `numpy.save` wrote: versions 1 to 3, C or Fortran order (read into row-major order), dtypes `<f4`,
 * `<f8`, `<i4`, `<u4`, `|u1`, `|b1`, and `<i8` into int32 where every element fits. Strict: the file ends with its last
 * element.
 *
 * @example
 * import { readNpy, storedArray, writeNpy } from 'pullback'
 *
 * const file = readNpy(writeNpy(storedArray('int32', [2, 1], Int32Array.of(5, -6))))
 * file._tag === 'Right' && file.right.shape // => [2, 1]
 */
export const readNpy = (bytes: Uint8Array): Either<FormatError, StoredArray> =>
  decoding(() => {
    if (latin1(bytes.subarray(0, 6)) !== magic)
      return reject(
        'byte 0',
        'the magic number \\x93NUMPY',
        quote(latin1(bytes.subarray(0, 6))),
        'This is no npy file, or it was cut.',
      )
    const major = bytes[6]
    const prefix = major === 1 ? 10 : 12
    if (bytes.length < prefix)
      return reject('byte 6', 'a version and a header length', `a file of ${bytes.length} bytes`, damaged)
    if (major < 1 || major > 3 || bytes[7] !== 0)
      return reject('byte 6', 'version 1.0, 2.0 or 3.0', `${major}.${bytes[7]}`, rewrite)
    const view = viewOf(bytes)
    const start = prefix + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
    if (bytes.length < start)
      return reject('byte 8', `${start - prefix} bytes of header`, `${bytes.length - prefix} bytes`, damaged)
    const text = utf8Text(bytes.subarray(prefix, start))
    if (text === undefined) return reject('header', 'text', 'other bytes', damaged)
    const { dtype, fortranOrder, shape } = checkHeader(text)
    const length = sizeOf(shape) * (dtype === 'int64' ? 8 : itemSize(dtype))
    if (bytes.length - start !== length)
      return reject(
        `byte ${start}`,
        `${length} bytes of elements for shape ${showShape(shape)}`,
        `${bytes.length - start}`,
        damaged,
      )
    const array = elements(dtype, shape, bytes.subarray(start))
    return fortranOrder ? rowMajor(array) : array
  })

/**
 * The bytes of an npy file, as `numpy.save` writes them.
 *
 * @throws PullbackError for arrays whose shape and data disagree
 * @example
 * import { storedArray, writeNpy } from 'pullback'
 *
 * writeNpy(storedArray('int32', [2, 1], Int32Array.of(5, -6))).length // => 136
 */
export const writeNpy = (array: StoredArray): Uint8Array => {
  checkStored('writeNpy', array)
  const { shape, dtype } = array
  const sizes = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const text = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': ${sizes}, }`
  // The elements start at a multiple of 64. Version 1 has 2 bytes for the length of the header, version 2 has 4.
  const major = text.length < 65000 ? 1 : 2
  const prefix = major === 1 ? 10 : 12
  const start = Math.ceil((prefix + text.length + 1) / 64) * 64
  const header = new Uint8Array(start).fill(0x20)
  header.set([...asciiBytes(magic), major, 0])
  if (major === 1) viewOf(header).setUint16(8, start - prefix, true)
  else viewOf(header).setUint32(8, start - prefix, true)
  header.set(asciiBytes(text), prefix)
  header[start - 1] = 0x0a
  return concatBytes([header, bytesOf(array, 'little')])
}
