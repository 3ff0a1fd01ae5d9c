/** States, gradients and updates of other parameters; rates that are no numbers. */
import * as p from 'pullback'
import { describe, expect, test } from 'vitest'
import { mistakeOf, untyped } from './mistake.js'

const params = { conv: { weight: p.tensor([[1, 2]]) }, bias: p.tensor([3]) }
const misshapen = untyped({ ...params, conv: { weight: p.tensor([[1, 2, 3]]) } }) as typeof params
const missing = untyped({ bias: p.tensor([3]) }) as typeof params
const extra = untyped({ ...params, conv: { ...params.conv, bias: p.tensor([1]) } }) as typeof params
const fix = 'Both trees must have the same structure: keep params, gradients and state of one model together.'

describe('an optimizer state for other parameters', () => {
  test.each([
    ['scaleByAdam', () => p.adam()],
    ['trace', () => p.momentum(0.1)],
    ['scaleByRms', () => p.rmsprop()],
    ['scaleByAdagrad', () => p.adagrad()],
    ['scaleByAdadelta', () => p.adadelta()],
    ['scaleByAmsgrad', () => p.amsgrad()],
    ['scaleByNadam', () => p.nadam()],
    ['lbfgs', () => p.lbfgs()],
    ['accumulateGradients', () => p.accumulateGradients(2, p.adam())],
    ['scaleByAdam', () => p.chainOptimizers(p.clipByGlobalNorm(1), p.adamw())],
  ])('of %s is named with the parameter', (path, make) => {
    const optimizer = make()
    const of = (other: typeof params) => mistakeOf(() => optimizer.update(params, optimizer.init(other), params))
    expect(of(misshapen)).toEqual({
      path: `${path} at conv.weight`,
      expected: 'a tensor [1, 2]',
      got: 'a tensor [1, 3]',
      fix,
    })
    expect(of(missing)).toEqual({ path, expected: 'a record {conv, bias}', got: 'a record {bias}', fix })
    expect(of(extra)).toEqual({
      path: `${path} at conv`,
      expected: 'a record {weight}',
      got: 'a record {weight, bias}',
      fix,
    })
  })
  test('of groups is named with the whole path', () => {
    const optimizer = p.grouped([{ select: 'conv', optimizer: p.adam() }], p.momentum(0.1))
    expect(mistakeOf(() => optimizer.update(params, optimizer.init(misshapen), params))).toEqual({
      path: 'scaleByAdam at conv.weight',
      expected: 'a tensor [1, 2]',
      got: 'a tensor [1, 3]',
      fix,
    })
  })
})

test('a group that no parameter is in', () => {
  expect(mistakeOf(() => p.freezing('con', p.sgd(0.1)).init(params))).toEqual({
    path: 'grouped',
    expected: `a parameter that 'con' selects`,
    got: 'conv.weight, bias',
    fix: 'Write whole names, as in conv1.weight.',
  })
})

describe('a state of another optimizer', () => {
  test('has other parts', () => {
    expect(mistakeOf(() => p.adam().update(params, p.sgd(0.1).init(params), params))).toEqual({
      path: 'chainOptimizers',
      expected: 'the states of 2 optimizers',
      got: 'the state of one',
      fix: 'Pass the state that init gave.',
    })
    expect(mistakeOf(() => p.momentum(0.1).update(params, p.adam().init(params), params))).toEqual({
      path: 'trace',
      expected: 'a record {conv, bias}',
      got: 'undefined',
      fix,
    })
    expect(mistakeOf(() => p.lbfgs(1, { memory: 3 }).update(params, p.lbfgs().init(params), params))).toEqual({
      path: 'lbfgs',
      expected: 'a state of 3 pairs',
      got: 'a state of 10',
      fix: 'Pass the state that init of this optimizer gave.',
    })
    expect(mistakeOf(() => p.lbfgs().update(params, p.adam().init(params), params)).got).toBe('another state')
  })
})

test('averages and weights of other parameters', () => {
  const misplaced = { path: 'at conv.weight', expected: 'a tensor [1, 3]', got: 'a tensor [1, 2]', fix }
  const start = p.initialAverage(misshapen)
  for (const [path, average] of [
    ['exponentialAverage', p.exponentialAverage(0.9)],
    ['polyakAverage', p.polyakAverage],
  ] as const)
    expect(mistakeOf(() => average(start, params))).toEqual({ ...misplaced, path: `${path} at conv.weight` })
  const decay = p.addDecayedWeights(0.1)
  expect(mistakeOf(() => decay.update(misshapen, decay.init(params), params))).toEqual({
    ...misplaced,
    path: 'addDecayedWeights at conv.weight',
  })
})

