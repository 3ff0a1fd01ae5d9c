import { describe, expect, test } from 'vitest'
import { zerosLike } from '../../src/array/create.js'
import { tensor } from '../../src/array/tensor.js'
import { mapTree } from '../../src/array/tree.js'
import {
  accumulateGradients,
  adadelta,
  adagrad,
  adam,
  adamw,
  addDecayedWeights,
  amsgrad,
  applyUpdates,
  chainOptimizers,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  exponentialAverage,
  freezing,
  globalNorm,
  grouped,
  identityOptimizer,
  initialAverage,
  lbfgs,
  momentum,
  nadam,
  nesterov,
  type Optimizer,
  polyakAverage,
  rmsprop,
  scaleByAdam,
  scaleByRate,
  schedule,
  sgd,
  trace,
} from '../../src/optim/index.js'
import { begin, device, go, gradientsAt, numbers, params, run } from './support.js'

const named: readonly (readonly [string, Optimizer])[] = [
  ['sgd', sgd(0.1)],
  ['sgd by schedule', sgd(schedule.cosine({ initial: 0.1, steps: 6 }))],
  ['momentum', momentum(0.1, { weightDecay: 0.01 })],
  ['nesterov', nesterov(0.1)],
  ['adagrad', adagrad(0.1)],
  ['rmsprop', rmsprop(0.1)],
  ['adadelta', adadelta()],
  ['adam', adam(0.1)],
  ['adamw', adamw(schedule.warmup(3, 0.1))],
  ['amsgrad', amsgrad(0.1)],
  ['nadam', nadam(0.1)],
  ['grouped', grouped([{ select: 'conv', optimizer: adam(0.1) }], momentum(0.1))],
  ['frozen', freezing(/bias$/, nadam(0.1))],
  ['lbfgs', lbfgs(0.1, { memory: 3 })],
  ['accumulating', accumulateGradients(3, adam(0.1))],
]

describe.each(named)('%s', (_, optimizer) => {
  test('stopped after any step and resumed, it ends in the same bits', () => {
    const gradients = Array.from({ length: 7 }, (_, i) => gradientsAt(i))
    const whole = run(optimizer, 7)
    for (const at of [1, 3, 4]) {
      const half = go(optimizer, begin(optimizer), gradients.slice(0, at))
      expect(numbers(go(optimizer, half, gradients.slice(at)))).toEqual(numbers(whole))
    }
  })
  test('identity on either side changes nothing', () => {
    const wanted = numbers(run(optimizer, 4))
    expect(numbers(run(chainOptimizers(identityOptimizer, optimizer), 4))).toEqual(wanted)
    expect(numbers(run(chainOptimizers(optimizer, identityOptimizer), 4))).toEqual(wanted)
  })
  test('refuses the state of other params, naming the place', () => {
    if (optimizer === named[0]![1] || optimizer === named[1]![1]) return
    const other = optimizer.init({ ...params, conv: { ...params.conv, weight: tensor([1, 2]) } } as typeof params)
    expect(() => optimizer.update(params, other, params)).toThrow(/conv\.weight/)
  })
})

describe('chainOptimizers', () => {
  const [a, b, c] = [clipByGlobalNorm(1), scaleByAdam(), scaleByRate(schedule.constant({ initial: 0.1 }))] as const
  test('is associative, and so is its state', () => {
    const flat = run(chainOptimizers(a, b, c), 3)
    for (const nested of [chainOptimizers(chainOptimizers(a, b), c), chainOptimizers(a, chainOptimizers(b, c))]) {
      const place = run(nested, 3)
      expect(numbers(place)).toEqual(numbers(flat))
      expect(place.state.slots).toHaveLength(3)
    }
  })
  test('of nothing is the identity, of one is that one', () => {
    expect(chainOptimizers(a)).toBe(a)
    const [updates] = identityOptimizer.update(params, identityOptimizer.init(params), params)
    expect(updates).toBe(params)
  })
  test('refuses a state of another composition', () => {
    expect(() => chainOptimizers(a, b).update(params, chainOptimizers(a, b, c).init(params), params)).toThrow(
      'chainOptimizers: expected the states of 2 optimizers',
    )
  })
})

