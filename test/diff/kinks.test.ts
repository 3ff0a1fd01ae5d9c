/** What the rules say where a derivative is a matter of choice, or infinite. */
import { describe, expect, it } from 'vitest'
import * as P from '../../src/array/index.js'
import * as U from '../../src/array/untyped.js'
import { reference } from '../../src/backend/reference/index.js'
import { differentiable, grad } from '../../src/diff/index.js'

type T = P.AnyTensor
const device = reference()
const any = <F>(f: F): ((...args: readonly unknown[]) => T) => f as never
const vector = (...values: readonly number[]): T => P.tensor(values, [values.length], 'float64') as T
const numbers = (tree: unknown): number[] => P.leaves(device.evaluateSync(tree)).flatMap((x) => [...P.toArray(x)])
const gradients = (f: (...args: readonly T[]) => T, ...args: readonly T[]): number[] => {
  const [y, pullback] = differentiable(f)(...args)
  return numbers(pullback(P.onesLike(y)))
}
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

describe('elementwise', () => {
  it('abs is flat at 0', () => {
    expect(gradients(any(P.abs), vector(-2, 0, 2))).toEqual([-1, 0, 1])
  })
  it('operands that tie in maximum and minimum take half each', () => {
    expect(gradients(any(P.maximum), vector(1, 2, 3), vector(2, 2, 2))).toEqual([0, 0.5, 1, 1, 0.5, 0])
    expect(gradients(any(P.minimum), vector(1, 2, 3), vector(2, 2, 2))).toEqual([1, 0.5, 0, 0, 0.5, 1])
  })
  it('sqrt and log are infinitely steep at 0', () => {
    expect(gradients(any(P.sqrt), vector(0, 4))).toEqual([infinity, 0.25])
    expect(gradients(any(P.log), vector(0, 4))).toEqual([infinity, 0.25])
  })
  it('a masked argument keeps an infinite slope away', () => {
    const safe = (x: T): T => {
      const positive = U.less(0, x)
      return U.select(positive, U.sqrt(U.select(positive, x, 1)), 0)
    }
    expect(gradients(safe as never, vector(0, 4))).toEqual([0, 0.25])
  })
  it('pow at a = 0', () => {
    const [da, db] = [gradients(any(P.pow), vector(0, 0, 0, 0), vector(0, 1, 2, 0.5)), 4]
    expect(da.slice(0, db)).toEqual([0, 1, 0, infinity])
    expect(da.slice(db)).toEqual([0, 0, 0, 0])
  })
  it('pow of a negative base has a slope in the base, and none in the exponent', () => {
    const [da, db] = gradients(any(P.pow), vector(-2), vector(3))
    expect([da, db]).toEqual([12, nan])
  })
  it('pow with second derivatives at exponents 0 and 1', () => {
    const second = (b: number): number[] =>
      gradients(
        ((x: T) => differentiable((own: T) => any(P.pow)(own, vector(b)))(x)[1](vector(1))[0]) as never,
        vector(0),
      )
    expect(second(0)).toEqual([0])
    expect(second(1)).toEqual([0])
    expect(second(2)).toEqual([2])
  })
})

describe('reductions', () => {
  it('elements that tie share equally', () => {
    const x = P.tensor([1, 3, 3, 2, 3, 0], [2, 3], 'float64') as T
    expect(gradients((x) => any(P.max)(x), x)).toEqual([0, 1 / 3, 1 / 3, 0, 1 / 3, 0])
    expect(gradients((x) => any(P.max)(x, 1), x)).toEqual([0, 0.5, 0.5, 0, 1, 0])
    expect(gradients((x) => any(P.min)(x, 0), U.neg(x))).toEqual([0, 0.5, 1, 1, 0.5, 0])
  })
  it('prod is right with one zero and with two, in second derivatives too', () => {
    const prod = (x: T): T => any(P.prod)(x)
    expect(gradients(prod as never, vector(2, 0, 5))).toEqual([0, 10, 0])
    expect(gradients(prod as never, vector(0, 0, 5))).toEqual([0, 0, 0])
    const second = (x: T): T => P.gather(grad(prod as never)(x as never) as T, P.literal(1, 'int32')) as T
    expect(gradients(second as never, vector(2, 0, 5))).toEqual([5, 0, 2])
    expect(gradients(second as never, vector(0, 0, 5))).toEqual([5, 0, 0])
  })
  it('of no elements receive nothing', () => {
    const none = P.tensor([], [0, 2], 'float64') as T
    expect(gradients((x) => any(P.prod)(x, 0), none)).toEqual([])
    expect(gradients((x) => any(P.sum)(x, 0), none)).toEqual([])
  })
})

it('every rule takes sizes of zero', () => {
  const none = P.tensor([], [0, 3], 'float64') as T
  const w = P.tensor([1, 2, 3, 4, 5, 6], [3, 2], 'float64') as T
  const rows = P.tensor([], [0], 'int32')
  expect(gradients((x, w) => U.matmul(x, w), none, w)).toEqual([0, 0, 0, 0, 0, 0])
  expect(gradients((w) => P.gather(w, rows) as T, w)).toEqual([0, 0, 0, 0, 0, 0])
  expect(gradients((x) => U.permute(U.tanh(U.mul(x, x)), [1, 0]), none)).toEqual([])
  expect(
    gradients((k) => P.scan((c: T, x: T) => [U.mul(c, k), U.add(x, k)] as const, k, none)[0], vector(1, 2, 3)),
  ).toEqual([1, 1, 1])
})

it('gradients of integers are zeros, and of bools', () => {
  const n = P.tensor([1, 2], [2], 'int32') as T
  expect(gradients((n, x) => U.mul(U.cast(n, 'float64'), x), n, vector(3, 4))).toEqual([0, 0, 1, 2])
})

describe('precision', () => {
  it('a cotangent has the dtype of its input', () => {
    const x = P.tensor([1.5, 2.5])
    const [y, pullback] = differentiable((x: P.Tensor) => P.cast(P.mul(x, x), 'float64'))(x)
    const [c] = device.evaluateSync(pullback(P.onesLike(y)))
    expect([y.dtype, c.dtype, ...P.toArray(c)]).toEqual(['float64', 'float32', 3, 5])
  })
})
