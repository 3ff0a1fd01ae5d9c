import { deflateRawSync, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { left, right } from '#fp/Either'
import { asciiBytes, concatBytes, viewOf } from '../../../src/data/format/bytes.js'
import { crc32 } from '../../../src/data/format/checksum.js'
import { readPng, writePng } from '../../../src/data/format/png.js'
import { type StoredArray, storedArray } from '../../../src/data/format/storedArray.js'
import { fixture, inflate, leftOf, rejectsTruncation, rightOf, survivesCorruption } from './support.js'

const read = readPng(inflate)

const picture = (
  channels: number,
  height: number,
  width: number,
  value: (c: number, y: number, x: number) => number,
): StoredArray<'uint8'> =>
  storedArray(
    'uint8',
    [channels, height, width],
    Uint8Array.from({ length: channels * height * width }, (_, i) =>
      value(Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width),
    ),
  )

const arbitraryPicture = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([c, h, w]) =>
    fc.uint8Array({ minLength: c * h * w, maxLength: c * h * w }).map((data) => storedArray('uint8', [c, h, w], data)),
  )

const chunk = (name: string, data: Uint8Array): Uint8Array => {
  const body = concatBytes([asciiBytes(name), data])
  const out = new Uint8Array(body.length + 8)
  viewOf(out).setUint32(0, data.length)
  out.set(body, 4)
  viewOf(out).setUint32(body.length + 4, crc32(body))
  return out
}
const header = (width: number, height: number, ...rest: readonly number[]): Uint8Array =>
  chunk('IHDR', Uint8Array.of(0, 0, 0, width, 0, 0, 0, height, ...rest))
const pixels = (...rows: readonly number[]): Uint8Array => chunk('IDAT', deflateSync(Uint8Array.from(rows)))
const end = chunk('IEND', new Uint8Array(0))
const png = (...chunks: readonly Uint8Array[]): Uint8Array => concatBytes([asciiBytes('\x89PNG\r\n\x1a\n'), ...chunks])

describe('pictures of Pillow', () => {
  const formula = (c: number, y: number, x: number): number => 40 * c + 16 * y + 3 * x * x
  it.each([
    ['grey', 1],
    ['grey-alpha', 2],
    ['rgb', 3],
    ['rgba', 4],
  ])('reads %s', (name, channels) => {
    expect(rightOf(read(fixture(`pillow-${name}.png`)))).toEqual(picture(channels, 12, 17, formula))
  })

  it('reads palettes', () => {
    const colour = (c: number, _: number, x: number): number => (x % 3 === c ? 255 : 0)
    expect(rightOf(read(fixture('pillow-palette.png')))).toEqual(picture(3, 12, 17, colour))
    const alpha = (c: number, y: number, x: number): number => (c < 3 ? colour(c, y, x) : x % 3 === 1 ? 128 : 255)
    expect(rightOf(read(fixture('pillow-palette-alpha.png')))).toEqual(picture(4, 12, 17, alpha))
  })
})

describe('round trip', () => {
  it('reads what it wrote, stored and packed', () => {
    fc.assert(
      fc.property(arbitraryPicture, fc.boolean(), (image, packed) => {
        expect(rightOf(read(writePng(image, packed ? deflateRawSync : undefined)))).toEqual(image)
      }),
    )
  })

  it('writes a picture of one channel without a channel axis', () => {
    const grey = storedArray('uint8', [2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6))
    expect(rightOf(read(writePng(grey)))).toEqual({ ...grey, shape: [1, 2, 3] })
  })

  it('stores more than one block', () => {
    const large = picture(3, 150, 200, (c, y, x) => c + y * x)
    expect(rightOf(read(writePng(large)))).toEqual(large)
  })

  it('undoes every filter', () => {
    const filters = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 5, maxLength: 5 })
    fc.assert(
      fc.property(arbitraryPicture, filters, (image, rowFilters) => {
        const [channels, height, width] = image.shape
        const sample = (y: number, i: number): number =>
          y < 0 || i < 0 ? 0 : image.data[((i % channels) * height + y) * width + Math.floor(i / channels)]
        const rows: number[] = []
        for (let y = 0; y < height; y++) {
          rows.push(rowFilters[y])
          for (let i = 0; i < width * channels; i++) {
            const [a, b, c] = [
              sample(y, i - channels),
              sample(y - 1, i),
              i < channels ? 0 : sample(y - 1, i - channels),
            ]
            // Paeth, as the specification words it: the neighbour nearest to a + b - c, ties in the order a, b, c.
            const paeth = [a, b, c].reduce((best, n) =>
              Math.abs(a + b - c - n) < Math.abs(a + b - c - best) ? n : best,
            )
            rows.push(sample(y, i) - [0, a, b, Math.floor((a + b) / 2), paeth][rowFilters[y]])
          }
        }
        expect(
          rightOf(read(png(header(width, height, 8, [0, 4, 2, 6][channels - 1], 0, 0, 0), pixels(...rows), end))),
        ).toEqual(image)
      }),
    )
  })

  it('refuses other shapes', () => {
    const batch = storedArray('uint8', [1, 1, 1, 1], Uint8Array.of(1))
    expect(() => writePng(batch)).toThrow(
      'writePng: expected a picture [H, W] or [C, H, W] of 1 to 4 channels, got [1, 1, 1, 1].',
    )
  })
})

