/**
 * The samplers' arithmetic on host numbers: a float is rounded after every operation, a word is a signed 32-bit number.
 */
import type { Arithmetic } from './arithmetic.js'

const scratch = new DataView(new ArrayBuffer(4))

const bitsOfFloat = (a: number): number => {
  scratch.setFloat32(0, a)
  return scratch.getInt32(0)
}
const floatOfBits = (a: number): number => {
  scratch.setInt32(0, a)
  return scratch.getFloat32(0)
}

// A float64 holds twice the bits of a float32 and two more, so rounding its + - * / and sqrt once more is correct
// rounding.
export const hostArithmetic: Arithmetic<number, number, boolean> = {
  float: Math.fround,
  word: (value) => value | 0,
  constant: Math.fround,
  mask: (value) => value | 0,
  add: (a, b) => Math.fround(a + b),
  sub: (a, b) => Math.fround(a - b),
  mul: (a, b) => Math.fround(a * b),
  div: (a, b) => Math.fround(a / b),
  sqrt: (a) => Math.fround(Math.sqrt(a)),
  floor: Math.floor,
  less: (a, b) => a < b,
  select: (condition, a, b) => (condition ? a : b),
  addWords: (a, b) => (a + b) | 0,
  mulWords: Math.imul,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, amount) => a << amount,
  shiftRight: (a, amount) => a >>> amount,
  lessWords: (a, b) => a >>> 0 < b >>> 0,
  toFloat: (a) => Math.fround(a >>> 0),
  toWord: (a) => a | 0,
  bitsOfFloat,
  floatOfBits,
}

/** The largest float32 below a positive or negative one. */
export const floatBelow = (x: number): number =>
  x === 0 ? floatOfBits(0x80000001 | 0) : floatOfBits(bitsOfFloat(x) + (x > 0 ? -1 : 1))
