import { describe, expect, it } from 'vitest'
import { logSoftmax, sigmoid, softmax, softplus } from '../../src/array/composite.js'
import * as P from '../../src/array/index.js'
import { reference } from '../../src/backend/reference/index.js'
import { grad } from '../../src/diff/index.js'

type D64 = P.Tensor<P.Shape, 'float64'>
const device = reference()
const vector = (...values: readonly number[]): D64 => P.tensor(values, [values.length], 'float64')
const matrix = (rows: readonly (readonly number[])[]): D64 =>
  P.tensor(rows.flat(), [rows.length, rows[0]!.length], 'float64')
const numbers = (x: P.AnyTensor): number[] => [...P.toArray(device.evaluateSync(x))]
const { NaN: nan, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY } = Number

describe('nonlinearities', () => {
  const close = (x: P.AnyTensor, expected: readonly number[]): void =>
    numbers(x).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 14)
    })
  const far = vector(-1000, -40, -1, 0, 1, 40, 1000)
  it('sigmoid', () => {
    close(sigmoid(far), [0, Math.exp(-40), 1 / (1 + Math.E), 0.5, Math.E / (1 + Math.E), 1, 1])
  })
  it('softplus and its derivative never overflow', () => {
    close(softplus(far), [0, Math.exp(-40), Math.log(1 + 1 / Math.E), Math.LN2, Math.log(1 + Math.E), 40, 1000])
    const slope = grad((x: D64) => P.sum(softplus(x)) as P.Tensor<[], 'float64'>)(far)
    close(slope, numbers(sigmoid(far)))
  })
  it('logSigmoid', () => {
    close(P.logSigmoid(far), [-1000, -40, -Math.log(1 + Math.E), -Math.LN2, -Math.log(1 + 1 / Math.E), 0, 0])
  })
  it('expm1 is accurate near 0', () => {
    const [tiny, ...rest] = numbers(P.expm1(vector(1e-12, 1, -1000, 1000)))
    expect(tiny! / (1e-12 + 5e-25)).toBeCloseTo(1, 14)
    expect(rest[0]).toBeCloseTo(Math.E - 1, 14)
    expect(rest.slice(1)).toEqual([-1, infinity])
  })
  it('softmax and logSoftmax ignore a shift and survive infinities', () => {
    const x = matrix([
      [1, 2, 3],
      [1001, 1002, 1003],
      [NEGATIVE_INFINITY, 0, NEGATIVE_INFINITY],
    ])
    const e = [1, 2, 3].map(Math.exp)
    const p = e.map((v) => v / (e[0]! + e[1]! + e[2]!))
    close(softmax(x), [...p, ...p, 0, 1, 0])
    close(logSoftmax(x, 1), [...p.map(Math.log), ...p.map(Math.log), NEGATIVE_INFINITY, 0, NEGATIVE_INFINITY])
    close(
      P.sum(
        softmax(
          matrix([
            [1, 2],
            [3, 5],
          ]),
          0,
        ),
        0,
      ),
      [1, 1],
    )
  })
  it('want floats', () => {
    expect(() => sigmoid(P.tensor([1], [1], 'int32') as never)).toThrow(
      'sigmoid: expected float32 or float64, got int32',
    )
  })
})

describe('tests and reductions', () => {
  const flags = P.tensor([
    [true, false],
    [true, true],
    [false, false],
  ])
  it('any and all', () => {
    expect(numbers(P.any(flags, 1))).toEqual([1, 1, 0])
    expect(numbers(P.all(flags, 1))).toEqual([0, 1, 0])
    expect(numbers(P.any(flags))).toEqual([1])
    expect(numbers(P.all(flags))).toEqual([0])
    expect(P.all(flags, 0, true).shape).toEqual([1, 2])
    const none = P.tensor([], [0], 'bool')
    expect([numbers(P.any(none)), numbers(P.all(none))]).toEqual([[0], [1]])
    expect(() => P.any(vector(1) as never)).toThrow('any: expected bool, got float64')
  })
  it('isNaN and isFinite', () => {
    const x = vector(1, nan, infinity, -infinity)
    expect(numbers(P.isNaN(x))).toEqual([0, 1, 0, 0])
    expect(numbers(P.isFinite(x))).toEqual([1, 0, 0, 0])
  })
  it('clip', () => {
    expect(numbers(P.clip(vector(-2, 0.5, 2, nan), -1, 1))).toEqual([-1, 0.5, 1, nan])
    expect(() => P.clip(vector(1), 2, 1)).toThrow('clip')
  })
  it('dot, outer and normSquared', () => {
    expect(numbers(P.dot(vector(1, 2, 3), vector(4, 5, 6)))).toEqual([32])
    expect(numbers(P.outer(vector(1, 2) as never, vector(3, 4, 5) as never))).toEqual([3, 4, 5, 6, 8, 10])
    expect(
      numbers(
        P.normSquared(
          matrix([
            [1, 2],
            [3, 4],
          ]),
          0,
        ),
      ),
    ).toEqual([10, 20])
    expect(() => P.dot(vector(1), vector(1, 2))).toThrow('dot: expected [1], got [2]')
  })
  it('meanAndVariance and standardDeviation', () => {
    const x = matrix([
      [1, 3],
      [5, 9],
    ])
    const [mean, variance] = P.meanAndVariance(x, 1)
    expect([numbers(mean), numbers(variance), mean.shape]).toEqual([[2, 7], [1, 4], [2]])
    expect(P.meanAndVariance(x, 1, true).map(({ shape }) => shape)).toEqual([
      [2, 1],
      [2, 1],
    ])
    expect(numbers(P.standardDeviation(x, 1))).toEqual([1, 2])
    expect(numbers(P.meanAndVariance(x)[0])).toEqual([4.5])
  })
})

