/** Initialisers keep their promises: variances, bounds, fans, orthogonality, determinism. */
import {
  conv2d,
  convTranspose2d,
  dense,
  embedding,
  type Initializer,
  initializer,
  type Layer,
  matmul,
  type Random,
  relu,
  rng,
  type Shape,
  type Tensor,
  tensor,
  toArray,
  transpose,
} from 'pullback'
import { describe, expect, it } from 'vitest'
import { evaluate, type Loose } from '../layer/support.js'

const list = (x: Loose): number[] => Array.from(toArray(evaluate(x)))
const sample = (make: Initializer, shape: Shape, fans = { in: 100, out: 300 }, seed = 1): number[] =>
  list((make(shape, fans) as Random<Tensor>)(rng(seed))[0])
const varianceOf = (values: readonly number[]): number => {
  const mean = values.reduce((a, b) => a + b) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}
/** Relative error of a variance of n samples is about sqrt(2 / n) for a normal: 2 % allows more than four of them. */
const expectVariance = (values: readonly number[], want: number): void => {
  expect(Math.abs(varianceOf(values) / want - 1)).toBeLessThan(0.03)
}
const shape = [150, 100]

describe('scaled initialisers', () => {
  const {
    xavierNormal,
    xavierUniform,
    kaimingNormal,
    kaimingUniform,
    lecunNormal,
    lecunUniform,
    kaimingTruncatedNormal,
  } = initializer
  const rows: readonly (readonly [string, Initializer, number])[] = [
    ['xavierNormal', xavierNormal(), 2 / 400],
    ['xavierUniform', xavierUniform(), 2 / 400],
    ["the lectures' Xavier", xavierNormal({ fan: 'in' }), 1 / 100],
    ['kaimingNormal', kaimingNormal(), 2 / 100],
    ['kaimingNormal by fan out', kaimingNormal({ fan: 'out' }), 2 / 300],
    ['kaimingUniform', kaimingUniform(), 2 / 100],
    ['kaimingUniform for tanh', kaimingUniform({ gain: 'tanh' }), 25 / 9 / 100],
    ['kaimingNormal for leaky rectifiers', kaimingNormal({ gain: { leakyRelu: 0.5 } }), 2 / 1.25 / 100],
    ['kaimingTruncatedNormal', kaimingTruncatedNormal(), 2 / 100],
    ['lecunNormal', lecunNormal(), 1 / 100],
    ['lecunUniform', lecunUniform(), 1 / 100],
  ]
  for (const [name, make, variance] of rows)
    it(`${name} has the variance ${variance}`, () => {
      expectVariance(sample(make, shape), variance)
    })
  it('uniform ones stay within sqrt(3) deviations', () => {
    const bound = Math.sqrt(6 / 400)
    const values = sample(xavierUniform(), shape)
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound)
    expect(Math.max(...values)).toBeGreaterThan(0.99 * bound)
  })
  it('keep the variance of rectified signals through depth', () => {
    let x = evaluate(sampleTensor([50, 100], 7))
    for (let depth = 0; depth < 10; depth++) {
      const [weight] = kaimingNormal()([100, 100], { in: 100, out: 100 })(rng(depth))
      x = evaluate(matmul(relu(x as Loose) as Loose, transpose(weight) as Loose)) as Loose
    }
    const square = list(x).reduce((sum, value) => sum + value * value, 0) / 5000
    expect(square).toBeGreaterThan(0.4)
    expect(square).toBeLessThan(2.5)
  })
  it('refuse fans and gains that they do not know', () => {
    expect(() => xavierNormal({ fan: 'both' as 'in' })(shape, { in: 1, out: 1 })).toThrow(
      /fan 'in', 'out' or 'average'/,
    )
    expect(() => kaimingNormal({ gain: 'swish' as 'relu' })(shape, { in: 1, out: 1 })).toThrow(
      /^gainOf: expected linear/,
    )
    expect(() => kaimingNormal()(shape, { in: 0, out: 1 })).toThrow(/positive fans/)
  })
})
const sampleTensor = (size: Shape, seed: number): Tensor =>
  initializer.normal({ deviation: 1 })(size, { in: 1, out: 1 })(rng(seed))[0]

describe('stated initialisers', () => {
  it('are what they say', () => {
    expect(sample(initializer.zeros(), [2, 2])).toEqual([0, 0, 0, 0])
    expect(sample(initializer.ones(), [2])).toEqual([1, 1])
    expect(sample(initializer.constant(0.25), [3])).toEqual([0.25, 0.25, 0.25])
    expectVariance(sample(initializer.normal({ deviation: 0.5, mean: 3 }), shape), 0.25)
    expectVariance(sample(initializer.uniform({ low: 0, high: 1 }), shape), 1 / 12)
    const truncated = sample(initializer.truncatedNormal({ deviation: 0.5 }), shape)
    expect(Math.max(...truncated.map(Math.abs))).toBeLessThanOrEqual(1)
  })
  it('draw nothing where there is nothing to draw', () => {
    const generator = rng(1)
    expect(initializer.zeros()([2], { in: 1, out: 1 })(generator)[1]).toBe(generator)
    expect(initializer.normal()([2], { in: 1, out: 1 })(generator)[1].counter).toBe(1)
  })
  it('give equal arrays for equal generators, and others for others', () => {
    for (const make of [initializer.normal(), initializer.xavierUniform(), initializer.orthogonal()]) {
      expect(sample(make, [4, 5])).toEqual(sample(make, [4, 5]))
      expect(sample(make, [4, 5])).not.toEqual(sample(make, [4, 5], undefined, 2))
    }
  })
})

