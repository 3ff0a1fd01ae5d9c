import { describe, expect, it } from 'vitest'
import type { BinaryOp, UnaryOp } from '../../../../src/array/node.js'
import * as scalar from '../../../../src/array/scalar/index.js'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import type { LoopKernel } from '../../../../src/engine/kernel.js'
import { floats, noise, sameBits, whole } from '../../kernelCases/data.js'
import { noGpu, runKernels } from '../harness.js'

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

const apply = async (op: UnaryOp | BinaryOp, inputs: readonly Float32Array[]): Promise<Float32Array> => {
  const dims = [inputs[0]!.length]
  const kernel: LoopKernel = {
    kind: 'loop',
    dims,
    operands: inputs.map((_, i) => ({ kind: 'load', dtype: 'float32', access: whole(i, dims) })),
    steps: [{ op, dtype: 'float32', args: inputs.map((_, i) => i) }],
    stores: [{ value: inputs.length, access: whole(inputs.length, dims) }],
  }
  const [got] = await runKernels([kernel], { loop }, inputs.map(floats), [['float32', dims[0]!]])
  return got as Float32Array
}

const smallestNormal = 1.1754943508222875e-38
const bits = new Float32Array(1)
const word = new Uint32Array(bits.buffer)
/**
 * The distance between a float32 and the true value, in units of the last place of the latter, or of `least` where that
 * is larger. A device may take denormals for zeros, on the way in and on the way out.
 */
const distance = (got: number, exact: number, least = 0): number => {
  const wanted = fround(exact)
  if (Object.is(got, wanted) || (Number.isNaN(got) && Number.isNaN(wanted))) return 0
  if (Math.abs(exact) < smallestNormal && Math.abs(got) <= smallestNormal) return 0
  if (!Number.isFinite(got) || !Number.isFinite(wanted)) return Infinity
  bits[0] = Math.max(Math.abs(wanted), least)
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
const functions = new Map<string, unknown>([...Object.entries(scalar), ['sqrt', Math.sqrt]]) as ReadonlyMap<
  string,
  (x: number) => number
>
const flushed = (x: number): number => (Math.abs(x) < smallestNormal ? x * 0 : x)

/** The largest distance; the better one where x is denormal, and may have been flushed. */
const worst = async (op: UnaryOp, x: Float32Array, least = 0): Promise<readonly [number, string]> => {
  const f = functions.get(op)!
  const got = await apply(op, [x])
  let most: readonly [number, string] = [0, '']
  x.forEach((v, i) => {
    const far = Math.min(distance(got[i]!, f(v), least), distance(got[i]!, f(flushed(v)), least))
    if (far > most[0]) most = [far, `${op}(${v}) = ${f(v)}, got ${got[i]}`]
  })
  return most
}

/** Bounds in ulp, `least` as above: sin and cos are that near in absolute terms where they are small. */
const ranges: readonly {
  readonly op: UnaryOp
  readonly bound: number
  readonly least?: number
  readonly samples: readonly Float32Array[]
}[] = [
  { op: 'exp', bound: 2, samples: [anyFloats(1), between(-104, 89, 2), between(-1, 1, 3)] },
  { op: 'log', bound: 2, samples: [anyFloats(4), between(0, 10, 5), between(0.7, 1.5, 6)] },
  {
    op: 'log1p',
    bound: 2,
    samples: [anyFloats(7), between(-1, 10, 8), between(-0.1, 0.1, 9), between(1e6, 1e9, 29), between(1e-9, 1e-6, 30)],
  },
  { op: 'tanh', bound: 4, samples: [anyFloats(10), between(-10, 10, 11), between(-1, 1, 12)] },
  { op: 'erf', bound: 3, samples: [anyFloats(13), between(-5, 5, 14), between(-1, 1, 15)] },
  { op: 'sin', bound: 3, least: 0.5, samples: [anyFloats(16), between(-9000, 9000, 17), between(-1e6, 1e6, 18)] },
  { op: 'sin', bound: 2, samples: [between(-1, 1, 19), between(-3, 3, 20)] },
  { op: 'cos', bound: 3, least: 0.5, samples: [anyFloats(21), between(-9000, 9000, 22), between(-1e6, 1e6, 23)] },
  { op: 'cos', bound: 2, samples: [between(-1, 1, 24), between(-1.5, 1.5, 25)] },
  { op: 'sqrt', bound: 2.5, samples: [anyFloats(26), between(0, 10, 27)] },
]

describe.skipIf(noGpu)('every function is near the true value', () => {
  for (const { op, bound, least, samples } of ranges)
    it(`${op} within ${bound} ulp${least === undefined ? '' : ` of at least ${least}`}`, async () => {
      for (const x of [...samples, Float32Array.from(special)]) {
        const [far, what] = await worst(op, x, least ?? (op === 'sin' || op === 'cos' ? 0.5 : 0))
        if (process.env.SHOW_ULP === '1') console.log(far, what)
        expect(far, what).toBeLessThan(bound)
      }
    })

  it('pow within 3 ulp', async () => {
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
    for (const [a, b] of pairs) {
      const got = await apply('pow', [a, b])
      let most = 0
      got.forEach((value, i) => {
        const [base, exponent] = [a[i]!, b[i]!]
        const far = Math.min(
          distance(value, scalar.pow(base, exponent)),
          distance(value, scalar.pow(flushed(base), exponent)),
        )
        most = Math.max(most, far)
        expect(far, `${base} to the power ${exponent} is ${scalar.pow(base, exponent)}, got ${value}`).toBeLessThan(3)
      })
      if (process.env.SHOW_ULP === '1') console.log('pow', most)
    }
  })

  it('odd functions are odd, zeros included', async () => {
    const x = between(0, 8, 5)
    x[0] = 0
    for (const op of ['tanh', 'erf', 'sin'] as const) {
      const [plus, minus] = [await apply(op, [x]), await apply(op, [x.map((v) => -v)])]
      const negated = plus.map((v) => -v)
      expect(sameBits(minus, negated), op).toBe(true)
    }
  })

  it('tanh and erf never leave [-1, 1], exp never falls', async () => {
    for (const op of ['tanh', 'erf'] as const) {
      const got = await apply(op, [between(-12, 12, 6)])
      expect(got.every((v) => Math.abs(v) <= 1)).toBe(true)
    }
    const powers = await apply('exp', [between(-30, 30, 7).sort()])
    expect(powers.every((v, i) => i === 0 || v >= powers[i - 1]!)).toBe(true)
  })

  it('one element at a time has the bits of four', async () => {
    const x = between(-3, 3, 9).slice(0, 64)
    for (const op of ['exp', 'log', 'log1p', 'tanh', 'erf', 'sin', 'cos'] as const) {
      const all = await apply(op, [x])
      const some = await apply(op, [x.slice(0, 63)])
      expect(sameBits(some, all.slice(0, 63)), op).toBe(true)
    }
  })
})
