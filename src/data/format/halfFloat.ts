/** 16-bit floats, which widen to float32 without rounding. Little endian. */
import { viewOf } from './bytes.js'

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
export const widenFloat16 = (bytes: Uint8Array): Float32Array => {
  const view = viewOf(bytes)
  const out = new Float32Array(bytes.length / 2)
  const bits = new Uint32Array(out.buffer)
  for (let i = 0; i < out.length; i++) {
    const half = view.getUint16(2 * i, true)
    const exponent = (half >> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 0) out[i] = fraction / 0x1000000
    else if (exponent === 0x1f) bits[i] = 0x7f800000 | (fraction << 13)
    else bits[i] = ((exponent + 112) << 23) | (fraction << 13)
    bits[i] |= (half & 0x8000) << 16
  }
  return out
}

/** bfloat16: the upper half of a float32. */
export const widenBfloat16 = (bytes: Uint8Array): Float32Array => {
  const view = viewOf(bytes)
  const out = new Float32Array(bytes.length / 2)
  const bits = new Uint32Array(out.buffer)
  for (let i = 0; i < out.length; i++) bits[i] = view.getUint16(2 * i, true) << 16
  return out
}
