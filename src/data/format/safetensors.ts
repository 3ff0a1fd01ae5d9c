/**
 * safetensors: named arrays in one file, the format of checkpoints.
 *
 * A file is the length of the header (8 bytes, little endian), the header (a JSON object from names to dtype, shape and
 * the two offsets of the bytes; `__metadata__` maps strings to strings) and the bytes, which the arrays cover exactly.
 *
 * Laws:
 * 1. `readSafetensors(writeSafetensors(file))` is `file`, bit for bit, NaN payloads included.
 * 2. Equal contents give equal bytes: the order of the names that a writer is given does not matter.
 * 3. Any bytes give an `Either`; nothing throws.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
import type { Either } from '#fp/Either'
import { fail } from '../../array/error.js'
import { showShape, sizeOf } from '../../array/shape.js'
import { concatBytes, utf8Text, viewOf } from './bytes.js'
import { decoding, type FormatError, quote, type Reject, rejecting } from './formatError.js'
import { widenBfloat16, widenFloat16 } from './halfFloat.js'
import { duplicateKey, isJsonObject, parseJson } from './json.js'
import {
  bytesOf,
  checkStored,
  elementsOf,
  firstNotBool,
  int64AsInt32,
  itemSize,
  type StoredArray,
  type StoredArrays,
  type StoredType,
} from './storedArray.js'

/** The contents of a file: arrays by name, in the order of the bytes, and free text. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredArray>
  readonly metadata: Readonly<Record<string, string>>
}

const metadataKey = '__metadata__'
const longestHeader = 100_000_000
const itemSizes: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  U8: 1,
  BOOL: 1,
}
const written: Readonly<Record<StoredType, string>> = {
  float64: 'F64',
  float32: 'F32',
  int32: 'I32',
  uint32: 'U32',
  uint8: 'U8',
  bool: 'BOOL',
}

const reject: Reject = rejecting('safetensors')
const damaged = 'The file is damaged or was cut: make or download it again.'
const wrongHeader = 'The header is wrong: write the file again with a safetensors library.'

interface Entry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const checkHeader = (bytes: Uint8Array): { readonly text: string; readonly dataStart: number } => {
  if (bytes.length < 8)
    return reject('byte 0', 'the 8 bytes of a header length', `a file of ${bytes.length} bytes`, damaged)
  const view = viewOf(bytes)
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 0x100000000
  if (length > longestHeader)
    return reject('byte 0', `a header of at most ${longestHeader} bytes`, `${length}`, 'This is no safetensors file.')
  if (8 + length > bytes.length)
    return reject('byte 0', `${length} bytes of header`, `${bytes.length - 8} bytes after its length`, damaged)
  const text = utf8Text(bytes.subarray(8, 8 + length))
  if (text === undefined) return reject('header', 'UTF-8 text', 'other bytes', wrongHeader)
  if (!text.startsWith('{')) return reject('header', `a JSON object that starts with {`, quote(text), wrongHeader)
  return { text, dataStart: 8 + length }
}

const checkMetadata = (value: unknown): Readonly<Record<string, string>> => {
  if (!isJsonObject(value)) return reject(metadataKey, 'an object of strings', quote(value), wrongHeader)
  for (const [key, text] of Object.entries(value))
    if (typeof text !== 'string') return reject(`${metadataKey}.${key}`, 'a string', quote(text), wrongHeader)
  return value as Readonly<Record<string, string>>
}

const checkEntry = (name: string, value: unknown, dataLength: number): Entry => {
  if (!isJsonObject(value))
    return reject(name, 'an object with dtype, shape and data_offsets', quote(value), wrongHeader)
  const { dtype, shape, data_offsets: offsets, ...others } = value
  const extra = Object.keys(others)[0]
  if (extra !== undefined)
    return reject(name, 'dtype, shape and data_offsets alone', `also ${quote(extra)}`, wrongHeader)
  if (typeof dtype !== 'string' || !Object.hasOwn(itemSizes, dtype))
    return reject(
      `${name}.dtype`,
      `one of ${Object.keys(itemSizes).join(', ')}`,
      quote(dtype),
      'Convert it before saving.',
    )
  if (!Array.isArray(shape) || !shape.every(isSize))
    return reject(`${name}.shape`, 'an array of non-negative integers', quote(shape), wrongHeader)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    return reject(`${name}.data_offsets`, 'two non-negative integers', quote(offsets), wrongHeader)
  const [begin, end] = offsets as [number, number]
  if (begin > end || end > dataLength)
    return reject(`${name}.data_offsets`, `begin <= end <= ${dataLength}`, quote(offsets), damaged)
  const length = sizeOf(shape) * itemSizes[dtype]
  if (end - begin !== length)
    return reject(
      `${name}.data_offsets`,
      `${length} bytes for ${dtype} ${showShape(shape)}`,
      `${end - begin}`,
      wrongHeader,
    )
  return { name, dtype, shape, begin, end }
}

/** In the order of their bytes; together they cover the data exactly once. */
const checkCover = (entries: readonly Entry[], dataLength: number): readonly Entry[] => {
  const order = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)
  let covered = 0
  for (const { name, begin, end } of order) {
    if (begin < covered)
      return reject(`${name}.data_offsets`, `bytes from ${covered} on`, `an overlap at ${begin}`, wrongHeader)
    if (begin > covered)
      return reject(`${name}.data_offsets`, `bytes from ${covered} on`, `a hole before ${begin}`, wrongHeader)
    covered = end
  }
  if (covered !== dataLength)
    return reject(`data byte ${covered}`, 'the end of the file', `${dataLength - covered} more bytes`, damaged)
  return order
}

