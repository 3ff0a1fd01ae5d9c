/** One short text for all bits of a tree: two runs agree exactly when their fingerprints do. */
import { isFloat } from '../array/dtype.js'
import { fail } from '../array/error.js'
import { showShape } from '../array/shape.js'
import { hostData } from '../array/tensor.js'
import { namedLeaves } from '../array/tree.js'
import { concatBytes } from '../data/format/bytes.js'
import { bytesOf, itemSize, type StoredArray } from '../data/format/storedArray.js'

/** A hash of bytes, as hexadecimal text: SHA-256 by convention. */
export type Digest = (bytes: Uint8Array) => string | Promise<string>

/** A copy with the one bit pattern for every NaN: the others differ between processors, and mean nothing. */
const canonical = (array: StoredArray): Uint8Array => {
  const bytes = bytesOf(array, 'little').slice()
  if (!isFloat(array.dtype as 'float32')) return bytes
  const size = itemSize(array.dtype)
  const quiet = size === 4 ? [0, 0, 0xc0, 0x7f] : [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]
  array.data.forEach((value: number, i: number) => {
    if (Number.isNaN(value)) bytes.set(quiet, i * size)
  })
  return bytes
}

/**
 * What a fingerprint is made of: for each array in order of path, its path, dtype and shape as a line of text, and its
 * elements, little endian.
 *
 * @throws PullbackError when a tensor is not on the host
 * @example
 * import { canonicalBytes, zeros } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const params = reference().evaluateSync({ bias: zeros([0]) })
 * new TextDecoder().decode(canonicalBytes(params)) // => 'bias float32 [0]\n'
 */
export const canonicalBytes = (tree: unknown): Uint8Array => {
  const named = [...namedLeaves(tree)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return concatBytes(
    named.flatMap(([path, x]) => {
      const data =
        hostData(x) ?? fail(path, 'an evaluated tensor on the host', 'another', 'Write device.read(params) first.')
      const array = { shape: x.shape, dtype: x.dtype, data } as StoredArray
      return [new TextEncoder().encode(`${path} ${x.dtype} ${showShape(x.shape)}\n`), canonical(array)]
    }),
  )
}

/**
 * The digest of a tree of arrays on the host.
 *
 * @example
 * import { createHash } from 'node:crypto'
 * import { fingerprint, tensor } from 'pullback'
 *
 * const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
 * const text = await fingerprint({ weight: tensor([1, 2]) }, sha256)
 * text.length // => 64
 */
export const fingerprint = async (tree: unknown, digest: Digest): Promise<string> => digest(canonicalBytes(tree))