describe('strictness', () => {
  const grey = header(2, 1, 8, 0, 0, 0, 0)
  it.each([
    ['signature', asciiBytes('GIF89a..'), 'byte 0', 'the PNG signature'],
    ['no header', png(end), 'byte 8', 'the header IHDR'],
    ['no width', png(header(0, 1, 8, 0, 0, 0, 0), end), 'IHDR', 'a width and height'],
    ['16 bits', png(header(2, 1, 16, 0, 0, 0, 0), end), 'IHDR, bit depth', '8'],
    ['colour type', png(header(2, 1, 8, 1, 0, 0, 0), end), 'IHDR, colour type', '0, 2, 3, 4 or 6'],
    ['compression', png(header(2, 1, 8, 0, 1, 0, 0), end), 'IHDR, compression and filter', '0 and 0'],
    ['interlace', png(header(2, 1, 8, 0, 0, 0, 1), end), 'IHDR, interlace', 'none'],
    ['no pixels', png(grey, end), 'IDAT', 'a zlib stream'],
    ['no zlib stream', png(grey, chunk('IDAT', new Uint8Array(9)), end), 'IDAT', 'the header of a zlib stream'],
    ['too few pixels', png(grey, pixels(0, 1), end), 'IDAT', '3 bytes of pixels'],
    ['filter', png(grey, pixels(5, 1, 1), end), 'row 0', 'a filter from 0 to 4'],
    [
      'unknown critical chunk',
      png(grey, chunk('ABCD', new Uint8Array(0)), pixels(0, 1, 1), end),
      'byte 33',
      'one of IHDR',
    ],
    ['no palette', png(header(2, 1, 8, 3, 0, 0, 0), pixels(0, 0, 0), end), 'PLTE', 'a palette'],
    [
      'a colour that the palette lacks',
      png(header(2, 1, 8, 3, 0, 0, 0), chunk('PLTE', new Uint8Array(6)), pixels(0, 0, 2), end),
      'PLTE',
      'a palette of more than 2 colours',
    ],
    [
      'bytes after the end',
      concatBytes([png(grey, pixels(0, 1, 1), end), Uint8Array.of(0)]),
      /^byte \d+$/,
      'the end of the file',
    ],
  ])('%s', (_, bytes, where, expected) => {
    const error = leftOf(read(bytes))
    expect(error.format).toBe('PNG')
    expect(error.where).toMatch(where)
    expect(error.expected).toContain(expected)
  })

  it('skips chunks that it may skip', () => {
    expect(rightOf(read(png(grey, chunk('tEXt', new Uint8Array(3)), pixels(0, 1, 2), end))).data).toEqual(
      Uint8Array.of(1, 2),
    )
  })

  it('verifies both checksums', () => {
    const file = writePng(storedArray('uint8', [1, 2], Uint8Array.of(0, 255)))
    file[20] ^= 1
    expect(leftOf(read(file)).where).toBe('byte 8, chunk "IHDR"')
    const stream = deflateSync(Uint8Array.of(0, 1, 1))
    stream[stream.length - 1] ^= 1
    expect(leftOf(read(png(grey, chunk('IDAT', stream), end))).message).toContain('PNG, IDAT: expected the checksum 0x')
  })

  it('passes on what unpacking says', () => {
    const image = writePng(storedArray('uint8', [1, 2], Uint8Array.of(0, 255)))
    expect(leftOf(readPng(() => left('an invalid block'))(image)).got).toBe('an invalid block')
    expect(leftOf(readPng(() => right(new Uint8Array(1)))(image)).expected).toBe('3 bytes of pixels')
  })

  it('rejects every truncation', () => rejectsTruncation(read, fixture('pillow-rgba.png')))
  it('survives corruption', () => survivesCorruption(read, fixture('pillow-palette.png')))
})