describe('groups', () => {
  test('each parameter follows the first group that selects it', () => {
    const optimizer = grouped(
      [
        { select: 'conv.bias', optimizer: sgd(1) },
        { select: 'conv', optimizer: sgd(0.5) },
      ],
      sgd(0),
    )
    const [updates] = optimizer.update(params, optimizer.init(params), params)
    expect(numbers(updates)).toEqual({
      'conv.weight': [-0.25, 0.5, -1],
      'conv.bias': [-0.25],
      'head.weight': [-0, 0],
    })
  })
  test('the beginning of a path is a whole name', () => {
    const named = { con: params.head, ...params }
    const optimizer = freezing('con', sgd(1))
    const [updates] = optimizer.update(named, optimizer.init(named), named)
    expect(numbers(updates)['conv.bias']).toEqual([-0.25])
    expect(numbers(updates)['con.weight']).toEqual([0, 0])
  })
  test('a regular expression selects where it matches: at the beginning, at the end, nowhere', () => {
    const moved = (select: RegExp): readonly string[] => {
      const optimizer = freezing(select, sgd(1))
      const [updates] = optimizer.update(params, optimizer.init(params), params)
      const values = numbers(updates)
      return Object.keys(values).filter((path) => values[path]!.some((v) => v !== 0))
    }
    expect(moved(/^conv/)).toEqual(['head.weight'])
    expect(moved(/weight$/)).toEqual(['conv.bias'])
    expect(moved(/nothing/)).toEqual(['conv.weight', 'conv.bias', 'head.weight'])
  })
  test('a group may be empty where a function or an expression selects, and holds any optimizer', () => {
    for (const select of [/nothing/, () => false, /./]) {
      const optimizer = grouped([{ select, optimizer: lbfgs() }], lbfgs())
      const alone = run(lbfgs(), 3)
      const { params: end, state } = run(optimizer, 3)
      expect(numbers(end)).toEqual(numbers(alone.params))
      expect(state.slots).toHaveLength(2)
    }
  })
  test('the state of a group knows its own params alone', () => {
    const optimizer = freezing((path) => path.startsWith('conv.'), adam(0.1))
    expect(Object.keys(numbers(optimizer.init(params).slots))).toEqual([
      '1.0.mean.head.weight',
      '1.0.square.head.weight',
    ])
  })
  test('what is frozen stays the very tensor, and its gradient is not asked for', () => {
    const optimizer = freezing('head', sgd(1))
    const [updates] = optimizer.update(gradientsAt(0), optimizer.init(params), params)
    const next = applyUpdates(params, updates)
    expect(next.head.weight).toBe(params.head.weight)
    expect(next.conv.weight).not.toBe(params.conv.weight)
  })
})

describe('clipping', () => {
  const gradients = { a: tensor([3, -4]), b: tensor([12]) }
  const clip = (optimizer: Optimizer, tree = gradients) =>
    numbers(optimizer.update(tree, optimizer.init(tree), tree)[0])
  test('by value', () => {
    expect(clip(clipByValue(3.5))).toEqual({ a: [3, -3.5], b: [3.5] })
  })
  test('by the norm of each array', () => {
    expect(clip(clipByNorm(10))).toEqual({ a: [3, -4], b: [10] })
  })
  test('by the global norm, which is not changed where it is small enough', () => {
    expect(numbers({ norm: globalNorm(gradients) })).toEqual({ norm: [13] })
    expect(numbers({ norm: globalNorm({ ...gradients, n: tensor([84], [1], 'int32') }) })).toEqual({ norm: [13] })
    expect(clip(clipByGlobalNorm(26))).toEqual({ a: [3, -4], b: [12] })
    expect(clip(clipByGlobalNorm(6.5))).toEqual({ a: [1.5, -2], b: [6] })
  })
  test('of zeros and of nothing', () => {
    const zeros = { a: tensor([0, 0]), b: tensor([0]) }
    for (const optimizer of [clipByValue(1), clipByNorm(1), clipByGlobalNorm(1)])
      expect(clip(optimizer, zeros)).toEqual({ a: [0, 0], b: [0] })
    expect(numbers({ norm: globalNorm({}) })).toEqual({ norm: [0] })
  })
  test('NaN stays NaN', () => {
    for (const optimizer of [clipByValue(1), clipByNorm(1), clipByGlobalNorm(1)])
      expect(clip(optimizer, { a: tensor([Number.NaN, 1]), b: tensor([1]) }).a![0]).toBeNaN()
  })
  test.each([0, -1, Number.NaN])('a bound of %s is a mistake', (bound) => {
    for (const make of [clipByValue, clipByNorm, clipByGlobalNorm]) expect(() => make(bound)).toThrow('a bound above 0')
  })
})

