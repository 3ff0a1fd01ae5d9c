/** Numbers in WGSL. */
import type { DType } from '../../../array/dtype.js'

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

/** The bits of a number as a float32. */
export const bitsOf = (value: number): number => {
  float[0] = value
  return word[0]
}

const smallestNormal = 1.1754943508222875e-38

/**
 * A finite float32 but -0, exactly: JavaScript's shortest decimals name a float64, and the nearest float32 of that is itself.
 * Those that a parser may lose are written as bits.
 */
export const finite = (value: number): string => {
  const rounded = Math.fround(value)
  if (rounded !== 0 && Math.abs(rounded) < smallestNormal) return `bitcast<f32>(0x${bitsOf(rounded).toString(16)}u)`
  const digits = String(Math.abs(rounded))
  const text = /[.e]/.test(digits) ? digits : `${digits}.0`
  return rounded < 0 ? `(-${text}f)` : `${text}f`
}

export const integer = (value: number, dtype: 'int32' | 'uint32'): string => {
  if (dtype === 'uint32') return `${value >>> 0}u`
  const wrapped = value | 0
  if (wrapped === -0x80000000) return 'i32(-2147483648)'
  return wrapped < 0 ? `(${wrapped}i)` : `${wrapped}i`
}

/**
 * A number of any dtype; `opaque` writes floats of given bits that no compiler sees. Those that are not finite may not be
 * constants, and -0 may become 0 as one.
 */
export const constant = (value: number, dtype: DType, opaque: (bits: number) => string): string => {
  if (dtype === 'bool') return value === 0 ? 'false' : 'true'
  if (dtype === 'int32' || dtype === 'uint32') return integer(value, dtype)
  const rounded = Math.fround(value)
  return Number.isFinite(rounded) && !Object.is(rounded, -0) ? finite(rounded) : opaque(bitsOf(rounded))
}
