/** What the forward loop keeps of each step for the derivative. */
import { describe, expect, it } from 'vitest'
import * as P from '../../../src/array/index.js'
import * as U from '../../../src/array/untyped.js'
import { between, type T } from '../cases/case.js'
import { cotangents, expectAgreement, looped, loopsOf, type Step } from './support.js'

const args = [between([2, 3], -1, 1, 1), between([3], -1, 1, 2), between([4, 3], -1, 1, 3)] as const
const kept = (step: Step, wanted: readonly ('k' | 'h' | 'xs')[]): number =>
  loopsOf(cotangents(looped(step), args, wanted))[0]!.stacked

describe('moving elements costs less than keeping them', () => {
  const moves: Readonly<Record<string, (x: T) => T>> = {
    reshape: (x) => U.reshape(x, [1, 3]),
    permute: (x) => U.permute(U.reshape(x, [3, 1]), [1, 0]),
    broadcast: (x) => P.broadcastTo(x as P.Tensor, [2, 3]) as unknown as T,
  }
  it.each(Object.entries(moves))('%s is done again from the state', (_, move) => {
    // the derivative in k reads the moved state, that of sin its argument
    const step: Step = (k, h, x) => [U.add(U.sin(h), x), U.mul(move(h), k)]
    expect(kept(step, ['k'])).toBe(1)
    expectAgreement(step, args, ['k', 'h', 'xs'])
  })
})

it('a sequence is there already', () => {
  // the derivative in h reads x, that in k reads h
  const step: Step = (k, h, x) => [U.mul(h, x), U.mul(h, k)]
  expect(kept(step, ['k', 'h'])).toBe(1)
})
