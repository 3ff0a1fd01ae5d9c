import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PullbackError } from '../../src/array/error.js'
import { hostUniform } from '../../src/random/index.js'
import { draw, foldIn, type Rng, restoreRng, rng, split, splitInto } from '../../src/random/rng.js'
import { correlation } from './statistics.js'

const text = ({ key, counter }: Rng): string => `${key[0]},${key[1]};${counter}`

describe('rng', () => {
  it('tells all seeds apart; 0 is one of them (3)', () => {
    const seeds = [0, 1, 2, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]
    expect(new Set(seeds.map((seed) => text(rng(seed)))).size).toBe(seeds.length)
    expect(text(rng(7n))).toBe(text(rng(7)))
  })
  it('refuses what is no seed', () => {
    for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53, -1n, 2n ** 64n])
      expect(() => rng(seed), `${seed}`).toThrow(PullbackError)
  })
  it('advances by one a draw, and is determined by its value (1, 2)', () => {
    const start = rng(3)
    const [first, next] = draw(start)
    expect(next).toEqual({ key: start.key, counter: 1 })
    expect(draw(start)).toEqual([first, next])
    expect(draw(next)[0]).not.toEqual(first)
    expect(start.counter).toBe(0)
  })
  it('gives every draw, split, number and text a key of its own (3)', () => {
    const start = rng(11)
    const keys: string[] = []
    let at = start
    for (let i = 0; i < 1000; i++) {
      const [key, next] = draw(at)
      keys.push(`${key.words}`)
      keys.push(`${foldIn(start, i).key}`, `${foldIn(start, `${i}`).key}`, `${foldIn(start, 'a'.repeat(i)).key}`)
      at = next
    }
    const [children] = splitInto(1000)(at)
    keys.push(...children.map((child) => `${child.key}`))
    expect(new Set(keys).size).toBe(keys.length)
  })
  it('names streams apart from how much was drawn (4)', () => {
    const start = rng(5)
    const later = draw(draw(start)[1])[1]
    expect(foldIn(later, 'shuffle')).toEqual(foldIn(start, 'shuffle'))
    expect(foldIn(start, 'shuffle')).not.toEqual(foldIn(start, 'shuffled'))
    expect(foldIn(foldIn(start, 'a'), 'b')).not.toEqual(foldIn(start, 'ab'))
    expect(foldIn(start, '')).not.toEqual(foldIn(start, '\0'))
    for (const name of [-1, 1.5, NaN]) expect(() => foldIn(start, name)).toThrow(PullbackError)
  })
  it('splits at the price of one draw, the same first ones for every count', () => {
    const [two, next] = splitInto(2)(rng(9))
    expect(next.counter).toBe(1)
    expect(splitInto(5)(rng(9))[0].slice(0, 2)).toEqual(two)
    expect(splitInto(0)(rng(9))[0]).toEqual([])
    expect(() => splitInto(-1)).toThrow(PullbackError)
  })
  it('is saved as plain data', () =>
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(5), (seed, draws) => {
        let generator = rng(seed)
        for (let i = 0; i < draws; i++) generator = draw(generator)[1]
        expect(restoreRng(JSON.parse(JSON.stringify(generator)))).toEqual(generator)
      }),
      { seed: 1 },
    ))
  it('refuses what is no generator', () => {
    const wrong = [
      null,
      1,
      {},
      { key: [1], counter: 0 },
      { key: [1, -2], counter: 0 },
      { key: [1, 2], counter: 0.5 },
      { key: [1, 2] },
    ]
    for (const value of wrong) expect(() => restoreRng(value)).toThrow(PullbackError)
  })
  it('has streams without correlation', () => {
    const n = 100_000
    const of = (generator: Rng): Float32Array => hostUniform({ size: n })(generator)[0]
    const parent = rng(1)
    const [child, afterwards] = split(parent)
    const [[first, second]] = splitInto(2)(parent)
    const streams = [parent, afterwards, child, first!, second!, foldIn(parent, 1), foldIn(parent, 'x'), rng(2)].map(of)
    streams.push(streams[1]!.map((_, i, all) => all[(i + 1) % n]!))
    // 5 standard deviations of a correlation of independent samples
    for (let i = 0; i < streams.length; i++)
      for (let j = 0; j < i; j++)
        expect(Math.abs(correlation(streams[i]!, streams[j]!)), `${i}, ${j}`).toBeLessThan(5 / Math.sqrt(n))
  })
})
