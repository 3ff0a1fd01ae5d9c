import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Dataset, dataset, exampleCount } from '../../src/data/dataset.js'
import { storedArray } from '../../src/data/format/storedArray.js'
import { groupSplit, kFold, randomSplit, type Split, stratifiedSplit } from '../../src/data/split.js'
import { rng } from '../../src/random/rng.js'

const labelled = (labels: readonly number[]) =>
  dataset(
    storedArray(
      'float32',
      [labels.length],
      Float32Array.from(labels, (_, i) => i),
    ),
    storedArray('int32', [labels.length], Int32Array.from(labels)),
  )
const rows = ({ inputs }: Dataset): readonly number[] => [...inputs.data]
const partition = ({ training, heldOut }: Split, count: number): void => {
  expect([...rows(training), ...rows(heldOut)].sort((a, b) => a - b)).toEqual(
    Array.from({ length: count }, (_, i) => i),
  )
}
const labels = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 40 })

test('a random split is a partition of the asked size', () => {
  fc.assert(
    fc.property(labels, fc.nat(100), (list, seed) => {
      const held = 1 + (seed % (list.length - 1))
      const [split] = randomSplit(labelled(list), held)(rng(seed))
      partition(split, list.length)
      expect(exampleCount(split.heldOut)).toBe(held)
    }),
  )
})

test('a stratified split keeps the share of every class, up to rounding, and the total exactly', () => {
  fc.assert(
    fc.property(labels, fc.nat(100), (list, seed) => {
      const held = 1 + (seed % (list.length - 1))
      const [split] = stratifiedSplit(labelled(list), held)(rng(seed))
      partition(split, list.length)
      expect(exampleCount(split.heldOut)).toBe(held)
      for (const label of new Set(list)) {
        const all = list.filter((other) => other === label).length
        const got = [...split.heldOut.targets.data].filter((other) => other === label).length
        expect(Math.abs(got - (all * held) / list.length)).toBeLessThan(1)
      }
    }),
  )
})

test('groups stay together', () => {
  fc.assert(
    fc.property(labels, fc.nat(100), (list, seed) => {
      fc.pre(new Set(list).size > 1)
      let split: Split
      try {
        split = groupSplit(labelled(list), list, 1)(rng(seed))[0]
      } catch (error) {
        // one group may be everything but a rest; then there is nothing to hold out
        expect(String(error)).toContain('groupSplit')
        return
      }
      partition(split, list.length)
      const held = new Set(split.heldOut.targets.data)
      for (const label of split.training.targets.data) expect(held.has(label)).toBe(false)
    }),
  )
})

test('every example is held out by exactly one of k folds', () => {
  fc.assert(
    fc.property(labels, fc.integer({ min: 2, max: 5 }), (list, k) => {
      fc.pre(k <= list.length)
      const [folds] = kFold(labelled(list), k)(rng(3))
      expect(folds.length).toBe(k)
      for (const fold of folds) partition(fold, list.length)
      expect(folds.flatMap((fold) => rows(fold.heldOut)).sort((a, b) => a - b)).toEqual(list.map((_, i) => i))
      const sizes = folds.map((fold) => exampleCount(fold.heldOut))
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }),
  )
})

test('a fraction is a share of the examples', () => {
  const [split] = randomSplit(labelled(new Array<number>(10).fill(0)), 0.3)(rng(0))
  expect(exampleCount(split.heldOut)).toBe(3)
})

test('the same generator gives the same split, another one another', () => {
  const data = labelled(Array.from({ length: 40 }, (_, i) => i % 4))
  const held = (seed: number) => rows(stratifiedSplit(data, 0.5)(rng(seed))[0].heldOut)
  expect(held(1)).toEqual(held(1))
  expect(held(1)).not.toEqual(held(2))
})

describe('mistakes', () => {
  const data = labelled([0, 1, 0, 1])
  test.each([0, 4, -1, 1.5, 0.01])('holding out %s of four', (amount) => {
    expect(() => randomSplit(data, amount)).toThrow('randomSplit: expected a fraction, or a number from 1 to 3')
  })
  test.each([[], [0]])('data sets that no split can part: %j', (...labels: number[]) => {
    const few = labelled(labels)
    const expected = `expected at least two examples, got ${labels.length}`
    expect(() => randomSplit(few, 0.5)).toThrow(`randomSplit: ${expected}`)
    expect(() => stratifiedSplit(few, 1)).toThrow(`stratifiedSplit: ${expected}`)
    expect(() => groupSplit(few, labels, 1)).toThrow(`groupSplit: ${expected}`)
    expect(() => kFold(few, 2)).toThrow(`kFold: ${expected}`)
  })
  test('strata of real numbers', () => {
    expect(() => stratifiedSplit(dataset(data.targets, data.inputs), 1)).toThrow('targets that are one whole number')
  })
  test('a group too few, and a group that is everything', () => {
    expect(() => groupSplit(data, [1, 2], 1)).toThrow('groupSplit: groups: expected 4')
    expect(() => groupSplit(data, [1, 1, 1, 1], 1)(rng(0))).toThrow('groups small enough')
  })
  test.each([1, 5, 2.5])('%s folds of four examples', (k) => {
    expect(() => kFold(data, k)).toThrow('kFold: expected a whole number of folds from 2 to 4')
  })
})
