import { describe, expect, it } from 'vitest'
import type { UnaryOp } from '../../../src/array/node.js'
import { pow } from '../../../src/array/scalar/index.js'
import {
  type Applied,
  anyFloats,
  applying,
  between,
  distance as distanceOf,
  expectBounded,
  expectOdd,
  powers,
  special,
  trueFunctions,
} from '../kernelCases/functions.js'
import { floats, runKernels, sameBits } from './support.js'

const apply = ((op, inputs) =>
  runKernels([applying(op, inputs)], inputs.map(floats), [['float32', inputs[0]!.length]])[0]) as (
  ...given: Parameters<Applied>
) => Float32Array

/** Zeros keep their sign. */
const distance = (got: number, exact: number): number =>
  got === 0 && Math.fround(exact) === 0 && !Object.is(got, Math.fround(exact)) ? Infinity : distanceOf(got, exact)

const worst = (op: UnaryOp, x: Float32Array): number => {
  const f = trueFunctions.get(op)!
  return apply(op, [x]).reduce((most, got, i) => Math.max(most, distance(got, f(x[i]!))), 0)
}

describe('every function is near the true value', () => {
  const ranges: readonly (readonly [UnaryOp, number, readonly Float32Array[]])[] = [
    ['exp', 1, [anyFloats(1), between(-104, 89, 2), between(-1, 1, 3)]],
    ['log', 1, [anyFloats(4), between(0, 10, 5), between(0.7, 1.5, 6)]],
    ['log1p', 1.5, [anyFloats(7), between(-1, 10, 8), between(-0.1, 0.1, 9)]],
    ['tanh', 2.5, [anyFloats(10), between(-10, 10, 11), between(-1, 1, 12)]],
    ['erf', 1.5, [anyFloats(13), between(-5, 5, 14), between(-1, 1, 15)]],
    ['sin', 0.51, [between(-1e5, 1e5, 16), between(-4, 4, 17), between(-1e6, 1e6, 18)]],
    ['cos', 0.51, [between(-1e5, 1e5, 19), between(-4, 4, 20), between(-1e6, 1e6, 21)]],
  ]
  for (const [op, bound, samples] of ranges)
    it(`${op} within ${bound} ulp`, () => {
      for (const x of samples) expect(worst(op, x)).toBeLessThan(bound)
      const small = Float32Array.from(special.filter((v) => !(Math.abs(v) > 2 ** 20 && (op === 'sin' || op === 'cos'))))
      expect(worst(op, small)).toBeLessThan(bound)
    })

  it('pow within 0.51 ulp', () => {
    for (const [a, b] of powers)
      apply('pow', [a, b]).forEach((got, i) => {
        const exact = pow(a[i]!, b[i]!)
        expect(distance(got, exact), `${a[i]} to the power ${b[i]} is ${exact}, got ${got}`).toBeLessThan(0.51)
      })
  })
})

it('sin and cos of huge arguments stay within [-1, 1]', () => {
  const x = Float32Array.of(1e8, -1e10, 1e30, 3.4e38, Infinity, Number.NaN)
  for (const op of ['sin', 'cos'] as const) {
    const got = apply(op, [x])
    expect(got.slice(0, 4).every((v) => Math.abs(v) <= 1)).toBe(true)
    expect(Number.isNaN(got[5])).toBe(true)
  }
})

it('odd functions are odd, zeros included', () => expectOdd(apply))

it('tanh and erf never leave [-1, 1], exp never falls', () => expectBounded(apply))

/** The last elements of a row take another way through the code. */
it('bits do not depend on the position', () => {
  const x = between(-3, 3, 9)
  for (const op of ['exp', 'log', 'log1p', 'tanh', 'erf', 'sin', 'cos'] as const) {
    const all = apply(op, [x.slice(0, 64)])
    for (const begin of [0, 1, 2, 3, 5])
      for (const length of [1, 2, 3, 4, 5, 7, 9])
        expect(sameBits(apply(op, [x.slice(begin, begin + length)]), all.slice(begin, begin + length))).toBe(true)
  }
})
