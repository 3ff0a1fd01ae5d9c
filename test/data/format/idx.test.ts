import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readIdx, writeIdx } from '../../../src/data/format/idx.js'
import { storedArray } from '../../../src/data/format/storedArray.js'
import { arbitraryArray, bits, leftOf, rejectsTruncation, rightOf, survivesCorruption } from './support.js'

const images = writeIdx(
  storedArray(
    'uint8',
    [2, 2, 3],
    Uint8Array.from({ length: 12 }, (_, i) => 20 * i),
  ),
)

describe('round trip', () => {
  it('reads what it wrote, bit for bit', () => {
    fc.assert(
      fc.property(arbitraryArray('uint8', 'int32', 'float32', 'float64'), (array) => {
        expect(bits(rightOf(readIdx(writeIdx(array))))).toEqual(bits(array))
      }),
    )
  })

  it('is big endian', () => {
    expect([...writeIdx(storedArray('int32', [2], Int32Array.of(1, -2)))]).toEqual([
      0, 0, 0x0c, 1, 0, 0, 0, 2, 0, 0, 0, 1, 255, 255, 255, 254,
    ])
  })

  it('widens signed bytes and shorts', () => {
    expect(rightOf(readIdx(Uint8Array.of(0, 0, 9, 1, 0, 0, 0, 2, 127, 128)))).toEqual(
      storedArray('int32', [2], Int32Array.of(127, -128)),
    )
    expect(rightOf(readIdx(Uint8Array.of(0, 0, 11, 1, 0, 0, 0, 2, 1, 0, 255, 254)))).toEqual(
      storedArray('int32', [2], Int32Array.of(256, -2)),
    )
  })

  it('refuses elements that the format lacks', () => {
    const bools = storedArray('bool', [1], Uint8Array.of(1))
    expect(() => writeIdx(bools as never)).toThrow(
      'writeIdx: expected one of uint8, int32, float32, float64, got bool.',
    )
  })
})

describe('strictness', () => {
  it.each([
    ['magic', Uint8Array.of(31, 139, 8, 1, 0, 0, 0, 0), 'byte 0', 'two zero bytes', '0x1f 0x8b'],
    ['type', Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0), 'byte 2', 'an element type of 0x08', '0x07'],
    ['sizes', Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2), 'byte 4', '3 sizes', '8 bytes'],
    ['trailing byte', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 5, 6), 'byte 8', 'a file of 9 bytes for shape [1]', '10'],
    ['enormous', Uint8Array.of(0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255), 'byte 12', 'a file of', '12'],
  ])('%s', (_, bytes, where, expected, got) => {
    const error = leftOf(readIdx(bytes))
    expect(error.format).toBe('IDX')
    expect(error.where).toBe(where)
    expect(error.expected).toContain(expected)
    expect(error.got).toContain(got)
  })

  it('rejects every truncation', () => rejectsTruncation(readIdx, images))
  it('survives corruption', () => survivesCorruption(readIdx, images))
})
