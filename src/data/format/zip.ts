/**
 * ZIP archives, as far as npz needs them: stored and deflated entries of one file, sizes below 4 GiB, no encryption.
 *
 * What counts is the central directory at the end; sizes and checksums are taken from it and verified.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import type { Either } from '#fp/Either'
import { fail } from '../../array/error.js'
import { concatBytes, utf8Text, viewOf } from './bytes.js'
import { crc32, showChecksum } from './checksum.js'
import type { Deflate, Inflate } from './deflate.js'
import { decoding, type FormatError, quote, type Reject, rejecting } from './formatError.js'

const reject: Reject = rejecting('zip')
const damaged = 'The archive is damaged or was cut: make or download it again.'
const repack = 'Pack the files again with a plain zip program.'

const localHeader = 0x04034b50
const centralHeader = 0x02014b50
const endRecord = 0x06054b50
const stored = 0
const deflated = 8

const hex = (word: number): string => `0x${word.toString(16)}`

/** Offset of the end record: the last one whose comment ends with the file. */
const findEnd = (bytes: Uint8Array, view: DataView): number => {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 0xffff); at--)
    if (view.getUint32(at, true) === endRecord && at + 22 + view.getUint16(at + 20, true) === bytes.length) return at
  return reject(
    `byte ${bytes.length}`,
    'the end record of an archive',
    'none',
    'This is no zip or npz file, or it was cut.',
  )
}

interface Entry {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly checksum: number
  readonly packedLength: number
  readonly length: number
  readonly local: number
  readonly next: number
}

const entryAt = (bytes: Uint8Array, view: DataView, at: number, end: number): Entry => {
  if (at + 46 > end) return reject(`byte ${at}`, 'an entry of the directory', 'its end', damaged)
  if (view.getUint32(at, true) !== centralHeader)
    return reject(
      `byte ${at}`,
      `an entry of the directory, ${hex(centralHeader)}`,
      hex(view.getUint32(at, true)),
      damaged,
    )
  const nameLength = view.getUint16(at + 28, true)
  const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  if (next > end) return reject(`byte ${at}`, 'an entry within the directory', `one that ends at byte ${next}`, damaged)
  const name = utf8Text(bytes.subarray(at + 46, at + 46 + nameLength))
  if (name === undefined) return reject(`byte ${at + 46}`, 'a name in UTF-8', 'other bytes', repack)
  return {
    name,
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    checksum: view.getUint32(at + 16, true),
    packedLength: view.getUint32(at + 20, true),
    length: view.getUint32(at + 24, true),
    local: view.getUint32(at + 42, true),
    next,
  }
}

const contents = (bytes: Uint8Array, view: DataView, entry: Entry, directory: number, inflate: Inflate): Uint8Array => {
  const { name, flags, method, checksum, packedLength, length, local } = entry
  const where = quote(name)
  if (flags & 1) return reject(where, 'an entry without encryption', 'an encrypted one', repack)
  if (packedLength === 0xffffffff || length === 0xffffffff || local === 0xffffffff)
    return reject(where, 'sizes below 4 GiB', 'a zip64 entry', 'Save fewer or smaller arrays in one file.')
  if (local + 30 > directory || view.getUint32(local, true) !== localHeader)
    return reject(`${where}, byte ${local}`, 'the header of the entry', 'other bytes', damaged)
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
  if (start + packedLength > directory)
    return reject(
      `${where}, byte ${start}`,
      `${packedLength} bytes`,
      `${directory - start} before the directory`,
      damaged,
    )
  const packed = bytes.subarray(start, start + packedLength)
  const content = unpack(where, method, packed, length, inflate)
  if (content.length !== length) return reject(where, `${length} bytes`, `${content.length}`, damaged)
  const sum = crc32(content)
  if (sum !== checksum) return reject(where, `the checksum ${showChecksum(checksum)}`, showChecksum(sum), damaged)
  return content
}

const unpack = (where: string, method: number, packed: Uint8Array, length: number, inflate: Inflate): Uint8Array => {
  if (method === stored) return packed.slice()
  if (method !== deflated) return reject(where, 'a stored or deflated entry', `method ${method}`, repack)
  const result = inflate(packed, length)
  return result._tag === 'Right' ? result.right : reject(where, 'a DEFLATE stream', result.left, damaged)
}

