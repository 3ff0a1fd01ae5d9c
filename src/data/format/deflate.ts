/**
 * DEFLATE (RFC 1951) as codecs need it: handed in, since every platform has its own. `pullback/node` has Node's.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1951
 */
import type { Either } from '#fp/Either'

/**
 * Unpacks a raw DEFLATE stream (no zlib or gzip header) that is known to hold `length` bytes: it need not unpack more
 * than that, so a small file cannot fill the memory. On the left is what is wrong, in a few words.
 */
export type Inflate = (packed: Uint8Array, length: number) => Either<string, Uint8Array>

/** Packs bytes into a raw DEFLATE stream. */
export type Deflate = (bytes: Uint8Array) => Uint8Array

const longestBlock = 0xffff

/**
 * The DEFLATE stream that stores its bytes as they are: larger than a packed one by 5 bytes in 65,535.
 *
 * @example
 * import { storeOnly } from 'pullback'
 *
 * storeOnly(Uint8Array.of(1, 2, 3)).length // => 8
 */
export const storeOnly: Deflate = (bytes) => {
  const blocks = Math.max(1, Math.ceil(bytes.length / longestBlock))
  const out = new Uint8Array(bytes.length + 5 * blocks)
  for (let block = 0; block < blocks; block++) {
    const from = block * longestBlock
    const length = Math.min(longestBlock, bytes.length - from)
    const last = block === blocks - 1 ? 1 : 0
    const complement = length ^ 0xffff
    const header = [last, length & 0xff, length >> 8, complement & 0xff, complement >> 8]
    out.set(header, from + 5 * block)
    out.set(bytes.subarray(from, from + length), from + 5 * (block + 1))
  }
  return out
}
