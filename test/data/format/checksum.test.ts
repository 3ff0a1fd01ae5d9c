import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adler32, crc32, showChecksum } from '../../../src/data/format/checksum.js'
import { utf8 } from './support.js'

describe('checksums', () => {
  it('gives the published values', () => {
    expect(crc32(utf8('123456789'))).toBe(0xcbf43926)
    expect(crc32(new Uint8Array(0))).toBe(0)
    expect(adler32(utf8('Wikipedia'))).toBe(0x11e60398)
    expect(adler32(new Uint8Array(0))).toBe(1)
    expect(showChecksum(1)).toBe('0x00000001')
  })

  it('agrees with zlib on long inputs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20000 }), fc.integer({ min: 0, max: 255 }), (length, byte) => {
        const bytes = new Uint8Array(length).fill(byte)
        const stream = deflateSync(bytes)
        expect(adler32(bytes)).toBe(stream.readUInt32BE(stream.length - 4))
      }),
    )
  })
})
