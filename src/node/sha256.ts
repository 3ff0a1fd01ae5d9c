import { createHash } from 'node:crypto'

/**
 * SHA-256 as hexadecimal text, for `fingerprint`.
 *
 * @example
 * import { sha256 } from 'pullback/node'
 *
 * sha256(new TextEncoder().encode('abc')).slice(0, 8) // => 'ba7816bf'
 */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
