import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deflate, inflate } from '../../../src/node/file/zlib.js'

describe('zlib', () => {
  it('unpacks what it packed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(inflate(deflate(bytes), bytes.length)).toStrictEqual({ _tag: 'Right', right: bytes })
      }),
    )
  })

  it('stops at the length that it is told', () => {
    expect(inflate(deflate(new Uint8Array(1_000_000)), 10)._tag).toBe('Left')
    expect(inflate(deflate(new Uint8Array(10)), Number.MAX_SAFE_INTEGER)._tag).toBe('Right')
  })

  it('says what is wrong', () => {
    expect(inflate(Uint8Array.of(255, 255), 10)).toEqual({ _tag: 'Left', left: 'invalid block type' })
    expect(inflate(deflate(new Uint8Array(10)).subarray(0, 2), 10)).toEqual({
      _tag: 'Left',
      left: 'unexpected end of file',
    })
  })
})
