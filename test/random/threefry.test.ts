import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { threefry, type WordPair } from '../../src/random/threefry.js'

const hex = (pair: WordPair): readonly string[] => pair.map((word) => word.toString(16).padStart(8, '0'))
const word = fc.integer({ min: 0, max: 0xffffffff })
const pair = fc.tuple(word, word)

/** The inverse of Threefry-2x32-20, written from the paper and apart from the library. */
const inverse = (key: WordPair, block: WordPair): WordPair => {
  const rotations = [13, 15, 26, 6, 17, 29, 16, 24]
  const schedule = [key[0], key[1], key[0] ^ key[1] ^ 0x1bd11bda]
  let [x, y] = block
  for (let round = 19; round >= 0; round--) {
    if (round % 4 === 3) {
      const s = (round + 1) / 4
      x = (x - schedule[s % 3]!) | 0
      y = (y - schedule[(s + 1) % 3]! - s) | 0
    }
    y ^= x
    const r = rotations[round % 8]!
    y = (y >>> r) | (y << (32 - r))
    x = (x - y) | 0
  }
  return [(x - schedule[0]!) >>> 0, (y - schedule[1]!) >>> 0]
}

describe('threefry', () => {
  it('gives the known answers of Random123 (1)', () => {
    expect(hex(threefry([0, 0], [0, 0]))).toEqual(['6b200159', '99ba4efe'])
    expect(hex(threefry([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff]))).toEqual(['1cb996fc', 'bb002be7'])
    expect(hex(threefry([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3]))).toEqual(['c4923a9c', '483df7a0'])
  })
  it('is a bijection of counters (2)', () =>
    fc.assert(
      fc.property(pair, pair, (key, counter) => {
        expect(inverse(key, threefry(key, counter))).toEqual(counter)
      }),
      { seed: 1, numRuns: 500 },
    ))
  it('flips about half of the output when one bit of counter or key flips', () => {
    const ones = (x: number): number => x.toString(2).replaceAll('0', '').length
    let flipped = 0
    for (let bit = 0; bit < 64; bit++) {
      const flip: WordPair = bit < 32 ? [(1 << bit) >>> 0, 0] : [0, (1 << (bit - 32)) >>> 0]
      for (const [key, counter] of [
        [flip, [5, 7]],
        [[5, 7], flip],
      ] as const) {
        const [a, b] = [
          threefry(key === flip ? [0, 0] : key, counter === flip ? [0, 0] : counter),
          threefry(key, counter),
        ]
        const distance = ones((a[0] ^ b[0]) >>> 0) + ones((a[1] ^ b[1]) >>> 0)
        expect(distance).toBeGreaterThan(8)
        expect(distance).toBeLessThan(56)
        flipped += distance
      }
    }
    expect(Math.abs(flipped / (128 * 64) - 0.5)).toBeLessThan(0.02)
  })
})
