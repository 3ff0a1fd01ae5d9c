/**
 * The arithmetic that samplers are written in, so that host and devices give equal bits: float32 operations that IEEE
 * 754 rounds correctly, and 32-bit integer operations. Each sampler is written once over it. `F` holds floats, `W`
 * words of 32 bits, `B` truth values.
 *
 * No operation may be contracted, reordered or carried in more bits than float32.
 */

/** Correctly rounded float32 and exact 32-bit word operations on some carrier: host numbers, or tensors. */
export interface Arithmetic<F, W, B> {
  /** A float32 number of one draw, such as a bound. */
  readonly float: (value: number) => F
  /** 32 bits of one draw, such as a part of its key. */
  readonly word: (value: number) => W
  /** A float32 constant that stands in the text of a sampler: all draws have it in common. */
  readonly constant: (value: number) => F
  /** 32 bits that stand in the text of a sampler. */
  readonly mask: (value: number) => W
  readonly add: (a: F, b: F) => F
  readonly sub: (a: F, b: F) => F
  readonly mul: (a: F, b: F) => F
  readonly div: (a: F, b: F) => F
  readonly sqrt: (a: F) => F
  readonly floor: (a: F) => F
  readonly less: (a: F, b: F) => B
  readonly select: (condition: B, a: F, b: F) => F
  /** Sums and products of words are taken modulo 2^32. */
  readonly addWords: (a: W, b: W) => W
  readonly mulWords: (a: W, b: W) => W
  readonly and: (a: W, b: W) => W
  readonly or: (a: W, b: W) => W
  readonly xor: (a: W, b: W) => W
  readonly shiftLeft: (a: W, amount: number) => W
  /** Zeros come in from the left. */
  readonly shiftRight: (a: W, amount: number) => W
  /** Unsigned comparison. */
  readonly lessWords: (a: W, b: W) => B
  /** The float nearest to an unsigned word. */
  readonly toFloat: (a: W) => F
  /** The word of a whole non-negative float. */
  readonly toWord: (a: F) => W
  readonly bitsOfFloat: (a: F) => W
  readonly floatOfBits: (a: W) => F
}

/** What draws one float from 32 random bits, on any carrier. */
export type FloatSampler = <F, W, B>(arithmetic: Arithmetic<F, W, B>) => (bits: W) => F
/** What draws one word from 32 random bits, on any carrier. */
export type WordSampler = <F, W, B>(arithmetic: Arithmetic<F, W, B>) => (bits: W) => W
/** What draws one truth value from 32 random bits, on any carrier. */
export type BoolSampler = <F, W, B>(arithmetic: Arithmetic<F, W, B>) => (bits: W) => B
