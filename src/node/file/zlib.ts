/** DEFLATE by Node's zlib, for `readPng`, `readNpz` and their writers. */
import { constants } from 'node:buffer'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { left, right } from '#fp/Either'
import type { Deflate, Inflate } from '../../data/format/deflate.js'

/**
 * Unpacks a raw DEFLATE stream.
 *
 * @example
 * import { readPng, storedArray, writePng } from 'pullback'
 * import { deflate, inflate } from 'pullback/node'
 *
 * const picture = storedArray('uint8', [1, 1, 2], Uint8Array.of(0, 255))
 * const again = readPng(inflate)(writePng(picture, deflate))
 * again._tag === 'Right' && again.right.data // => Uint8Array [0, 255]
 */
export const inflate: Inflate = (packed, length) => {
  try {
    const limit = Math.min(Math.max(1, length), constants.MAX_LENGTH)
    const bytes = inflateRawSync(packed, { maxOutputLength: limit })
    return right(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch (error) {
    return left(error instanceof Error ? error.message : String(error))
  }
}

/**
 * Packs bytes into a raw DEFLATE stream. The bytes depend on the version of zlib: no contract.
 *
 * @example
 * import { deflate, inflate } from 'pullback/node'
 *
 * const packed = deflate(new Uint8Array(1000))
 * const bytes = inflate(packed, 1000)
 * bytes._tag === 'Right' && bytes.right.length // => 1000
 */
export const deflate: Deflate = (bytes) => {
  const packed = deflateRawSync(bytes)
  return new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength)
}
