import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNpz, writeNpz } from '../../../src/data/format/npz.js'
import { storedArray } from '../../../src/data/format/storedArray.js'
import { writeZip } from '../../../src/data/format/zip.js'
import {
  arbitraryArray,
  bits,
  fixture,
  inflate,
  leftOf,
  rejectsTruncation,
  rightOf,
  survivesCorruption,
  utf8,
} from './support.js'

describe('npz', () => {
  it.each(['stored', 'packed'])('reads the %s arrays of NumPy', (name) => {
    const arrays = rightOf(readNpz(inflate)(fixture(`numpy-${name}.npz`)))
    expect([...arrays.keys()]).toEqual(['weight', 'bias'])
    expect(arrays.get('weight')).toEqual(
      storedArray(
        'float32',
        [2, 3, 4],
        Float32Array.from({ length: 24 }, (_, i) => i),
      ),
    )
    expect(arrays.get('bias')).toEqual(storedArray('float64', [2], Float64Array.of(1.5, -2)))
  })

  it('reads what it wrote, stored and packed', () => {
    const names = fc.string({ unit: 'grapheme', maxLength: 6 })
    fc.assert(
      fc.property(fc.dictionary(names, arbitraryArray(), { maxKeys: 4 }), fc.boolean(), (record, packed) => {
        const arrays = new Map(Object.entries(record))
        const again = rightOf(readNpz(inflate)(writeNpz(arrays, packed ? deflateRawSync : undefined)))
        expect([...again.keys()].sort()).toEqual([...arrays.keys()].sort())
        for (const [name, array] of again) expect(bits(array)).toEqual(bits(arrays.get(name) as never))
      }),
    )
  })

  it('names the array that is wrong', () => {
    const read = readNpz(inflate)
    expect(leftOf(read(writeZip(new Map([['a.txt', utf8('x')]])))).message).toContain(
      'npz, "a.txt": expected a file of the kind .npy',
    )
    expect(leftOf(read(writeZip(new Map([['a.npy', utf8('x')]])))).message).toContain(
      'npz, "a.npy", byte 0: expected the magic',
    )
  })

  const packed = fixture('numpy-packed.npz')
  it('rejects every truncation', () => {
    rejectsTruncation(readNpz(inflate), packed)
    rejectsTruncation(readNpz(inflate), fixture('numpy-stored.npz'))
  })
  it('survives corruption', () => survivesCorruption(readNpz(inflate), packed))
})
