/**
 * PNG pictures of 8 bits a sample, not interlaced: grey, grey with alpha, RGB, RGBA and palette.
 *
 * Pictures are [C, H, W] like all images here; PNG itself interleaves the channels.
 *
 * Laws: 1. `readPng(inflate)(writePng(picture))` is `picture`. 2. Any bytes give an `Either`.
 *
 * @see https://www.w3.org/TR/png-3/
 */
import type { Either } from '#fp/Either'
import { asciiBytes, concatBytes, latin1, viewOf } from './bytes.js'
import { adler32, crc32, showChecksum } from './checksum.js'
import { type Deflate, type Inflate, storeOnly } from './deflate.js'
import { decoding, type FormatError, quote, type Reject, rejecting } from './formatError.js'
import { pictureSize } from './pixels.js'
import { checkStored, type StoredArray } from './storedArray.js'

const reject: Reject = rejecting('PNG')
const damaged = 'The file is damaged or was cut: make or download it again.'
const convert = 'Convert the picture to a plain 8-bit PNG.'

const signature = '\x89PNG\r\n\x1a\n'
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
const colourTypes = [0, 4, 2, 6]
const palette = 3

interface Chunk {
  readonly name: string
  readonly at: number
  readonly data: Uint8Array
}

/** The chunks from the signature to IEND, which ends the file. Lengths and checksums are verified. */
const chunksOf = (bytes: Uint8Array): readonly Chunk[] => {
  if (latin1(bytes.subarray(0, 8)) !== signature)
    return reject(
      'byte 0',
      'the PNG signature',
      quote(latin1(bytes.subarray(0, 8))),
      'This is no PNG file, or it was cut.',
    )
  const view = viewOf(bytes)
  const chunks: Chunk[] = []
  let at = 8
  while (chunks.length === 0 || chunks[chunks.length - 1].name !== 'IEND') {
    if (at + 12 > bytes.length) return reject(`byte ${at}`, 'a chunk', 'the end of the file', damaged)
    const length = view.getUint32(at)
    const name = latin1(bytes.subarray(at + 4, at + 8))
    if (at + 12 + length > bytes.length)
      return reject(`byte ${at}`, `${length} bytes in chunk ${quote(name)}`, `${bytes.length - at - 12}`, damaged)
    const sum = crc32(bytes.subarray(at + 4, at + 8 + length))
    const want = view.getUint32(at + 8 + length)
    if (sum !== want)
      return reject(
        `byte ${at}, chunk ${quote(name)}`,
        `the checksum ${showChecksum(want)}`,
        showChecksum(sum),
        damaged,
      )
    chunks.push({ name, at, data: bytes.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return at === bytes.length
    ? chunks
    : reject(`byte ${at}`, 'the end of the file', `${bytes.length - at} more bytes`, damaged)
}

interface Header {
  readonly width: number
  readonly height: number
  readonly colourType: number
}

const headerOf = ([first]: readonly Chunk[]): Header => {
  if (first.name !== 'IHDR' || first.data.length !== 13)
    return reject('byte 8', 'the header IHDR of 13 bytes', quote(first.name), damaged)
  const view = viewOf(first.data)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth, colourType, compression, filter, interlace] = first.data.subarray(8)
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff)
    return reject('IHDR', 'a width and height from 1 to 2147483647', `${width} x ${height}`, damaged)
  if (depth !== 8) return reject('IHDR, bit depth', '8', `${depth}`, convert)
  if (channelsOf[colourType] === undefined)
    return reject('IHDR, colour type', '0, 2, 3, 4 or 6', `${colourType}`, damaged)
  if (compression !== 0 || filter !== 0)
    return reject('IHDR, compression and filter', '0 and 0', `${compression} and ${filter}`, damaged)
  if (interlace !== 0) return reject('IHDR, interlace', 'none, 0', `${interlace}`, convert)
  return { width, height, colourType }
}

/** The bytes inside a zlib stream (RFC 1950): two header bytes, a DEFLATE stream, a checksum. */
const unwrap = (stream: Uint8Array, length: number, inflate: Inflate): Uint8Array => {
  if (stream.length < 6) return reject('IDAT', 'a zlib stream', `${stream.length} bytes`, damaged)
  const [method, flags] = stream
  if ((method & 0x0f) !== 8 || (method * 256 + flags) % 31 !== 0 || flags & 0x20)
    return reject('IDAT', 'the header of a zlib stream', `${method}, ${flags}`, damaged)
  const result = inflate(stream.subarray(2, stream.length - 4), length)
  if (result._tag === 'Left') return reject('IDAT', 'a DEFLATE stream', result.left, damaged)
  if (result.right.length !== length)
    return reject('IDAT', `${length} bytes of pixels`, `${result.right.length}`, damaged)
  const want = viewOf(stream).getUint32(stream.length - 4)
  const sum = adler32(result.right)
  return sum === want ? result.right : reject('IDAT', `the checksum ${showChecksum(want)}`, showChecksum(sum), damaged)
}

/** Undoes the filter of every row, in place: each byte was stored as a difference from its neighbours' prediction. */
const unfilter = (rows: Uint8Array, height: number, stride: number, step: number): void => {
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1) + 1
    const filter = rows[start - 1]
    if (filter > 4) reject(`row ${y}`, 'a filter from 0 to 4', `${filter}`, damaged)
    for (let x = 0; x < stride; x++) {
      const left = x >= step ? rows[start + x - step] : 0
      const up = y > 0 ? rows[start + x - stride - 1] : 0
      const upLeft = x >= step && y > 0 ? rows[start + x - step - stride - 1] : 0
      rows[start + x] += predict(filter, left, up, upLeft)
    }
  }
}