describe('moments', () => {
  test('below 2^-126 are flushed to zero', () => {
    const tiny = { w: tensor([1e-30, 1e-38]) }
    for (const optimizer of [adam(0.1), rmsprop(0.1), adadelta(), amsgrad(0.1), nadam(0.1), adagrad(0.1)]) {
      const [, state] = optimizer.update(tiny, optimizer.init(tiny), tiny)
      for (const [path, values] of Object.entries(numbers(state.slots)))
        if (path.includes('square')) expect(values, path).toEqual([0, 0])
    }
    const slow = trace({ decay: 2 ** -10 })
    let state = slow.init(tiny)
    for (let i = 0; i < 2; i++)
      [, state] = device.evaluateSync(slow.update(mapTree(tiny, i === 0 ? (x) => x : zerosLike), state, tiny))
    expect(numbers(state)['slots.velocity.w']).toEqual([Math.fround(1e-30) / 1024, 0])
  })
  test('weight decay of 0 changes nothing', () => {
    const none = chainOptimizers(addDecayedWeights(0), sgd(0.1))
    expect(numbers(run(none, 3).params)).toEqual(numbers(run(sgd(0.1), 3).params))
  })
  test('weight decay inside the moments is not weight decay outside of them', () => {
    const coupled = chainOptimizers(addDecayedWeights(0.1), scaleByAdam(), scaleByRate(0.1))
    expect(numbers(run(coupled, 3).params)).not.toEqual(numbers(run(adamw(0.1, { weightDecay: 0.1 }), 3).params))
  })
})

describe('accumulated gradients', () => {
  test('move once for each count, with their mean', () => {
    const optimizer = accumulateGradients(3, sgd(0.5))
    const start = begin(optimizer)
    const still = go(optimizer, start, [gradientsAt(0), gradientsAt(1)])
    expect(numbers(still.params)).toEqual(numbers(params))
    const moved = go(optimizer, still, [gradientsAt(2)])
    const shift = [0, 1, 2].reduce((total, i) => total + ((i * 7) % 5) / 4 - 0.5, 0) / 3
    expect(numbers(moved.params)['conv.bias']![0]).toBeCloseTo(0.25 - 0.5 * (0.25 + shift), 6)
    expect((moved.state.slots as { readonly count: number }).count).toBe(0)
  })
  test('one at a time are steps of the optimizer', () => {
    expect(numbers(run(accumulateGradients(1, adam(0.1)), 4).params)).toEqual(numbers(run(adam(0.1), 4).params))
  })
  test.each([0, 1.5])('a count of %s is a mistake', (count) => {
    expect(() => accumulateGradients(count, sgd(1))).toThrow('accumulateGradients')
  })
})

describe('averages', () => {
  const path = [1, 2, 4, 8].map((x) => ({ w: tensor([x]) }))
  test('of all params so far', () => {
    const { params: mean, count } = path.reduce(polyakAverage, initialAverage(path[0]!))
    expect([numbers(mean), count]).toEqual([{ w: [3.75] }, 4])
  })
  test('exponential, without bias towards the start', () => {
    const fold = (n: number) =>
      numbers(path.slice(0, n).reduce(exponentialAverage(0.5), initialAverage({ w: tensor([99]) })).params).w![0]!
    expect(fold(1)).toBe(1)
    expect(fold(2)).toBeCloseTo((0.25 * 1 + 0.5 * 2) / 0.75, 6)
    expect(fold(4)).toBeCloseTo((0.0625 * 1 + 0.125 * 2 + 0.25 * 4 + 0.5 * 8) / 0.9375, 6)
  })
})

test('integer leaves stay as they are', () => {
  const tree = { w: tensor([1, 2]), index: tensor([3], [1], 'int32') }
  for (const [, optimizer] of named.slice(0, 11)) {
    const [updates] = optimizer.update(tree, optimizer.init(tree), tree)
    expect(numbers(applyUpdates(tree, updates)).index).toEqual([3])
  }
})
