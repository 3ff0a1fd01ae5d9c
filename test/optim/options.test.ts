/** Numeric options that would give NaN, infinity or steps uphill are refused where they are written. */
import { describe, expect, test } from 'vitest'
import * as optimizer from '../../src/optim/index.js'
import * as schedule from '../../src/optim/schedule/index.js'
import { negative, notFinite } from '../errors/badNumbers.js'
import { mistakeOf } from '../errors/mistake.js'

const notPositive = [...negative, 0]

type Make = (value: number) => unknown
const refused = (
  rows: readonly (readonly [path: string, word: string, make: Make, bad: readonly number[]])[],
): void => {
  test.each(rows)('%s: %s', (path, word, make, bad) => {
    for (const value of bad) {
      const error = mistakeOf(() => make(value))
      expect(`${error.path}: ${error.expected}`).toContain(path)
      expect(`${error.path}: ${error.expected}`).toContain(word)
      expect(error.got).toBe(String(value))
      expect(error.fix).not.toBe('')
    }
  })
}

describe('optimizers', () => {
  const { adadelta, adagrad, adam, adamw, amsgrad, momentum, nadam, rmsprop, scaleBy, sgd, trace } = optimizer
  refused([
    ['scaleByAdam', 'epsilon', (epsilon) => adam(0.1, { epsilon }), negative],
    ['scaleByAdam', 'epsilon', (epsilon) => adamw(0.1, { epsilon }), negative],
    ['scaleByAmsgrad', 'epsilon', (epsilon) => amsgrad(0.1, { epsilon }), negative],
    ['scaleByNadam', 'epsilon', (epsilon) => nadam(0.1, { epsilon }), negative],
    ['scaleByNadam', 'momentumDecay', (momentumDecay) => nadam(0.1, { momentumDecay }), negative],
    ['scaleByAdagrad', 'epsilon', (epsilon) => adagrad(0.1, { epsilon }), negative],
    ['scaleByRms', 'epsilon', (epsilon) => rmsprop(0.1, { epsilon }), negative],
    ['scaleByAdadelta', 'epsilon', (epsilon) => adadelta(1, { epsilon }), negative],
    ['scaleByAdam', 'beta1', (beta1) => adam(0.1, { beta1 }), [...negative, 1]],
    ['scaleByAdam', 'beta2', (beta2) => adam(0.1, { beta2 }), [...negative, 1]],
    ['scaleByRms', 'decay', (decay) => rmsprop(0.1, { decay }), [...negative, 1]],
    ['trace', 'decay', (decay) => trace({ decay }), [...negative, 1]],
    ['addDecayedWeights', 'decay', (weightDecay) => momentum(0.1, { weightDecay }), negative],
    ['addDecayedWeights', 'decay', (weightDecay) => adamw(0.1, { weightDecay }), negative],
    ['scaleBy', 'factor', scaleBy, notFinite],
    ['scaleByRate', 'rate', sgd, notFinite],
  ])
  test('an epsilon of 0 is none', () => {
    expect(() => [adam(0.1, { epsilon: 0 }), adagrad(0.1, { epsilon: 0 })]).not.toThrow()
  })
})

describe('schedules', () => {
  const { constant, cosine, cosineRestarts, exponential, inverseSqrt, inverseTime, linear, piecewise, step, warmup } =
    schedule
  refused([
    ['schedule.constant', 'initial', (initial) => constant({ initial }), notFinite],
    ['schedule.step', 'initial', (initial) => step({ initial, every: 1, factor: 0.5 }), notFinite],
    ['schedule.step', 'factor', (factor) => step({ initial: 1, every: 1, factor }), negative],
    ['schedule.step', 'every', (every) => step({ initial: 1, every, factor: 0.5 }), notPositive],
    ['schedule.piecewise', 'initial', (initial) => piecewise({ initial, boundaries: [], factor: 0.5 }), notFinite],
    ['schedule.piecewise', 'factor', (factor) => piecewise({ initial: 1, boundaries: [], factor }), negative],
    ['schedule.piecewise', 'boundary', (b) => piecewise({ initial: 1, boundaries: [5, b], factor: 0.5 }), negative],
    ['schedule.exponential', 'initial', (initial) => exponential({ initial, rate: 1 }), notFinite],
    ['schedule.exponential', 'rate', (rate) => exponential({ initial: 1, rate }), negative],
    ['schedule.inverseTime', 'initial', (initial) => inverseTime({ initial, rate: 1 }), notFinite],
    ['schedule.inverseTime', 'rate', (rate) => inverseTime({ initial: 1, rate }), negative],
    ['schedule.inverseSqrt', 'initial', (initial) => inverseSqrt({ initial }), notFinite],
    ['schedule.inverseSqrt', 'offset', (offset) => inverseSqrt({ initial: 1, offset }), notPositive],
    ['schedule.cosine', 'initial', (initial) => cosine({ initial, steps: 9 }), notFinite],
    ['schedule.cosine', 'final', (final) => cosine({ initial: 1, steps: 9, final }), notFinite],
    ['schedule.cosine', 'steps', (steps) => cosine({ initial: 1, steps }), notPositive],
    ['schedule.linear', 'initial', (initial) => linear({ initial, steps: 9 }), notFinite],
    ['schedule.linear', 'final', (final) => linear({ initial: 1, steps: 9, final }), notFinite],
    ['schedule.linear', 'steps', (steps) => linear({ initial: 1, steps }), notPositive],
    ['schedule.cosineRestarts', 'initial', (initial) => cosineRestarts({ initial, period: 9 }), notFinite],
    ['schedule.cosineRestarts', 'final', (final) => cosineRestarts({ initial: 1, period: 9, final }), notFinite],
    ['schedule.cosineRestarts', 'period', (period) => cosineRestarts({ initial: 1, period }), notPositive],
    [
      'schedule.cosineRestarts',
      'multiplier',
      (m) => cosineRestarts({ initial: 1, period: 9, multiplier: m }),
      negative,
    ],
    ['schedule.warmup', 'steps', (steps) => warmup(steps, 0.1), negative],
    ['schedule.warmup', 'rate', (rate) => warmup(5, rate), notFinite],
  ])
})
