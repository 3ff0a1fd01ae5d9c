import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNpy, writeNpy } from '../../../src/data/format/npy.js'
import { storedArray } from '../../../src/data/format/storedArray.js'
import {
  arbitraryArray,
  bits,
  fixture,
  leftOf,
  rejectsTruncation,
  rightOf,
  survivesCorruption,
  utf8,
} from './support.js'

const ramp = Array.from({ length: 24 }, (_, i) => i)

describe('files of NumPy', () => {
  it.each([
    ['f4', storedArray('float32', [2, 3, 4], Float32Array.from(ramp))],
    ['f8', storedArray('float64', [2, 3, 4], Float64Array.from(ramp))],
    ['i4', storedArray('int32', [2, 3, 4], Int32Array.from(ramp))],
    ['u4', storedArray('uint32', [2, 3, 4], Uint32Array.from(ramp))],
    ['u1', storedArray('uint8', [2, 3, 4], Uint8Array.from(ramp))],
    ['i8', storedArray('int32', [2, 3, 4], Int32Array.from(ramp))],
    [
      'b1',
      storedArray(
        'bool',
        [2, 3, 4],
        Uint8Array.from(ramp, (i) => 1 - (i % 2)),
      ),
    ],
    ['fortran', storedArray('float32', [2, 3, 4], Float32Array.from(ramp))],
    ['version2', storedArray('float32', [2, 3, 4], Float32Array.from(ramp))],
    ['scalar', storedArray('float64', [], Float64Array.of(2.5))],
    ['vector', storedArray('int32', [3], Int32Array.of(1, 2, 3))],
  ])('reads %s', (name, want) => {
    expect(rightOf(readNpy(fixture(`numpy-${name}.npy`)))).toEqual(want)
  })

  it.each(['f4', 'f8', 'i4', 'u4', 'u1', 'b1', 'scalar', 'vector'])('writes %s as NumPy does', (name) => {
    const bytes = fixture(`numpy-${name}.npy`)
    const written = writeNpy(rightOf(readNpy(bytes)))
    // NumPy pads the first axis with room to grow; the dictionary and the elements are the same.
    const dictionary = (file: Uint8Array): string =>
      new TextDecoder('latin1').decode(file.subarray(10, 10 + file[8])).trimEnd()
    const elements = (file: Uint8Array): Uint8Array => file.subarray(10 + file[8])
    expect(dictionary(written)).toBe(dictionary(bytes))
    expect(elements(written)).toEqual(elements(bytes))
    expect((10 + written[8]) % 64).toBe(0)
  })

  it('names dtypes that it does not read', () => {
    expect(leftOf(readNpy(fixture('numpy-complex.npy'))).message).toBe(
      `npy, header, descr: expected one of <f4, <f8, <i4, <u4, |u1, |b1, <i8, got "<c8". Convert it in Python first, as with array.astype('<f4').`,
    )
    expect(leftOf(readNpy(fixture('numpy-structured.npy'))).where).toBe('header, descr')
  })
})

describe('round trip', () => {
  it('reads what it wrote, bit for bit', () => {
    fc.assert(
      fc.property(arbitraryArray(), (array) => {
        expect(bits(rightOf(readNpy(writeNpy(array))))).toEqual(bits(array))
      }),
    )
  })

  it('reads column-major elements into row-major order', () => {
    fc.assert(
      fc.property(arbitraryArray('int32'), ({ shape, data }) => {
        // The bytes of an array in C order are those of its transpose in Fortran order.
        const bytes = writeNpy({ dtype: 'int32', shape, data })
        const header = new TextDecoder('latin1').decode(bytes)
        const at = header.indexOf("False, '")
        bytes.set(utf8('True , '), at)
        const read = rightOf(readNpy(bytes))
        expect(read.shape).toEqual(shape)
        const offset = (index: readonly number[], sizes: readonly number[]): number =>
          index.reduce((sum, i, axis) => sum * sizes[axis] + i, 0)
        const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
        for (let i = 0; i < data.length; i++) {
          const index = shape.map((size, axis) => Math.floor(i / strides[axis]) % size)
          expect(read.data[i]).toBe(data[offset([...index].reverse(), [...shape].reverse())])
        }
      }),
    )
  })

  it('uses version 2 for headers that are too long for version 1', () => {
    const array = storedArray(
      'uint8',
      Array.from({ length: 30000 }, () => 1),
      Uint8Array.of(3),
    )
    const bytes = writeNpy(array)
    expect(bytes[6]).toBe(2)
    expect(rightOf(readNpy(bytes))).toEqual(array)
  })
})

/** A version 1 file of this header. */
const file = (header: string, elements: readonly number[] = []): Uint8Array => {
  const text = utf8(header)
  return Uint8Array.of(0x93, ...utf8('NUMPY'), 1, 0, text.length & 255, text.length >> 8, ...text, ...elements)
}

describe('strictness', () => {
  const at = (descr: string, order: string, shape: string): string =>
    `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`
  it.each([
    ['magic', utf8('NUMPY.......'), 'byte 0', 'magic number'],
    ['version', file('{}\n').fill(4, 6, 7), 'byte 6', 'version 1.0, 2.0 or 3.0'],
    ['header length', file('').fill(9, 8, 9), 'byte 8', '9 bytes of header'],
    ['no dictionary', file('[]\n'), 'header', 'a Python dictionary'],
    [
      'a key twice',
      file(`{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}\n`),
      'header',
      'a Python dictionary',
    ],
    ['a key missing', file(`{'descr': '<f4', 'shape': ()}\n`), 'header', 'the keys'],
    ['big endian', file(at("'>f4'", 'False', '()'), [0, 0, 0, 0]), 'header, descr', 'one of <f4'],
    ['order', file(at("'|u1'", '0', '()'), [0]), 'header, fortran_order', 'True or False'],
    ['a number as shape', file(at("'|u1'", 'False', '3'), [0, 0, 0]), 'header, shape', 'a tuple'],
    ['parentheses that are no tuple', file(at("'|u1'", 'False', '(3)'), [0, 0, 0]), 'header, shape', 'a tuple'],
    ['negative size', file(at("'|u1'", 'False', '(-3,)')), 'header, shape', 'a tuple'],
    ['size beyond all', file(at("'|u1'", 'False', '(99999999999999999999,)')), 'header, shape', 'a tuple'],
    ['trailing byte', file(at("'|u1'", 'False', '(1,)'), [0, 0]), 'byte 68', '1 bytes of elements'],
    ['booleans that are none', file(at("'|b1'", 'False', '(2,)'), [0, 2]), 'element 1', '0 or 1'],
    ['large integers', file(at("'<i8'", 'False', '()'), [0, 0, 0, 0, 1, 0, 0, 0]), 'element 0', '32 bits'],
  ])('%s', (_, bytes, where, expected) => {
    const error = leftOf(readNpy(bytes))
    expect(error.format).toBe('npy')
    expect(error.where).toBe(where)
    expect(error.expected).toContain(expected)
  })

  it('rejects every truncation', () => {
    rejectsTruncation(readNpy, fixture('numpy-fortran.npy'))
    rejectsTruncation(readNpy, fixture('numpy-version2.npy'))
  })
  it('survives corruption', () => survivesCorruption(readNpy, fixture('numpy-fortran.npy')))
})
