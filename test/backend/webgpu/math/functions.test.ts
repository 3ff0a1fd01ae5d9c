import { describe, expect, it } from 'vitest'
import type { UnaryOp } from '../../../../src/array/node.js'
import { pow } from '../../../../src/array/scalar/index.js'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import { floats, sameBits } from '../../kernelCases/data.js'
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
} from '../../kernelCases/functions.js'
import { noGpu, runKernels } from '../harness.js'

const apply: Applied = async (op, inputs) => {
  const [got] = await runKernels([applying(op, inputs)], { loop }, inputs.map(floats), [['float32', inputs[0]!.length]])
  return got as Float32Array
}

const smallestNormal = 1.1754943508222875e-38
/** A device may take denormals for zeros, on the way in and on the way out. */
const distance = (got: number, exact: number, least = 0): number =>
  Math.abs(exact) < smallestNormal && Math.abs(got) <= smallestNormal ? 0 : distanceOf(got, exact, least)
const flushed = (x: number): number => (Math.abs(x) < smallestNormal ? x * 0 : x)

/** The largest distance; the better one where x is denormal, and may have been flushed. */
const worst = async (op: UnaryOp, x: Float32Array, least = 0): Promise<readonly [number, string]> => {
  const f = trueFunctions.get(op)!
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
    for (const [a, b] of powers) {
      const got = await apply('pow', [a, b])
      let most = 0
      got.forEach((value, i) => {
        const [base, exponent] = [a[i]!, b[i]!]
        const far = Math.min(distance(value, pow(base, exponent)), distance(value, pow(flushed(base), exponent)))
        most = Math.max(most, far)
        expect(far, `${base} to the power ${exponent} is ${pow(base, exponent)}, got ${value}`).toBeLessThan(3)
      })
      if (process.env.SHOW_ULP === '1') console.log('pow', most)
    }
  })

  it('odd functions are odd, zeros included', () => expectOdd(apply))

  it('tanh and erf never leave [-1, 1], exp never falls', () => expectBounded(apply))

  it('one element at a time has the bits of four', async () => {
    const x = between(-3, 3, 9).slice(0, 64)
    for (const op of ['exp', 'log', 'log1p', 'tanh', 'erf', 'sin', 'cos'] as const) {
      const all = await apply(op, [x])
      const some = await apply(op, [x.slice(0, 63)])
      expect(sameBits(some, all.slice(0, 63)), op).toBe(true)
    }
  })
})