const predict = (filter: number, left: number, up: number, upLeft: number): number => {
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  const byLeft = Math.abs(up - upLeft)
  const byUp = Math.abs(left - upLeft)
  const byUpLeft = Math.abs(left + up - 2 * upLeft)
  return byLeft <= byUp && byLeft <= byUpLeft ? left : byUp <= byUpLeft ? up : upLeft
}

/** Channel planes, from a function that finds the samples of a pixel. */
const planes = (
  channels: number,
  { width, height }: Header,
  sample: (pixel: number, channel: number) => number,
): Uint8Array => {
  const out = new Uint8Array(channels * height * width)
  for (let channel = 0, i = 0; channel < channels; channel++)
    for (let pixel = 0; pixel < height * width; pixel++) out[i++] = sample(pixel, channel)
  return out
}

/**
 * Reads a PNG picture: uint8 [C, H, W] with 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) channels. A palette becomes
 * RGB, or RGBA where it has transparency. Sizes and all checksums are verified; what is not 8-bit or is interlaced is
 * an error.
 *
 * @example
 * import { readPng, storedArray, writePng } from 'pullback'
 * import { inflate } from 'pullback/node'
 *
 * const file = writePng(storedArray('uint8', [1, 1, 2], Uint8Array.of(0, 255)))
 * const picture = readPng(inflate)(file)
 * picture._tag === 'Right' && picture.right.shape // => [1, 1, 2]
 */
export const readPng =
  (inflate: Inflate) =>
  (bytes: Uint8Array): Either<FormatError, StoredArray<'uint8'>> =>
    decoding(() => {
      const chunks = chunksOf(bytes)
      const header = headerOf(chunks)
      const { width, height, colourType } = header
      const known = ['IHDR', 'PLTE', 'IDAT', 'IEND']
      // An upper-case first letter says that a picture cannot be shown without this chunk.
      const foreign = chunks.find(({ name }) => /^[A-Z]/.test(name) && !known.includes(name))
      if (foreign !== undefined)
        return reject(`byte ${foreign.at}`, `one of ${known.join(', ')}`, quote(foreign.name), convert)
      const only = (name: string): Uint8Array | undefined => chunks.find((chunk) => chunk.name === name)?.data
      const stream = concatBytes(chunks.filter(({ name }) => name === 'IDAT').map(({ data }) => data))
      const step = channelsOf[colourType]
      const stride = width * step
      // A copy: what `inflate` gives may be a view of its input.
      const rows = unwrap(stream, height * (stride + 1), inflate).slice()
      unfilter(rows, height, stride, step)
      const at = (pixel: number, channel: number): number => {
        const y = Math.floor(pixel / width)
        return rows[y * (stride + 1) + 1 + (pixel - y * width) * step + channel]
      }
      if (colourType !== palette)
        return { shape: [step, height, width], dtype: 'uint8', data: planes(step, header, at) }
      const colours = only('PLTE')
      const alphas = only('tRNS')
      if (colours === undefined) return reject('PLTE', 'a palette', 'none', damaged)
      const largest = planes(1, header, at).reduce((a, b) => Math.max(a, b), 0)
      if (colours.length % 3 !== 0 || largest >= colours.length / 3)
        return reject('PLTE', `a palette of more than ${largest} colours`, `${colours.length} bytes`, damaged)
      const channels = alphas === undefined ? 3 : 4
      const data = planes(channels, header, (pixel, channel) =>
        channel < 3 ? colours[3 * at(pixel, 0) + channel] : (alphas?.[at(pixel, 0)] ?? 255),
      )
      return { shape: [channels, height, width], dtype: 'uint8', data }
    })

const chunk = (name: string, data: Uint8Array): Uint8Array => {
  const body = concatBytes([asciiBytes(name), data])
  const out = new Uint8Array(body.length + 8)
  viewOf(out).setUint32(0, data.length)
  out.set(body, 4)
  viewOf(out).setUint32(body.length + 4, crc32(body))
  return out
}

/**
 * The bytes of a PNG file for a picture uint8 [H, W] (grey) or [C, H, W] (grey; grey, alpha; RGB; RGBA). Without `deflate`
 * the pixels are stored as they are. Throws for other shapes.
 *
 * @example
 * import { storedArray, writePng } from 'pullback'
 *
 * writePng(storedArray('uint8', [1, 2], Uint8Array.of(0, 255))).length // => 71
 */
export const writePng = (picture: StoredArray<'uint8'>, deflate: Deflate = storeOnly): Uint8Array => {
  checkStored('writePng', picture)
  const [channels, height, width] = pictureSize('writePng', picture)
  const rows = new Uint8Array(height * (width * channels + 1))
  for (let channel = 0, i = 0; channel < channels; channel++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) rows[y * (width * channels + 1) + 1 + x * channels + channel] = picture.data[i++]
  const header = new Uint8Array(13)
  viewOf(header).setUint32(0, width)
  viewOf(header).setUint32(4, height)
  header.set([8, colourTypes[channels - 1]], 8)
  const checksum = new Uint8Array(4)
  viewOf(checksum).setUint32(0, adler32(rows))
  const stream = concatBytes([Uint8Array.of(0x78, 0x01), deflate(rows), checksum])
  return concatBytes([
    asciiBytes(signature),
    chunk('IHDR', header),
    chunk('IDAT', stream),
    chunk('IEND', new Uint8Array(0)),
  ])
}
