/** IEEE half precision on the host, by the textbook: nearest, ties to even, infinity from 65520 on. */

/** The number of given bits. */
export const numberOfHalf = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}

const roundToEven = (x: number): number => {
  const below = Math.floor(x)
  const rest = x - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}

/** The bits of the nearest half. */
export const halfOf = (x: number): number => {
  if (Number.isNaN(x)) return 0x7e00
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0
  const size = Math.abs(x)
  if (size >= 65520) return sign | 0x7c00
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.max(size, 2 ** -30))))
  // A fraction that rounds up to 2048 goes on into the exponent by itself.
  return sign | ((exponent + 14) * 1024 + roundToEven(size * 2 ** (10 - exponent)))
}

export const throughHalf = (x: number): number => numberOfHalf(halfOf(x))

const floats = (words: Uint32Array): Float32Array => new Float32Array(words.slice().buffer)

/** Words of float32 rounded to halves, still as words of float32. */
export const roundedWords = (words: Uint32Array): Uint32Array => new Uint32Array(floats(words).map(throughHalf).buffer)

/** Words of float32 as halves, two in a word. */
export const packed = (words: Uint32Array): Uint32Array => {
  const halves = new Uint16Array(2 * Math.ceil(words.length / 2))
  floats(words).forEach((x, i) => {
    halves[i] = halfOf(x)
  })
  return new Uint32Array(halves.buffer)
}

/** The other way round: the first `size` halves as words of float32. */
export const unpacked = (words: Uint32Array, size: number): Uint32Array =>
  new Uint32Array(Float32Array.from(new Uint16Array(words.slice().buffer).subarray(0, size), numberOfHalf).buffer)
