import { describe, expect, it } from 'vitest'
import {
  bytesOf,
  elementsOf,
  int64AsInt32,
  itemSize,
  storedArray,
  storedTypes,
} from '../../../src/data/format/storedArray.js'

describe('storedArray', () => {
  it('checks that shape and data agree', () => {
    expect(() => storedArray('float32', [2, 2], new Float32Array(3))).toThrow(
      'storedArray: expected 4 elements for shape [2, 2], got 3.',
    )
    expect(() => storedArray('float32', [-1], new Float32Array(1))).toThrow('non-negative integers')
    expect(() => storedArray('float32', [1], new Float64Array(1) as never)).toThrow('a Float32Array for float32')
    expect(() => storedArray('int8' as never, [1], new Int8Array(1) as never)).toThrow('one of float32')
  })

  it('gives bytes in either order, and elements from them', () => {
    for (const dtype of storedTypes) {
      const bytes = Uint8Array.from({ length: 2 * itemSize(dtype) }, (_, i) => i % 2)
      const array = { shape: [2], dtype, data: elementsOf(dtype, bytes, 'little') }
      expect([...bytesOf(array, 'little')]).toEqual([...bytes])
      const big = bytesOf(array, 'big')
      expect(elementsOf(dtype, big, 'big')).toEqual(array.data)
    }
    expect([...bytesOf(storedArray('uint32', [1], Uint32Array.of(0x01020304)), 'big')]).toEqual([1, 2, 3, 4])
  })

  it('narrows 64-bit integers or names the first that does not fit', () => {
    const bytes = (values: readonly bigint[]): Uint8Array => new Uint8Array(BigInt64Array.from(values).buffer)
    expect(int64AsInt32(bytes([-5n, 6n]))).toEqual(Int32Array.of(-5, 6))
    expect(int64AsInt32(bytes([1n, 1n << 31n, 1n << 32n]))).toEqual({ index: 1, value: '2147483648' })
  })
})
