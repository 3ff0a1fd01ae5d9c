import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PullbackError } from '../../../src/array/error.js'
import { readSafetensors, type Safetensors, writeSafetensors } from '../../../src/data/format/safetensors.js'
import { type StoredArray, storedArray } from '../../../src/data/format/storedArray.js'
import { arbitraryArray, bits, leftOf, rejectsTruncation, rightOf, survivesCorruption, utf8 } from './support.js'

const names = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('conv1.weight', '__proto__', 'constructor', '0', '\ud800', '"', '\\', '{'),
)
const arbitraryFile: fc.Arbitrary<Safetensors> = fc.record({
  tensors: fc
    .dictionary(
      names.filter((name) => name !== '__metadata__'),
      arbitraryArray(),
      { maxKeys: 5, noNullPrototype: true },
    )
    .map((tensors) => new Map(Object.entries(tensors))),
  metadata: fc.dictionary(names, fc.string({ unit: 'binary' }), { maxKeys: 3, noNullPrototype: true }),
})

const contents = ({ tensors, metadata }: Safetensors): unknown => ({
  tensors: [...tensors]
    .map(([name, array]) => [name, bits(array)])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
  metadata: Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)),
})

/** A file with this header and so many bytes of data. */
const file = (header: string | object, dataLength: number, fill = 0): Uint8Array => {
  const text = utf8(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + dataLength).fill(fill)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}
const entry = (dtype: unknown, shape: unknown, offsets: unknown): object => ({ dtype, shape, data_offsets: offsets })
const map = (arrays: Readonly<Record<string, StoredArray>>): ReadonlyMap<string, StoredArray> =>
  new Map(Object.entries(arrays))

const small = writeSafetensors({
  tensors: map({
    'conv1.weight': storedArray('float32', [2, 1], Float32Array.of(1.5, Number.NaN)),
    steps: storedArray('int32', [], Int32Array.of(7)),
    mask: storedArray('bool', [3], Uint8Array.of(1, 0, 1)),
    moment: storedArray('float64', [1], Float64Array.of(Math.PI)),
  }),
  metadata: { model: 'lenet' },
})

describe('round trip', () => {
  it('reads what it wrote, bit for bit, and writes the same bytes again', () => {
    fc.assert(
      fc.property(arbitraryFile, (value) => {
        const bytes = writeSafetensors(value)
        const again = rightOf(readSafetensors(bytes))
        expect(contents(again)).toEqual(contents(value))
        expect(writeSafetensors(again)).toEqual(bytes)
      }),
    )
  })

  it('does not depend on the order of names', () => {
    fc.assert(
      fc.property(arbitraryFile, ({ tensors, metadata }) => {
        const reversed = new Map([...tensors].reverse())
        expect(writeSafetensors({ tensors: reversed, metadata })).toEqual(writeSafetensors({ tensors, metadata }))
      }),
    )
  })

  it('aligns the data to 8 bytes and pads with spaces', () => {
    const length = Number(new DataView(small.buffer).getBigUint64(0, true))
    expect(length % 8).toBe(0)
    const header = new TextDecoder().decode(small.subarray(8, 8 + length))
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"model":"lenet"},"moment":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},' +
        '"conv1.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},"steps":{"dtype":"I32","shape":[],"data_offsets":[16,20]},' +
        '"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[20,23]}}',
    )
    expect(small.length).toBe(8 + length + 23)
  })

  it('owns its arrays', () => {
    const bytes = small.slice()
    const read = rightOf(readSafetensors(bytes))
    bytes.fill(0)
    expect(read.tensors.get('conv1.weight')?.data[0]).toBe(1.5)
  })

  it('reads files at any offset of a buffer', () => {
    const shifted = new Uint8Array(small.length + 3)
    shifted.set(small, 3)
    expect(contents(rightOf(readSafetensors(shifted.subarray(3))))).toEqual(contents(rightOf(readSafetensors(small))))
  })
})

