import { cpu } from 'pullback/cpu'
import { reference } from 'pullback/reference'
import { describe, expect, it } from 'vitest'
import { logSumExp } from '../../src/array/reduce.js'
import { type Tensor, tensor, toArray } from '../../src/array/tensor.js'
import { grad } from '../../src/diff/differentiable.js'

describe.each([
  ['reference', reference()],
  ['cpu', cpu({ threads: 1 })],
] as const)('logSumExp on %s', (_, on) => {
  const of = (...values: number[]): number =>
    toArray(on.evaluateSync(logSumExp(tensor(values, [values.length], 'float32'), 0) as Tensor))[0]!
  const gradient = (...values: number[]): readonly number[] => {
    const x = tensor(values, [values.length], 'float32') as Tensor
    return Array.from(toArray(on.evaluateSync(grad((y: Tensor) => logSumExp(y) as Tensor<[]>)(x))))
  }

  it('is infinity where an element is', () => {
    expect(of(Infinity)).toBe(Infinity)
    expect(of(1, Infinity, -2)).toBe(Infinity)
    expect(of(Infinity, Infinity, -Infinity)).toBe(Infinity)
    expect(of(1000, Infinity)).toBe(Infinity)
  })
  it('is -infinity of -infinity alone', () => {
    expect(of(-Infinity, -Infinity)).toBe(-Infinity)
  })
  it('is NaN where an element is', () => {
    expect(of(NaN, 1)).toBeNaN()
    expect(of(Infinity, NaN)).toBeNaN()
    expect(of(-Infinity, NaN)).toBeNaN()
  })
  it('does not overflow, and passes over -infinity', () => {
    expect(of(1000, -Infinity)).toBe(1000)
    expect(of(-1000, -Infinity)).toBe(-1000)
  })
  it('has no gradient at elements as infinite as itself', () => {
    expect(gradient(1, Infinity)).toEqual([0, NaN])
    expect(gradient(-Infinity, -Infinity)).toEqual([NaN, NaN])
    expect(gradient(1000, -Infinity)).toEqual([1, 0])
  })
})
