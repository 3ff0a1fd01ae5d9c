import {
  type AnyTensor,
  binaryCrossEntropy,
  crossEntropy,
  elasticNetPenalty,
  grad,
  huber,
  item,
  l1Penalty,
  l2Penalty,
  logSoftmax,
  meanAbsoluteError,
  meanSquaredError,
  multiclassHinge,
  neg,
  ones,
  reshape,
  softmax,
  sum,
  type Tensor,
  tensor,
  toArray,
  valueAndGradient,
  zeros,
} from 'pullback'
import { describe, expect, it } from 'vitest'
import { mistakeOf } from '../errors/mistake.js'
import { evaluate, type Loose } from '../layer/support.js'

const number = (x: Loose): number => item(evaluate(x as AnyTensor))
const list = (x: Loose): number[] => Array.from(toArray(evaluate(x as AnyTensor)))
const labels = (...values: number[]) => tensor(values, [values.length], 'int32')
const scores = tensor([1, -2, 0.5, 3, 0.25, -1], [2, 3], 'float64') as unknown as Tensor<[2, 3]>

describe('reductions', () => {
  const all: readonly (readonly [string, (options: Loose) => Loose, number])[] = [
    ['crossEntropy', (o) => crossEntropy(scores, labels(2, 0), o), 2],
    ['crossEntropy of probabilities', (o) => crossEntropy(scores, softmax(scores), o), 2],
    ['multiclassHinge', (o) => multiclassHinge(scores, labels(2, 0), o), 2],
    ['meanSquaredError', (o) => meanSquaredError(scores, neg(scores), o), 6],
    ['meanAbsoluteError', (o) => meanAbsoluteError(scores, neg(scores), o), 6],
    ['huber', (o) => huber(scores, neg(scores), o), 6],
    ['binaryCrossEntropy', (o) => binaryCrossEntropy(scores, softmax(scores), o), 6],
  ]
  for (const [name, loss, terms] of all)
    it(`${name}: the mean is the sum over its terms`, () => {
      const total = number(loss({ reduction: 'sum' }))
      expect(number(loss({}))).toBeCloseTo(total / terms, 12)
      const single = list(loss({ reduction: 'none' }))
      expect(single.length).toBe(terms)
      expect(single.reduce((a, b) => a + b)).toBeCloseTo(total, 12)
    })
  it('refuses an unknown reduction', () => {
    expect(mistakeOf(() => meanSquaredError(scores, scores, { reduction: 'median' as 'mean' })).got).toBe('median')
  })
})

describe('cross-entropy', () => {
  it('is minus the log-probability of the label', () => {
    const want = list(logSoftmax(scores))
    expect(list(crossEntropy(scores, labels(2, 0), { reduction: 'none' }))).toEqual([
      expect.closeTo(-want[2]!, 12),
      expect.closeTo(-want[3]!, 12),
    ])
  })
  it('has the gradient (softmax - one-hot) / rows', () => {
    const [, gradient] = valueAndGradient((x: Tensor<[2, 3]>) => crossEntropy(x, labels(2, 0)))(scores)
    const p = list(softmax(scores))
    const want = p.map((value, i) => (value - (i === 2 || i === 3 ? 1 : 0)) / 2)
    list(gradient).forEach((value, i) => {
      expect(value).toBeCloseTo(want[i]!, 12)
    })
  })
  it('takes any number of leading axes: a row for each time and example', () => {
    const [three, two] = [reshape(scores, [1, 2, 3]) as Loose, labels(2, 0)]
    expect(number(crossEntropy(three, reshape(two, [1, 2]) as Loose))).toBeCloseTo(
      number(crossEntropy(scores, two)),
      12,
    )
  })
  it('agrees for labels and for their one-hot code, smoothed or not', () => {
    const code = tensor([0, 0, 1, 1, 0, 0], [2, 3], 'float64') as Loose
    for (const labelSmoothing of [0, 0.1, 1])
      expect(number(crossEntropy(scores, code, { labelSmoothing }))).toBeCloseTo(
        number(crossEntropy(scores, labels(2, 0), { labelSmoothing })),
        12,
      )
  })
  it('stays finite for huge logits and for logits of minus infinity', () => {
    const far = tensor([1e4, -1e4, Number.NEGATIVE_INFINITY], [1, 3]) as Loose
    expect(number(crossEntropy(far, labels(0)))).toBe(0)
    expect(number(crossEntropy(far, labels(1)))).toBe(2e4)
  })
  it('names host labels that are out of range', () => {
    const error = mistakeOf(() => crossEntropy(zeros([2, 3]), labels(1, 3)))
    expect(error.path).toBe('crossEntropy')
    expect(error.expected).toBe('labels from 0 to 2')
    expect(error.got).toBe('3')
    expect(error.fix).toMatch(/Count classes from 0/)
    expect(mistakeOf(() => multiclassHinge(zeros([2, 3]), labels(-1, 2))).got).toBe('-1')
  })
  it('refuses batches without rows, float labels, and a smoothing outside 0 to 1', () => {
    expect(mistakeOf(() => crossEntropy(zeros([0, 3]), tensor([], [0], 'int32'))).expected).toBe('at least one term')
    expect(mistakeOf(() => crossEntropy(zeros([2, 3]), zeros([2]) as Loose)).expected).toMatch(/shape \[2, 3\]/)
    expect(mistakeOf(() => crossEntropy(scores, labels(0, 1), { labelSmoothing: 2 })).got).toBe('2')
  })
})