describe('widening', () => {
  const one = (dtype: string, size: number, data: readonly number[]): StoredArray => {
    const bytes = file({ x: entry(dtype, [data.length / size], [0, data.length]) }, data.length)
    bytes.set(data, bytes.length - data.length)
    return rightOf(readSafetensors(bytes)).tensors.get('x') as StoredArray
  }
  const little = (words: readonly number[]): number[] => words.flatMap((word) => [word & 255, word >> 8])

  it('widens every float16 exactly', () => {
    const all = Array.from({ length: 65536 }, (_, i) => i)
    const { dtype, data } = one('F16', 2, little(all))
    expect(dtype).toBe('float32')
    const bad = all.filter((half) => {
      const [sign, exponent, fraction] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023]
      const want =
        exponent === 0
          ? fraction * 2 ** -24
          : exponent === 31
            ? fraction
              ? Number.NaN
              : Infinity
            : (1 + fraction / 1024) * 2 ** (exponent - 15)
      return !Object.is(data[half], sign * want)
    })
    expect(bad).toEqual([])
  })

  it('widens bfloat16 exactly', () => {
    expect([...one('BF16', 2, little([0x3f80, 0xc000, 0x8000, 0x7f80, 0x0001])).data]).toEqual([
      1,
      -2,
      -0,
      Infinity,
      2 ** -133,
    ])
  })

  it('narrows int64 where every element fits', () => {
    const bytes = (values: readonly bigint[]): number[] => [...new Uint8Array(BigInt64Array.from(values).buffer)]
    const fits = [0n, -1n, 2147483647n, -2147483648n]
    expect(one('I64', 8, bytes(fits))).toEqual(storedArray('int32', [4], Int32Array.from(fits, Number)))
    for (const value of [2147483648n, -2147483649n, 1n << 40n]) {
      const data = bytes([3n, value])
      const wide = file({ x: entry('I64', [2], [0, 16]) }, 16)
      wide.set(data, wide.length - 16)
      expect(leftOf(readSafetensors(wide)).message).toBe(
        `safetensors, x, element 1: expected an integer of 32 bits, got ${value}. Save smaller integers, or a float.`,
      )
    }
  })
})