describe('orthogonal', () => {
  const product = (values: number[], rows: number, columns: number, byRows: boolean): number[] => {
    const m = tensor(values, [rows, columns], 'float64') as Loose
    return list(byRows ? matmul(m, transpose(m) as Loose) : matmul(transpose(m) as Loose, m))
  }
  for (const [rows, columns] of [
    [5, 5],
    [3, 7],
    [7, 3],
    [1, 4],
    [4, 1],
  ] as const)
    it(`has orthogonal ${rows <= columns ? 'rows' : 'columns'} for [${rows}, ${columns}]`, () => {
      const least = Math.min(rows, columns)
      const values = sample(initializer.orthogonal({ gain: 2 }), [rows, columns])
      product(values, rows, columns, rows <= columns).forEach((value, k) => {
        expect(value).toBeCloseTo(Math.floor(k / least) === k % least ? 4 : 0, 5)
      })
    })
  it('takes the axes after the first as one', () => {
    const values = sample(initializer.orthogonal(), [4, 2, 3, 3])
    product(values, 4, 18, true).forEach((value, k) => {
      expect(value).toBeCloseTo(Math.floor(k / 4) === k % 4 ? 1 : 0, 5)
    })
  })
  it('has no preferred sign: the mean over seeds is 0', () => {
    const corners = Array.from(
      { length: 400 },
      (_, seed) => sample(initializer.orthogonal(), [3, 3], undefined, seed)[0]!,
    )
    expect(Math.abs(corners.reduce((a, b) => a + b) / 400)).toBeLessThan(0.12)
    expect(Math.abs(varianceOf(corners) - 1 / 3)).toBeLessThan(0.06)
  })
  it('refuses vectors', () => {
    expect(() => initializer.orthogonal()([3], { in: 1, out: 1 })).toThrow(/rank 2 or more/)
  })
})

describe('fans', () => {
  it('count kernel places, and the outputs of a group alone', () => {
    expect(initializer.fansOf([16, 8, 3, 3])).toEqual({ in: 72, out: 144 })
    expect(initializer.fansOf([16, 2, 3, 3], 4)).toEqual({ in: 18, out: 36 })
    expect(initializer.fansOf([10, 784])).toEqual({ in: 784, out: 10 })
    expect(() => initializer.fansOf([3])).toThrow(/^fansOf: /)
  })
  const fansSeen = (make: (initial: Initializer) => unknown, input: Shape, dtype = 'float32'): unknown => {
    let seen: unknown
    const spy: Initializer = (size, fans) => {
      seen = fans
      return initializer.zeros()(size, fans)
    }
    ;(make(spy) as Layer<Loose, Loose, Loose, Loose>).init({ shape: input, dtype: dtype as 'float32' })(rng(0))
    return seen
  }
  it('are right in every layer', () => {
    expect(fansSeen((weightInitializer) => dense(7, 3, { weightInitializer }), [1, 7])).toEqual({ in: 7, out: 3 })
    const conv = { in: 4, out: 6, kernel: [3, 2] as const, groups: 2 as number }
    expect(fansSeen((w) => conv2d({ ...conv, weightInitializer: w }), [1, 4, 5, 5])).toEqual({ in: 12, out: 18 })
    expect(fansSeen((w) => convTranspose2d({ ...conv, weightInitializer: w }), [1, 4, 5, 5])).toEqual({
      in: 12,
      out: 18,
    })
    expect(fansSeen((w) => embedding(5, 2, { weightInitializer: w }), [3], 'int32')).toEqual({ in: 5, out: 2 })
  })
  it('give each default weight the promised variance', () => {
    const [{ params }] = conv2d({ in: 16, out: 32, kernel: 5 }).init({ shape: [1, 16, 5, 5], dtype: 'float32' })(rng(4))
    expectVariance(list(params.weight), 2 / 400)
    expect(list(params.bias)).toEqual(new Array(32).fill(0))
  })
  it('draw the same values for float64 inputs', () => {
    const weightFor = (dtype: 'float32' | 'float64') =>
      dense(3, 2).init({ shape: [1, 3], dtype })(rng(5))[0].params.weight
    expect(weightFor('float64').dtype).toBe('float64')
    expect(list(weightFor('float64'))).toEqual(list(weightFor('float32')))
  })
})
