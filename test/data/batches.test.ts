import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostData } from '../../src/array/tensor.js'
import { type Batch, batchCount, batches, epochs } from '../../src/data/batches.js'
import { dataset } from '../../src/data/dataset.js'
import { storedArray } from '../../src/data/format/storedArray.js'
import { rng } from '../../src/random/rng.js'

const counting = (count: number) =>
  dataset(
    storedArray(
      'float32',
      [count, 1],
      Float32Array.from({ length: count }, (_, i) => i),
    ),
    storedArray(
      'int32',
      [count],
      Int32Array.from({ length: count }, (_, i) => 10 * i),
    ),
  )
type AnyBatch = Batch<Parameters<typeof hostData>[0], Parameters<typeof hostData>[0]>
const inputs = (batch: AnyBatch) => [...hostData(batch.inputs)!]

const sizes = fc
  .record({
    count: fc.integer({ min: 1, max: 20 }),
    size: fc.integer({ min: 1, max: 7 }),
    dropLast: fc.boolean(),
    seed: fc.nat(1000),
  })
  .map((asked) => ({ ...asked, size: asked.dropLast ? Math.min(asked.size, asked.count) : asked.size }))

test('an epoch is a permutation of the examples, less a dropped rest, and targets go with their inputs', () => {
  fc.assert(
    fc.property(sizes, ({ count, size, dropLast, seed }) => {
      const options = { size, dropLast, shuffle: rng(seed) }
      const all = [...batches(counting(count), options)]
      expect(all.length).toBe(batchCount(counting(count), options))
      const seen = all.flatMap(inputs)
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen.length).toBe(dropLast ? count - (count % size) : count)
      for (const batch of all) {
        expect([...hostData(batch.targets)!]).toEqual(inputs(batch).map((i) => 10 * i))
        if (dropLast) expect(batch.inputs.shape).toEqual([size, 1])
      }
    }),
  )
})

test('a stream that starts anywhere goes on as the whole one', () => {
  fc.assert(
    fc.property(sizes, fc.nat(60), ({ count, size, dropLast, seed }, from) => {
      const options = { size, dropLast, shuffle: rng(seed), epochs: 3 }
      const whole = [...epochs(counting(count), options)]
      const rest = [...epochs(counting(count), { ...options, from })]
      const show = (list: typeof whole) => list.map((b) => [b.epoch, b.index, b.last, ...inputs(b)])
      expect(show(rest)).toEqual(show(whole.slice(from)))
    }),
  )
})

test('the order differs from epoch to epoch, and not from call to call', () => {
  const stream = epochs(counting(50), { size: 50, epochs: 2, shuffle: rng(0) })
  const [first, second] = [...stream].map(inputs)
  expect(first).not.toEqual(second)
  expect([...stream].map(inputs)).toEqual([first, second])
})

test('without a generator examples come in their own order', () => {
  expect([...batches(counting(5), { size: 2 })].map(inputs)).toEqual([[0, 1], [2, 3], [4]])
})

describe('mistakes', () => {
  test.each([0, -1, 1.5, Number.NaN])('a size of %s', (size) => {
    expect(() => batches(counting(3), { size })).toThrow('batches: size: expected a whole number above 0')
  })
  test.each([-1, 1.5, Number.NaN])('%s epochs, or batches left out', (n) => {
    expect(() => epochs(counting(3), { size: 1, epochs: n })).toThrow('epochs: expected a whole number of epochs')
    expect(() => epochs(counting(3), { size: 1, epochs: 1, from: n })).toThrow('epochs: from: expected a whole number')
  })
  test('no examples, or no full batch where others are left out', () => {
    expect(() => batches(counting(0), { size: 2 })).toThrow('batches: expected at least one example, got none')
    expect(() => batches(counting(3), { size: 4, dropLast: true })).toThrow('at most the 3 examples, got 4')
    expect([...batches(counting(3), { size: 4 })].length).toBe(1)
  })
})