describe('strictness', () => {
  const good = entry('U8', [2], [0, 2])
  const cases: readonly (readonly [string, Uint8Array, string, string])[] = [
    ['header longer than the file', file('{}', 0).fill(9, 0, 1), 'byte 0', '9 bytes of header'],
    ['enormous header', file('{}', 0).fill(255, 0, 8), 'byte 0', 'at most 100000000'],
    ['no object', file('[]', 0), 'header', 'starts with {'],
    ['leading space', file(' {}', 0), 'header', 'starts with {'],
    ['broken JSON', file('{"x":', 0), 'header', 'a JSON object'],
    ['text after the object', file('{} {}', 0), 'header', 'a JSON object'],
    ['byte order mark', file('\uFEFF{}', 0), 'header', 'starts with {'],
    ['bad UTF-8', file({ x: good }, 2).fill(0xff, 10, 11), 'header', 'UTF-8'],
    [
      'a name twice',
      file(`{"x":${JSON.stringify(good)},"\\u0078":${JSON.stringify(good)}}`, 2),
      'header',
      'each name once',
    ],
    [
      'a field twice',
      file('{"x":{"dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2]}}', 2),
      'header',
      'each name once',
    ],
    ['entry of another kind', file({ x: [1] }, 0), 'x', 'an object with'],
    ['unknown field', file({ x: { ...good, more: 1 } }, 2), 'x', 'alone'],
    ['missing dtype', file({ x: { shape: [2], data_offsets: [0, 2] } }, 2), 'x.dtype', 'one of F64'],
    ['unknown dtype', file({ x: entry('F8', [2], [0, 2]) }, 2), 'x.dtype', 'one of F64'],
    ['inherited dtype', file({ x: entry('toString', [2], [0, 2]) }, 2), 'x.dtype', 'one of F64'],
    ['missing shape', file({ x: { dtype: 'U8', data_offsets: [0, 2] } }, 2), 'x.shape', 'non-negative integers'],
    ['negative size', file({ x: entry('U8', [-2], [0, 2]) }, 2), 'x.shape', 'non-negative integers'],
    ['fractional size', file({ x: entry('U8', [1.5], [0, 2]) }, 2), 'x.shape', 'non-negative integers'],
    ['size as text', file({ x: entry('U8', ['2'], [0, 2]) }, 2), 'x.shape', 'non-negative integers'],
    ['huge sizes', file({ x: entry('U8', [2 ** 52, 2 ** 52, 0], [0, 2]) }, 2), 'x.data_offsets', '0 bytes'],
    ['one offset', file({ x: entry('U8', [2], [0]) }, 2), 'x.data_offsets', 'two non-negative'],
    ['negative offset', file({ x: entry('U8', [2], [-2, 0]) }, 2), 'x.data_offsets', 'two non-negative'],
    ['offsets out of order', file({ x: entry('U8', [2], [2, 0]) }, 2), 'x.data_offsets', 'begin <= end'],
    ['offsets out of bounds', file({ x: entry('U8', [3], [0, 3]) }, 2), 'x.data_offsets', 'begin <= end <= 2'],
    ['another length', file({ x: entry('F32', [1], [0, 2]) }, 2), 'x.data_offsets', '4 bytes for F32 [1]'],
    ['overlap', file({ x: good, y: entry('U8', [2], [1, 3]) }, 3), 'y.data_offsets', 'bytes from 2 on'],
    [
      'empty array inside another',
      file({ x: good, y: entry('U8', [0], [1, 1]) }, 2),
      'y.data_offsets',
      'bytes from 2 on',
    ],
    ['hole', file({ x: good, y: entry('U8', [1], [3, 4]) }, 4), 'y.data_offsets', 'bytes from 2 on'],
    ['hole at the start', file({ x: entry('U8', [2], [1, 3]) }, 3), 'x.data_offsets', 'bytes from 0 on'],
    ['trailing bytes', file({ x: good }, 3), 'data byte 2', 'the end of the file'],
    ['data without arrays', file({}, 1), 'data byte 0', 'the end of the file'],
    ['metadata of another kind', file({ __metadata__: 'x' }, 0), '__metadata__', 'an object of strings'],
    ['metadata of numbers', file({ __metadata__: { a: 1 } }, 0), '__metadata__.a', 'a string'],
    ['booleans that are none', file({ x: entry('BOOL', [2], [0, 2]) }, 2, 2), 'x, element 0', '0 or 1'],
  ]
  it.each(cases)('%s', (_, bytes, where, expected) => {
    const error = leftOf(readSafetensors(bytes))
    expect(error.format).toBe('safetensors')
    expect(error.where).toBe(where)
    expect(error.expected).toContain(expected)
  })

  it('accepts an empty file, and empty arrays between others', () => {
    expect(rightOf(readSafetensors(file('{}', 0))).tensors.size).toBe(0)
    const header = { x: good, y: entry('U8', [0, 3], [2, 2]), z: entry('U8', [], [2, 3]) }
    expect([...rightOf(readSafetensors(file(header, 3))).tensors.keys()]).toEqual(['x', 'y', 'z'])
  })

  it('rejects every truncation', () => rejectsTruncation(readSafetensors, small))
  it('survives corruption', () => survivesCorruption(readSafetensors, small))
})

describe('writeSafetensors', () => {
  it('refuses what a program got wrong', () => {
    const bad = { shape: [2], dtype: 'float32', data: Float32Array.of(1) } as const
    expect(() => writeSafetensors({ tensors: map({ x: bad }), metadata: {} })).toThrow(PullbackError)
    expect(() => writeSafetensors({ tensors: map({ x: bad }), metadata: {} })).toThrow(
      'x: expected 2 elements for shape [2], got 1.',
    )
    const fine = storedArray('float32', [1], Float32Array.of(1))
    expect(() => writeSafetensors({ tensors: map({ __metadata__: fine }), metadata: {} })).toThrow('another name')
  })
})
