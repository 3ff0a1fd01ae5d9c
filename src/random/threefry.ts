/**
 * Threefry-2x32-20, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3" (2011): a keyed bijection of 64-bit blocks in 20 rounds of add, rotate and xor. Random bits need no state
 * and no order: they are a function of key and place.
 *
 * Numbered laws: (1) the known answers of Random123 come out. (2) For a fixed key the block function is a bijection of
 * counters.
 */
import type { Arithmetic } from './arithmetic.js'
import { hostArithmetic } from './hostArithmetic.js'

/** Two words of 32 bits, unsigned. */
export type WordPair = readonly [number, number]

const PARITY = 0x1bd11bda
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const
const ROUNDS = 20

const rotate = <F, W, B>(a: Arithmetic<F, W, B>, x: W, amount: number): W =>
  a.or(a.shiftLeft(x, amount), a.shiftRight(x, 32 - amount))

const hostRotate = (x: number, amount: number): number => (x << amount) | (x >>> (32 - amount))

/**
 * The block function on any carrier. The key and the upper word of the counter are host numbers, so that what depends
 * on them alone is computed here and not for every element.
 */
export const threefryBlock = <F, W, B>(
  a: Arithmetic<F, W, B>,
  key: WordPair,
  low: W,
  high: number,
): readonly [W, W] => {
  const schedule = [key[0], key[1], key[0] ^ key[1] ^ PARITY]
  const first = (high + key[1]) | 0
  // the first round, whose right word is still a host number
  let left = a.addWords(low, a.word((key[0] + first) | 0))
  let right = a.xor(a.word(hostRotate(first, ROTATIONS[0])), left)
  for (let round = 1; round < ROUNDS; round++) {
    left = a.addWords(left, right)
    right = a.xor(rotate(a, right, ROTATIONS[round % 8]), left)
    if (round % 4 === 3) {
      const injection = (round + 1) / 4
      left = a.addWords(left, a.word(schedule[injection % 3]))
      right = a.addWords(right, a.word((schedule[(injection + 1) % 3] + injection) | 0))
    }
  }
  return [left, right]
}

/**
 * The block of a counter under a key, both as two unsigned words.
 *
 * @example
 * threefry([0, 0], [0, 0]) // => [1797259609, 2579123966]
 */
export const threefry = (key: WordPair, counter: WordPair): WordPair => {
  const [left, right] = threefryBlock(hostArithmetic, key, counter[0] | 0, counter[1])
  return [left >>> 0, right >>> 0]
}