describe('targets match exactly', () => {
  const losses: readonly (readonly [string, Loose])[] = [
    ['meanSquaredError', meanSquaredError],
    ['meanAbsoluteError', meanAbsoluteError],
    ['huber', huber],
    ['binaryCrossEntropy', binaryCrossEntropy],
  ]
  for (const [name, loss] of losses)
    it(`${name} never broadcasts`, () => {
      const error = mistakeOf(() => loss(zeros([4, 1]), zeros([4])))
      expect(error.path).toBe(name)
      expect(error.expected).toMatch(/\[4, 1\]/)
      expect(error.got).toBe('[4]')
      expect(error.fix).toMatch(/never broadcast/)
      expect(mistakeOf(() => loss(zeros([4]), zeros([1]))).got).toBe('[1]')
      expect(mistakeOf(() => loss(zeros([4]), zeros([4], 'int32'))).got).toBe('int32')
      expect(mistakeOf(() => loss(zeros([4], 'int32'), zeros([4], 'int32'))).path).toBe(name)
    })
  it('refuses labels of another length, or with an axis of size 1', () => {
    expect(mistakeOf(() => crossEntropy(zeros([4, 3]), labels(0, 1, 2) as Loose)).got).toBe('[4, 3] and [3]')
    expect(mistakeOf(() => crossEntropy(zeros([4, 3]), zeros([4, 1], 'int32') as Loose)).fix).toMatch(/never broadcast/)
  })
})

describe('slopes at the kinks', () => {
  const slope = (loss: (x: Tensor) => Loose) => list(grad(loss as (x: Tensor) => Tensor<[]>)(zeros([1]) as Tensor))[0]
  it('binaryCrossEntropy has sigmoid - target at 0', () => {
    expect(slope((x) => binaryCrossEntropy(x, ones([1]) as Loose))).toBe(-0.5)
  })
  it('absolute errors have 0 where prediction and target are equal', () => {
    expect(slope((x) => meanAbsoluteError(x, zeros([1]) as Loose))).toBe(0)
    expect(slope((x) => huber(x, zeros([1]) as Loose))).toBe(0)
  })
})

describe('penalties', () => {
  const params = { weight: tensor([3, -4]), deep: { bias: tensor([5]) }, steps: tensor([7], [1], 'int32') }
  it('sum sizes, or squares, over the float leaves', () => {
    expect(number(l1Penalty(2)(params))).toBe(24)
    expect(number(l2Penalty(2)(params))).toBe(100)
    expect(number(elasticNetPenalty({ l1: 2, l2: 2 })(params))).toBe(124)
  })
  it('look at the params that they are told to', () => {
    expect(number(l2Penalty(1, { only: (path) => path.endsWith('weight') })(params))).toBe(25)
    expect(number(l2Penalty(1, { only: () => false })(params))).toBe(0)
  })
  it('pull every weight towards 0', () => {
    const gradient = grad((x: Tensor) => sum(l2Penalty(0.5)({ x })) as Tensor<[]>)(tensor([3, -4]))
    expect(list(gradient)).toEqual([3, -4])
  })
  it('refuse a negative strength', () => {
    expect(mistakeOf(() => l1Penalty(-1)(params)).path).toBe('l1Penalty')
  })
})
