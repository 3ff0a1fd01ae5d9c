import { describe, expect, it } from 'vitest'
import type { BinaryOp, UnaryOp } from '../../../src/array/node.js'
import * as scalar from '../../../src/array/scalar/index.js'
import type { LoopKernel } from '../../../src/engine/kernel.js'
import { floats, noise, runKernels, sameBits, whole } from './support.js'

const { fround } = Math
const special = [
  ...[0, -0, 1, -1, Infinity, -Infinity, Number.NaN, 1e-45, -1e-45, 1e-39, -1e-39, 1.1754944e-38, 3.4028235e38],
  ...[
    -3.4028235e38, 88.72, 88.73, -87.4, -103.9, -103.98, -104.5, 0.5, -0.5, 2, -2, 0.70710678, 1.4142135, 1e-8, -1e-8,
  ],
  ...[
    0.34657359, -0.34657359, 9, -9, 9.2, -9.2, 20, -20, 3.9, -3.9, 4.1, 5.5, 1e10, -1e10, 0.927734375, 3, -3, 0.9999999,
  ],
]

const apply = (op: UnaryOp | BinaryOp, inputs: readonly Float32Array[]): Float32Array => {
  const dims = [inputs[0]!.length]
  const kernel: LoopKernel = {
    kind: 'loop',
    dims,
    operands: inputs.map((_, i) => ({ kind: 'load', dtype: 'float32', access: whole(i, dims) })),
    steps: [{ op, dtype: 'float32', args: inputs.map((_, i) => i) }],
    stores: [{ value: inputs.length, access: whole(inputs.length, dims) }],
  }
  return runKernels([kernel], inputs.map(floats), [['float32', dims[0]!]])[0] as Float32Array
}

const bits = new Float32Array(1)
const word = new Uint32Array(bits.buffer)
/** The distance between a float32 and the true value, in units of the last place of the latter. */
const distance = (got: number, exact: number): number => {
  const wanted = fround(exact)
  if (Object.is(got, wanted) || (Number.isNaN(got) && Number.isNaN(wanted))) return 0
  if (!Number.isFinite(got) || !Number.isFinite(wanted) || (got === 0 && wanted === 0)) return Infinity
  bits[0] = Math.abs(wanted)
  return Math.abs(got - exact) / 2 ** (Math.max(word[0]! >>> 23, 1) - 150)
}

const count = 1 << 14
const between = (low: number, high: number, seed: number): Float32Array => {
  const next = noise(seed)
  return Float32Array.from({ length: count }, () => low + (high - low) * next())
}
const anyFloats = (seed: number): Float32Array => {
  const next = noise(seed)
  return new Float32Array(Uint32Array.from({ length: count }, () => next() * 2 ** 32).buffer)
}
const functions = new Map<string, unknown>(Object.entries(scalar)) as ReadonlyMap<string, (x: number) => number>
const worst = (op: UnaryOp, x: Float32Array): number => {
  const f = functions.get(op)!
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
    const pairs = [
      [anyFloats(1), anyFloats(2)],
      [between(0, 10, 3), between(-10, 10, 4)],
      [between(0.9, 1.1, 5), between(-800, 800, 6)],
      [between(-9, 9, 7).map(Math.round), between(-9, 9, 8).map(Math.round)],
      [
        Float32Array.from(special.flatMap((v) => special.map(() => v))),
        Float32Array.from(special.flatMap(() => special)),
      ],
    ] as const
    for (const [a, b] of pairs)
      apply('pow', [a, b]).forEach((got, i) => {
        const exact = scalar.pow(a[i]!, b[i]!)
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

it('odd functions are odd, zeros included', () => {
  const x = between(0, 8, 5)
  x[0] = 0
  for (const op of ['tanh', 'erf', 'sin'] as const) {
    const [plus, minus] = [apply(op, [x]), apply(op, [x.map((v) => -v)])]
    expect(
      sameBits(
        minus,
        plus.map((v) => -v),
      ),
    ).toBe(true)
  }
})

it('tanh and erf never leave [-1, 1], exp never falls', () => {
  for (const op of ['tanh', 'erf'] as const) {
    const got = apply(op, [between(-12, 12, 6)])
    expect(got.every((v) => Math.abs(v) <= 1)).toBe(true)
  }
  const rising = between(-30, 30, 7).sort()
  const powers = apply('exp', [rising])
  expect(powers.every((v, i) => i === 0 || v >= powers[i - 1]!)).toBe(true)
})

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
