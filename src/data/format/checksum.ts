/** The two checksums of container formats. */

const crcTable = /* @__PURE__ */ (() =>
  Uint32Array.from({ length: 256 }, (_, byte) => {
    let c = byte
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    return c
  }))()

/** CRC-32 of ISO 3309, as in ZIP, PNG and gzip. */
export const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** Adler-32 of RFC 1950, as in zlib streams. */
export const adler32 = (bytes: Uint8Array): number => {
  let a = 1
  let b = 0
  // 5552 is the most bytes whose sums stay below 2^32.
  for (let start = 0; start < bytes.length; start += 5552) {
    const end = Math.min(start + 5552, bytes.length)
    for (let i = start; i < end; i++) {
      a += bytes[i]
      b += a
    }
    a %= 65521
    b %= 65521
  }
  return b * 65536 + a
}

/** A checksum as tools print it. */
export const showChecksum = (sum: number): string => `0x${sum.toString(16).padStart(8, '0')}`
