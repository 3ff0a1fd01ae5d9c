import { describe, expect, it } from 'vitest'
import { bytePixels, unitPixels } from '../../../src/data/format/pixels.js'
import { storedArray } from '../../../src/data/format/storedArray.js'

const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)

describe('unitPixels', () => {
  it('is x / 255, rounded once', () => {
    const { dtype, data } = unitPixels(storedArray('uint8', [1, 16, 16], all))
    expect(dtype).toBe('float32')
    expect([...data]).toEqual(Array.from(all, (byte) => Math.fround(byte / 255)))
  })

  it('adds a channel axis where there is none', () => {
    expect(unitPixels(storedArray('uint8', [4, 8, 8], all)).shape).toEqual([4, 1, 8, 8])
    expect(unitPixels(storedArray('uint8', [1, 4, 8, 8], all)).shape).toEqual([1, 4, 8, 8])
    expect(unitPixels(storedArray('uint8', [256], all)).shape).toEqual([256])
  })
})

describe('bytePixels', () => {
  it('undoes unitPixels', () => {
    const bytes = storedArray('uint8', [256], all)
    expect(bytePixels(unitPixels(bytes))).toEqual(bytes)
  })

  it('clips', () => {
    const values = Float32Array.of(-1, 2, Number.NaN, Infinity, -Infinity, 0.5)
    expect(bytePixels(storedArray('float32', [6], values)).data).toEqual(Uint8Array.of(0, 255, 0, 255, 0, 128))
  })
})
