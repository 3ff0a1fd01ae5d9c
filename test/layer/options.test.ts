/** Numeric options of layers that would give NaN or infinity are refused where they are written. */
import * as p from 'pullback'
import { describe, expect, test } from 'vitest'
import { negative, notFinite } from '../errors/badNumbers.js'
import { mistakeOf } from '../errors/mistake.js'

const x = p.ones([2, 4])

test.each<readonly [path: string, word: string, make: (value: number) => unknown, bad: readonly number[]]>([
  ['batchNorm', 'epsilon', (epsilon) => p.batchNorm(4, { epsilon }), negative],
  ['batchNorm', 'momentum', (momentum) => p.batchNorm(4, { momentum }), [...negative, 2]],
  ['layerNorm', 'epsilon', (epsilon) => p.layerNorm(4, { epsilon }), negative],
  ['groupNorm', 'epsilon', (epsilon) => p.groupNorm(4, { groups: 2, epsilon }), negative],
  ['standardize', 'epsilon', (epsilon) => p.standardize(x, [1], epsilon), negative],
  ['leakyRelu', 'slope', (slope) => p.leakyRelu(slope), notFinite],
  ['leakyRelu', 'slope', (slope) => p.leakyRelu(x, slope), notFinite],
  ['elu', 'alpha', (alpha) => p.elu(alpha), notFinite],
  ['prelu', 'initial', (initial) => p.prelu({ initial }), notFinite],
  ['lstm', 'forgetBias', (forgetBias) => p.lstm(2, 3, { forgetBias }), notFinite],
  ['dropout', 'rate', (rate) => p.dropout(rate), [...negative, 2]],
  ['applyDropout', 'rate', (rate) => p.applyDropout(x, p.cast(x, 'bool'), rate), [...negative, 2]],
])('%s: %s', (path, word, make, bad) => {
  for (const value of bad) {
    const error = mistakeOf(() => make(value))
    expect(error.path).toBe(path)
    expect(error.expected).toContain(word)
    expect(error.got).toBe(String(value))
    expect(error.fix).not.toBe('')
  }
})

describe('an empty image', () => {
  test.each([
    ['globalAvgPool2d', p.globalAvgPool2d],
    ['globalMaxPool2d', p.globalMaxPool2d],
  ] as const)('has no %s', (path, pool) => {
    const shapes = [
      [2, 3, 0, 4],
      [2, 3, 4, 0],
    ] as const
    for (const shape of shapes) {
      const error = mistakeOf(() => pool(p.zeros(shape) as p.Tensor<[number, number, number, number]>))
      expect([error.path, error.expected, error.got]).toEqual([
        path,
        'images of at least one place',
        `[${shape.join(', ')}]`,
      ])
      expect(error.fix).not.toBe('')
    }
  })
})
