/** Numeric options of losses and penalties that would give NaN are refused. */
import * as p from 'pullback'
import { expect, test } from 'vitest'
import { negative } from '../errors/badNumbers.js'
import { mistakeOf } from '../errors/mistake.js'

const scores = p.ones([2, 3])
const labels = p.tensor([0, 1], [2], 'int32')

test.each<readonly [path: string, word: string, make: (value: number) => unknown, bad: readonly number[]]>([
  ['multiclassHinge', 'margin', (margin) => p.multiclassHinge(scores, labels, { margin }), negative],
  ['huber', 'delta', (delta) => p.huber(scores, scores, { delta }), [...negative, 0]],
  ['crossEntropy', 'labelSmoothing', (labelSmoothing) => p.crossEntropy(scores, labels, { labelSmoothing }), negative],
  ['l1Penalty', 'strength', (strength) => p.l1Penalty(strength)({ w: scores }), negative],
  ['l2Penalty', 'strength', (strength) => p.l2Penalty(strength)({ w: scores }), negative],
  ['l2Penalty', 'strength', (l2) => p.elasticNetPenalty({ l1: 0, l2 })({ w: scores }), negative],
])('%s: %s', (path, word, make, bad) => {
  for (const value of bad)
    expect(mistakeOf(() => make(value))).toMatchObject({
      path,
      expected: expect.stringContaining(word),
      got: `${value}`,
    })
})
