import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostData } from '../../src/array/tensor.js'
import { storedArray } from '../../src/data/format/storedArray.js'
import { textBatches } from '../../src/data/textBatches.js'
import { rng } from '../../src/random/rng.js'

const textOf = (length: number) =>
  storedArray(
    'int32',
    [length],
    Int32Array.from({ length }, (_, i) => i),
  )

test('targets are the characters after the inputs, windows run along the first axis and stay in the text', () => {
  fc.assert(
    fc.property(
      fc.record({ length: fc.integer({ min: 1, max: 6 }), size: fc.integer({ min: 1, max: 4 }), seed: fc.nat(99) }),
      fc.nat(20),
      ({ length, size, seed }, more) => {
        const text = textOf(length + 1 + more)
        for (const { inputs, targets } of textBatches(text, { length, size, steps: 3, rng: rng(seed) })) {
          expect([inputs.shape, inputs.dtype, targets.shape]).toEqual([[length, size], 'int32', [length, size]])
          const [x, y] = [hostData(inputs)!, hostData(targets)!]
          x.forEach((code, i) => {
            expect(y[i]).toBe(code + 1)
            if (i >= size) expect(code).toBe(x[i - size]! + 1)
          })
          expect(Math.max(...y)).toBeLessThan(text.data.length)
        }
      },
    ),
  )
})

test('every place is used, and a stream that starts anywhere goes on as the whole one', () => {
  const options = { length: 2, size: 3, steps: 60, rng: rng(4) }
  const starts = [...textBatches(textOf(6), options)].flatMap(({ inputs }) => [...hostData(inputs)!.slice(0, 3)])
  expect([...new Set(starts)].sort()).toEqual([0, 1, 2, 3])
  const rest = [...textBatches(textOf(6), { ...options, from: 50 })]
  expect(rest.flatMap(({ inputs }) => [...hostData(inputs)!.slice(0, 3)])).toEqual(starts.slice(150))
})

test.each([
  [{ length: 0 }, 'textBatches: length: expected a whole number from 1 on, got 0.'],
  [{ size: 1.5 }, 'textBatches: size: expected a whole number from 1 on, got 1.5.'],
  [{ steps: -1 }, 'textBatches: steps: expected a whole number from 0 on, got -1.'],
  [{ length: 6 }, 'textBatches: expected a text of more than 6 characters, got 6. Take shorter windows.'],
])('refuses %j', (wrong, message) => {
  expect(() => textBatches(textOf(6), { length: 2, size: 3, steps: 1, rng: rng(0), ...wrong })).toThrow(message)
})