const stored = (name: string, shape: readonly number[], dtype: string, bytes: Uint8Array): StoredArray => {
  const array = <D extends StoredType>(to: D, data: StoredArrays[D]): StoredArray<D> => ({ shape, dtype: to, data })
  const plain = <D extends StoredType>(to: D): StoredArray<D> => array(to, elementsOf(to, bytes, 'little'))
  switch (dtype) {
    case 'F64':
      return plain('float64')
    case 'F32':
      return plain('float32')
    case 'I32':
      return plain('int32')
    case 'U32':
      return plain('uint32')
    case 'U8':
      return plain('uint8')
    case 'F16':
      return array('float32', widenFloat16(bytes))
    case 'BF16':
      return array('float32', widenBfloat16(bytes))
    case 'I64': {
      const data = int64AsInt32(bytes)
      if (data instanceof Int32Array) return array('int32', data)
      return reject(
        `${name}, element ${data.index}`,
        'an integer of 32 bits',
        data.value,
        'Save smaller integers, or a float.',
      )
    }
    default: {
      const at = firstNotBool(bytes)
      if (at >= 0) return reject(`${name}, element ${at}`, 'a boolean, 0 or 1', `${bytes[at]}`, wrongHeader)
      return plain('bool')
    }
  }
}

/**
 * Reads a safetensors file. F64, F32, I32, U32, U8 and BOOL arrive as they are; F16 and BF16 widen to float32; I64 becomes
 * int32 where every element fits. Strict: a header that is too long, is no JSON object or names an array twice, sizes that
 * disagree, bytes that belong to two arrays or to none, and files that end early are errors.
 *
 * @example
 * import { readSafetensors, storedArray, writeSafetensors } from 'pullback'
 *
 * const weight = storedArray('float32', [2], Float32Array.of(1, 2))
 * const file = readSafetensors(writeSafetensors({ tensors: new Map([['weight', weight]]), metadata: {} }))
 * file._tag === 'Right' && file.right.tensors.get('weight')?.shape // => [2]
 */
export const readSafetensors = (bytes: Uint8Array): Either<FormatError, Safetensors> =>
  decoding(() => {
    const { text, dataStart } = checkHeader(bytes)
    const header = parseJson(text)?.value
    if (!isJsonObject(header)) return reject('header', 'a JSON object', quote(text), wrongHeader)
    const twice = duplicateKey(text)
    if (twice !== undefined) return reject('header', 'each name once', `${quote(twice)} twice`, wrongHeader)
    const data = bytes.subarray(dataStart)
    const entries = Object.entries(header)
      .filter(([name]) => name !== metadataKey)
      .map(([name, value]) => checkEntry(name, value, data.length))
    const tensors = checkCover(entries, data.length).map(
      ({ name, shape, dtype, begin, end }) => [name, stored(name, shape, dtype, data.subarray(begin, end))] as const,
    )
    const metadata = Object.hasOwn(header, metadataKey) ? checkMetadata(header[metadataKey]) : {}
    return { tensors: new Map(tensors), metadata }
  })

/**
 * The bytes of a safetensors file. Wide elements come first, then names in code unit order, and the header is padded
 * with spaces to a multiple of 8, so that every array is aligned.
 *
 * @throws PullbackError for a name `__metadata__`, and for arrays whose shape and data disagree
 * @example
 * import { storedArray, writeSafetensors } from 'pullback'
 *
 * const weight = storedArray('float32', [2], Float32Array.of(1, 2))
 * const bytes = writeSafetensors({ tensors: new Map([['weight', weight]]), metadata: { format: 'pt' } })
 */
export const writeSafetensors = ({ tensors, metadata }: Safetensors): Uint8Array => {
  const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
    a < b ? -1 : a > b ? 1 : 0
  const arrays = [...tensors].sort((a, b) => itemSize(b[1].dtype) - itemSize(a[1].dtype) || byName(a, b))
  const texts = Object.entries(metadata).sort(byName)
  let offset = 0
  const fields = arrays.map(([name, array]) => {
    checkStored(name, array)
    if (name === metadataKey)
      fail('writeSafetensors', 'another name', metadataKey, 'The format keeps this name for itself.')
    const begin = offset
    offset += array.data.byteLength
    const entry = { dtype: written[array.dtype], shape: array.shape, data_offsets: [begin, offset] }
    return `${JSON.stringify(name)}:${JSON.stringify(entry)}`
  })
  const metadataText = texts.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`).join(',')
  const all = texts.length === 0 ? fields : [`"${metadataKey}":{${metadataText}}`, ...fields]
  const json = new TextEncoder().encode(`{${all.join(',')}}`)
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20)
  viewOf(header).setBigUint64(0, BigInt(header.length - 8), true)
  header.set(json, 8)
  return concatBytes([header, ...arrays.map(([, array]) => bytesOf(array, 'little'))])
}