test('updates of other parameters', () => {
  expect(mistakeOf(() => p.applyUpdates(params, misshapen))).toEqual({
    path: 'applyUpdates at conv.weight',
    expected: 'a tensor [1, 2]',
    got: 'a tensor [1, 3]',
    fix,
  })
})

describe('numbers that are none', () => {
  const finite = { expected: 'a finite rate', fix: 'Pass a number, or a schedule that gives one.' }
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a rate of %s', (rate) => {
    expect(mistakeOf(() => p.adam(rate))).toEqual({ path: 'scaleByRate', ...finite, got: String(rate) })
    expect(mistakeOf(() => p.lbfgs(rate))).toEqual({ path: 'lbfgs', ...finite, got: String(rate) })
    const newton = p.lbfgs(() => rate)
    expect(mistakeOf(() => newton.update(params, newton.init(params), params))).toEqual({
      path: 'lbfgs at step 0',
      ...finite,
      got: String(rate),
    })
    const optimizer = p.sgd((step) => (step === 1 ? rate : 0.1))
    const [, second] = optimizer.update(params, optimizer.init(params), params)
    expect(mistakeOf(() => optimizer.update(params, second, params))).toEqual({
      path: 'scaleByRate at step 1',
      ...finite,
      got: String(rate),
    })
  })
  test.each([1, -0.1, Number.NaN])('a weight of the past of %s', (decay) => {
    const usual = 'Leave it out for the usual one.'
    for (const [path, name, make] of [
      ['scaleByAdam', 'beta1', () => p.adam(0.1, { beta1: decay })],
      ['scaleByAmsgrad', 'beta2', () => p.amsgrad(0.1, { beta2: decay })],
      ['scaleByNadam', 'beta2', () => p.nadam(0.1, { beta2: decay })],
      ['scaleByRms', 'decay', () => p.rmsprop(0.1, { decay })],
      ['scaleByAdadelta', 'decay', () => p.adadelta(0.1, { decay })],
      ['trace', 'decay', () => p.momentum(0.1, { decay })],
      ['exponentialAverage', 'decay', () => p.exponentialAverage(decay)],
    ] as const)
      expect(mistakeOf(make)).toEqual({ path, expected: `${name} from 0 and below 1`, got: String(decay), fix: usual })
  })
  test('a weight decay below 0, a warmup of no number', () => {
    for (const weightDecay of [-1, Number.POSITIVE_INFINITY, Number.NaN])
      expect(mistakeOf(() => p.adamw(0.1, { weightDecay }))).toEqual({
        path: 'addDecayedWeights',
        expected: 'a decay from 0 on',
        got: String(weightDecay),
        fix: 'It is the share of a weight in its gradient.',
      })
    expect(mistakeOf(() => p.schedule.warmup(Number.NaN, 0.1))).toEqual({
      path: 'schedule.warmup: steps',
      expected: 'a number of steps from 0 on',
      got: 'NaN',
      fix: 'Count optimizer steps, not epochs.',
    })
  })
  test('a bound of 0, a count of none', () => {
    for (const [path, clip] of [
      ['clipByValue', p.clipByValue],
      ['clipByNorm', p.clipByNorm],
      ['clipByGlobalNorm', p.clipByGlobalNorm],
    ] as const)
      expect(mistakeOf(() => clip(0))).toEqual({
        path,
        expected: 'a bound above 0',
        got: '0',
        fix: 'A bound of 0 would stop all learning.',
      })
    expect(mistakeOf(() => p.lbfgs(1, { memory: 0 }))).toEqual({
      path: 'lbfgs',
      expected: 'a whole number of steps to remember from 1 on',
      got: '0',
      fix: 'Ten are usual.',
    })
    expect(mistakeOf(() => p.accumulateGradients(0, p.sgd(1)))).toEqual({
      path: 'accumulateGradients',
      expected: 'a whole number of gradients from 1 on',
      got: '0',
      fix: 'One gradient a step is 1.',
    })
  })
})
