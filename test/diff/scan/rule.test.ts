/** The derivative of a loop: what its own loop carries and reads, and what it leaves out. */
import { describe, expect, it } from 'vitest'
import * as P from '../../../src/array/index.js'
import * as U from '../../../src/array/untyped.js'
import { differentiable } from '../../../src/diff/index.js'
import { between, type T } from '../cases/case.js'
import { cotangents, expectAgreement, looped, loopsOf, numbers, type Step } from './support.js'

const args = [between([2, 3], -1, 1, 1), between([2, 3], -1, 1, 2), between([4, 2, 3], -1, 1, 3)] as const
const scaled: Step = (k, h, x) => {
  const next = U.mul(U.mul(h, k), x)
  return [next, next]
}

describe('what nobody wants', () => {
  it('is not summed: each loop carries the state, and totals of what is wanted', () => {
    const carries = (...wanted: readonly ('k' | 'h' | 'xs')[]): number =>
      loopsOf(cotangents(looped(scaled), args, wanted)).at(-1)!.carry
    expect([carries('xs'), carries('h'), carries('k'), carries('k', 'h', 'xs')]).toEqual([1, 1, 2, 2])
    for (const wanted of [['xs'], ['h'], ['k'], ['k', 'xs']] as const) expectAgreement(scaled, args, wanted)
  })
  it('among captured values is told from what is wanted by its place', () => {
    const [first, second] = [between([3], -1, 1, 4), between([3], -1, 1, 5)]
    const f = (k: T, constant: T): T =>
      P.scan((h: T, x: T) => [U.mul(U.add(U.mul(h, constant), x), k), []] as const, args[1], args[2])[0]
    const g = (k: T): T => f(k, first)
    const swapped = (k: T): T =>
      P.scan((h: T, x: T) => [U.mul(U.add(U.mul(h, k), x), first), []] as const, args[1], args[2])[0]
    for (const one of [g, swapped]) {
      const [y, pullback] = differentiable(one)(second)
      const [got] = pullback(P.onesLike(y))
      const step = 1e-4
      const at = (t: number): number => numbers(one(U.add(second, t))).reduce((total, v) => total + v, 0)
      expect(numbers(U.sum(got, [0]))[0]).toBeCloseTo((at(step) - at(-step)) / (2 * step), 6)
    }
  })
  it('is a sequence that no step reads, or a carry', () => {
    expectAgreement((k, h) => [U.mul(h, k), U.mul(h, 2)], args, ['xs', 'k'])
    expectAgreement((k, _, x) => [U.mul(x, k), U.mul(x, 2)], args, ['h', 'k', 'xs'])
  })
})

describe('the loop of the derivative', () => {
  it('reads what its own steps need, and not what is multiplied behind it', () => {
    const step: Step = (k, h, x) => {
      const next = U.tanh(U.add(U.matmul(h, k), x))
      return [next, next]
    }
    const given = [between([3, 3], -1, 1, 1), args[1], args[2]] as const
    const [forward, backward] = loopsOf(cotangents(looped(step), given, ['k']))
    // For the derivative of tanh its output, and the cotangent of each output; the state before is read behind the loop.
    expect([forward!.stacked, backward!.sequences, backward!.stacked]).toEqual([2, 2, 1])
  })
  it('makes what is multiplied behind it, also where no carry needs it', () => {
    const step: Step = (k, h, x) => [U.add(h, U.sum(x, [0])), U.tanh(U.matmul(x, k))]
    const given = [between([3, 3], -1, 1, 1), between([3], -1, 1, 2), args[2]] as const
    expectAgreement(step, given, ['k'])
  })
  it('is not needed for what each output receives as it comes', () => {
    const step: Step = (k, h, x) => [h, U.add(x, k)]
    const given = [between([3], -1, 1, 1), args[1], args[2]] as const
    expect(loopsOf(cotangents(looped(step), given, ['k']))).toEqual([])
    expectAgreement(step, given, ['k', 'xs'])
  })
  it('takes the cotangents of results that are used apart', () => {
    const f = (k: T, h: T, xs: T): T => {
      const [last, all] = P.scan((carry: T, x: T) => [U.add(U.mul(carry, k), x), U.mul(carry, x)] as const, h, xs)
      return U.add(U.mul(U.sign(last), U.sum(all, [0])), P.barrier(last as P.Tensor, all) as unknown as T)
    }
    const [, pullback] = differentiable(f)(...args)
    const c = between([2, 3], -1, 1, 6)
    const step = 1e-4
    const v = between([2, 3], -1, 1, 7)
    const at = (t: number): number =>
      numbers(U.mul(f(U.add(args[0], U.mul(v, t)), args[1], args[2]), c)).reduce((total, n) => total + n, 0)
    const along = numbers(U.mul(pullback(c)[0], v)).reduce((total, n) => total + n, 0)
    expect(along).toBeCloseTo((at(step) - at(-step)) / (2 * step), 6)
  })
})

it('a loop whose results only order the work receives nothing', () => {
  const f = (k: T): T => {
    const [last] = P.scan((carry: T, x: T) => [U.add(U.mul(carry, k), x), []] as const, args[1], args[2])
    return P.barrier(U.mul(k, 2) as unknown as P.Tensor, last) as unknown as T
  }
  const [y, pullback] = differentiable(f)(args[0])
  expect(numbers(pullback(P.onesLike(y)))).toEqual([2, 2, 2, 2, 2, 2])
})