describe('arranging', () => {
  const x = matrix([
    [1, 2, 3],
    [4, 5, 6],
  ])
  it('roll', () => {
    expect(numbers(P.roll(x, 1, 1))).toEqual([3, 1, 2, 6, 4, 5])
    expect(numbers(P.roll(x, -4, -1))).toEqual([2, 3, 1, 5, 6, 4])
    expect(P.roll(x, 6, 1)).toBe(x)
    expect(() => P.roll(x, 0.5, 1)).toThrow('roll')
  })
  it('repeatElements and tile', () => {
    expect(numbers(P.repeatElements(x, 2, 0))).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6])
    expect(numbers(P.repeatElements(vector(1, 2), 2, 0))).toEqual([1, 1, 2, 2])
    expect(numbers(P.tile(vector(1, 2), [3]))).toEqual([1, 2, 1, 2, 1, 2])
    expect(numbers(P.tile(x, [1, 2]))).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6])
    expect(() => P.tile(x, [2])).toThrow('tile: expected 2 counts, got [2]')
  })
  it('splitAxis is the inverse of concatAll, unstack of stack', () => {
    expect(P.splitAxis(x, 3, 1).map(numbers)).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
    const [a, b] = P.splitAxis(x, [1, 2], 1)
    expect([numbers(a!), numbers(b!)]).toEqual([
      [1, 4],
      [2, 3, 5, 6],
    ])
    expect(numbers(P.concatAll([a!, b!], 1))).toEqual(numbers(x))
    expect(numbers(P.stack(P.unstack(x, 1), 1))).toEqual(numbers(x))
    expect(() => P.splitAxis(x, 2, 1)).toThrow('splitAxis: expected whole pieces that make up 3, got 2')
    expect(() => P.splitAxis(x, [1, 1], 1)).toThrow('splitAxis')
  })
  it('linspace and eye', () => {
    expect(numbers(P.linspace(1, 2, 5, 'float64'))).toEqual([1, 1.25, 1.5, 1.75, 2])
    expect(numbers(P.linspace(3, 4, 1))).toEqual([3])
    expect(numbers(P.eye(2, 3))).toEqual([1, 0, 0, 0, 1, 0])
    expect(P.eye(2, undefined, 'int32').dtype).toBe('int32')
  })
  it('causalMask and tril', () => {
    expect(numbers(P.causalMask(2, 3))).toEqual([1, 0, 0, 1, 1, 0])
    expect(numbers(P.tril(x))).toEqual([1, 0, 0, 4, 5, 0])
    expect(numbers(P.tril(x, 1))).toEqual([1, 2, 0, 4, 5, 6])
    expect(numbers(P.tril(x, -1))).toEqual([0, 0, 0, 4, 0, 0])
  })
})

describe('ordering', () => {
  const x = matrix([
    [3, 1, 2],
    [4, nan, -5],
  ])
  it('sort', () => {
    expect(numbers(P.sort(x))).toEqual([1, 2, 3, -5, 4, nan])
    expect(numbers(P.sort(x, 1, { descending: true }))).toEqual([3, 2, 1, nan, 4, -5])
    expect(numbers(P.sort(x, 0))).toEqual([3, 1, -5, 4, nan, 2])
  })
  it('takeAlongAxis reads 0 outside, never a neighbour', () => {
    const places = P.tensor([2, 3, 0, -1], [2, 2], 'int32')
    expect(numbers(P.takeAlongAxis(x, places, 1))).toEqual([2, 0, 4, 0])
    expect(() => P.takeAlongAxis(x, places, 0)).toThrow('takeAlongAxis')
  })
  it('oneHot', () => {
    expect(numbers(P.oneHot(P.tensor([1, 0, 5], [3], 'int32'), 2))).toEqual([0, 1, 1, 0, 0, 0])
    expect(P.oneHot(P.tensor([1], [1], 'uint32'), 3, 'float64').shape).toEqual([1, 3])
  })
})
