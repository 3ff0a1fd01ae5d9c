import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPng, writePng } from '../../../src/data/format/png.js'
import { cutSprites } from '../../../src/data/format/sprites.js'
import { storedArray } from '../../../src/data/format/storedArray.js'
import { deflate, inflate } from '../../../src/node/file/zlib.js'
import { rightOf } from './support.js'

const grids = fc.record({
  channels: fc.integer({ min: 1, max: 4 }),
  height: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 1, max: 4 }),
  rows: fc.integer({ min: 1, max: 3 }),
  columns: fc.integer({ min: 1, max: 3 }),
})

test('every pixel comes to its place in its picture', () => {
  fc.assert(
    fc.property(grids, ({ channels, height, width, rows, columns }) => {
      const [sheetHeight, sheetWidth] = [rows * height, columns * width]
      const data = Uint8Array.from({ length: channels * sheetHeight * sheetWidth }, (_, i) => i)
      const cut = cutSprites(storedArray('uint8', [channels, sheetHeight, sheetWidth], data), { height, width })
      expect(cut.shape).toEqual([rows * columns, channels, height, width])
      let i = 0
      for (let n = 0; n < rows * columns; n++)
        for (let c = 0; c < channels; c++)
          for (let y = 0; y < height; y++)
            for (let x = 0; x < width; x++) {
              const [sheetY, sheetX] = [Math.floor(n / columns) * height + y, (n % columns) * width + x]
              expect(cut.data[i++]).toBe(data[(c * sheetHeight + sheetY) * sheetWidth + sheetX])
            }
    }),
  )
})

test('pictures of a PNG file, one flattened in each row', () => {
  const pictures = storedArray(
    'uint8',
    [1, 3, 4],
    Uint8Array.from({ length: 12 }, (_, i) => 20 * i),
  )
  const sheet = rightOf(readPng(inflate)(writePng(pictures, deflate)))
  const { shape, data } = cutSprites(sheet, { height: 1, width: 4, count: 2 })
  expect(shape).toEqual([2, 1, 1, 4])
  const squares = storedArray('uint8', [2, 1, 2, 2], data)
  expect([...squares.data]).toEqual([...pictures.data.slice(0, 8)])
})

describe('refuses', () => {
  const sheet = storedArray('uint8', [1, 4, 6], new Uint8Array(24))
  const fix = 'The pictures of a sprite are tiles of one size, without gaps.'
  test.each([
    [{ height: 3, width: 2 }, `cutSprites: expected sizes that divide 4 x 6, got 3 x 2. ${fix}`],
    [{ height: 2, width: 0 }, `cutSprites: expected sizes that divide 4 x 6, got 2 x 0. ${fix}`],
    [{ height: 2, width: 2, count: 7 }, `cutSprites: expected a count from 1 to 6, got 7. ${fix}`],
    [{ height: 2, width: 2, count: 0 }, `cutSprites: expected a count from 1 to 6, got 0. ${fix}`],
  ])('%j', (options, message) => {
    expect(() => cutSprites(sheet, options)).toThrow(message)
  })
})