/**
 * Reads a ZIP archive: the files by name, in the order of its directory. Sizes and checksums are verified; a name that
 * occurs twice is an error.
 *
 * @example
 * import { readZip, writeZip } from 'pullback'
 * import { deflate, inflate } from 'pullback/node'
 *
 * const files = readZip(inflate)(writeZip(new Map([['a.txt', Uint8Array.of(1, 2)]]), deflate))
 * files._tag === 'Right' && files.right.get('a.txt') // => Uint8Array [1, 2]
 */
export const readZip =
  (inflate: Inflate) =>
  (bytes: Uint8Array): Either<FormatError, ReadonlyMap<string, Uint8Array>> =>
    decoding(() => {
      const view = viewOf(bytes)
      const end = findEnd(bytes, view)
      const count = view.getUint16(end + 10, true)
      const directory = view.getUint32(end + 16, true)
      if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count)
        return reject(`byte ${end}`, 'an archive of one part', 'one of several', repack)
      if (directory + view.getUint32(end + 12, true) !== end)
        return reject(`byte ${end}`, 'a directory that ends here', `one at byte ${directory}`, damaged)
      const files = new Map<string, Uint8Array>()
      let at = directory
      for (let i = 0; i < count; i++) {
        const entry = entryAt(bytes, view, at, end)
        if (files.has(entry.name)) return reject(`byte ${at}`, 'each name once', `${quote(entry.name)} twice`, repack)
        files.set(entry.name, contents(bytes, view, entry, directory, inflate))
        at = entry.next
      }
      if (at !== end) return reject(`byte ${at}`, 'the end of the directory', `${end - at} more bytes`, damaged)
      return files
    })

// 1 January 1980, the first day there is: equal contents give equal bytes.
const date = 0x0021
const utf8Names = 0x0800

/**
 * The bytes of a ZIP archive, files sorted by name. Without `deflate` they are stored as they are.
 *
 * @example
 * import { writeZip } from 'pullback'
 *
 * const bytes = writeZip(new Map([['a.txt', Uint8Array.of(1, 2)]]))
 */
export const writeZip = (files: ReadonlyMap<string, Uint8Array>, deflate?: Deflate): Uint8Array => {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const encoded = new TextEncoder().encode(name)
    const packed = deflate === undefined ? content : deflate(content)
    // Both headers hold the same 26 bytes: version, flags, method, time, date, checksum, sizes, length of the name.
    const common = new Uint8Array(26)
    const fields = viewOf(common)
    fields.setUint16(0, 20, true)
    fields.setUint16(2, utf8Names, true)
    fields.setUint16(4, deflate === undefined ? stored : deflated, true)
    fields.setUint16(8, date, true)
    fields.setUint32(10, crc32(content), true)
    fields.setUint32(14, packed.length, true)
    fields.setUint32(18, content.length, true)
    fields.setUint16(22, encoded.length, true)
    const local = new Uint8Array(30)
    viewOf(local).setUint32(0, localHeader, true)
    local.set(common, 4)
    parts.push(local, encoded, packed)
    const central = new Uint8Array(46)
    viewOf(central).setUint32(0, centralHeader, true)
    viewOf(central).setUint16(4, 20, true)
    central.set(common, 6)
    viewOf(central).setUint32(42, offset, true)
    directory.push(central, encoded)
    offset += local.length + encoded.length + packed.length
  }
  const entries = concatBytes(directory)
  if (files.size >= 0xffff || offset + entries.length >= 0xffffffff)
    fail(
      'writeZip',
      'fewer than 65535 files and 4 GiB',
      `${files.size} files, ${offset} bytes`,
      'Write several archives.',
    )
  const end = new Uint8Array(22)
  const record = viewOf(end)
  record.setUint32(0, endRecord, true)
  record.setUint16(8, files.size, true)
  record.setUint16(10, files.size, true)
  record.setUint32(12, entries.length, true)
  record.setUint32(16, offset, true)
  return concatBytes([...parts, entries, end])
}
