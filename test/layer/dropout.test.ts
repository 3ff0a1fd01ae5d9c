import * as p from 'pullback'
import { describe, expect, it } from 'vitest'
import { evaluate, type Loose } from './support.js'

const list = (x: Loose): number[] => Array.from(p.toArray(evaluate(x as p.AnyTensor)))
const x = p.tensor([1, 2, 3]) as Loose
const train = (layer: Loose, seed: number, input: Loose): Loose => layer.train(p.rng(seed))[0]({}, {}, input)

describe('dropout', () => {
  it('is, as the mean over all masks with their probabilities, its inference', () => {
    const rate = 0.25
    const masks = Array.from({ length: 8 }, (_, bits) => [0, 1, 2].map((i) => ((bits >> i) & 1) === 1))
    const mean = masks.reduce(
      (sum, mask) => {
        const kept = mask.filter(Boolean).length
        const weight = 0.75 ** kept * 0.25 ** (3 - kept)
        const y = list(p.applyDropout(x, p.tensor(mask) as Loose, rate))
        return sum.map((value, i) => value + weight * y[i]!)
      },
      [0, 0, 0],
    )
    list(p.dropout(rate).infer({}, {}, x)[0]).forEach((value, i) => {
      expect(mean[i]).toBeCloseTo(value, 5)
    })
  })
  it('draws a new mask each step, drops `rate` of the elements, and scales the others', () => {
    const many = p.ones([100, 100]) as Loose
    const layer = p.dropout(0.3)
    const [a, b] = [list(train(layer, 1, many)[0]), list(train(layer, 2, many)[0])]
    expect(a).not.toEqual(b)
    expect(list(train(layer, 1, many)[0])).toEqual(a)
    for (const y of [a, b]) {
      expect([...new Set(y)].sort()).toEqual([0, Math.fround(1 / 0.7)])
      expect(Math.abs(y.filter((value) => value === 0).length - 3000)).toBeLessThan(4 * Math.sqrt(2100))
    }
    expect(layer.train(p.rng(1))[1].counter).toBe(1)
  })
  it('gives the cotangent the mask of the output', () => {
    const many = p.ones([50]) as Loose
    const [y, pullback] = train(p.dropout(0.5), 5, many)
    expect(list(pullback(p.ones([50]))[1])).toEqual(list(y))
  })
  it('plain: leaves kept elements as they are, and scales in inference', () => {
    const many = p.ones([50]) as Loose
    expect([...new Set(list(train(p.plainDropout(0.5), 5, many)[0]))].sort()).toEqual([0, 1])
    expect(list(p.plainDropout(0.25).infer({}, {}, x)[0])).toEqual([0.75, 1.5, 2.25])
  })
  it('at its ends is the identity, and nothing', () => {
    expect(p.dropout(0).kind).toBe('identity')
    expect(p.plainDropout(0).kind).toBe('identity')
    for (const layer of [p.dropout(1), p.plainDropout(1)]) {
      const [y, pullback] = train(layer, 3, x)
      expect(list(y)).toEqual([0, 0, 0])
      expect(list(pullback(p.ones([3]))[1])).toEqual([0, 0, 0])
    }
  })
  it('refuses rates that are no probability', () => {
    expect(() => p.dropout(1.5)).toThrow(/^dropout: expected a rate from 0 to 1, got 1.5/)
    expect(() => p.plainDropout(-0.1)).toThrow(/^plainDropout: expected a rate from 0 to 1/)
    expect(() => p.dropout(Number.NaN)).toThrow(/got NaN/)
  })
  it('has one mask for all applications of a shared layer, or one each', () => {
    const many = p.ones([64]) as Loose
    const both = (draws: 'each' | 'once'): Loose => train(p.shared(2, p.dropout(0.5), { draws }), 9, [many, many])[0]
    const [[a, b], [c, d]] = [both('each'), both('once')]
    expect(list(a)).not.toEqual(list(b))
    expect(list(c)).toEqual(list(d))
    expect(list(c)).toEqual(list(a))
  })
  it('is off where it infers', () => {
    const held = p.inferring(p.chain(p.dropout(0.5))) as Loose
    expect(list(held.train(p.rng(1))[0]([{}], [{}], x)[0])).toEqual([1, 2, 3])
  })
})
