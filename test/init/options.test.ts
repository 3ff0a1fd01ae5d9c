/** Numeric options of initialisers that would give NaN or infinity are refused. */
import { initializer, rng } from 'pullback'
import { expect, test } from 'vitest'
import { fansOf, gainOf } from '../../src/init/index.js'
import { negative, notFinite } from '../errors/badNumbers.js'
import { mistakeOf } from '../errors/mistake.js'

const drawn = (initialize: initializer.Initializer): unknown => initialize([3, 4], { in: 4, out: 3 })(rng(0))

test.each<readonly [path: string, word: string, make: (value: number) => unknown, bad: readonly number[]]>([
  ['constant', 'value', (value) => initializer.constant(value), notFinite],
  ['orthogonal', 'gain', (gain) => initializer.orthogonal({ gain }), notFinite],
  ['xavierNormal', 'gain', (gain) => drawn(initializer.xavierNormal({ gain })), negative],
  ['kaimingUniform', 'gain', (gain) => drawn(initializer.kaimingUniform({ gain })), negative],
  ['kaimingTruncatedNormal', 'gain', (gain) => drawn(initializer.kaimingTruncatedNormal({ gain })), negative],
  ['gainOf', 'leakyRelu', (leakyRelu) => gainOf({ leakyRelu }), notFinite],
  ['fansOf', 'groups', (groups) => fansOf([4, 3], groups), [...negative, 0, 1.5]],
])('%s: %s', (path, word, make, bad) => {
  for (const value of bad)
    expect(mistakeOf(() => make(value))).toMatchObject({
      path,
      expected: expect.stringContaining(word),
      got: `${value}`,
    })
})
