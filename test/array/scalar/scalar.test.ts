import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { highWord, lowWord, normalize, powerOfTwo } from '../../../src/array/scalar/bits.js'
import { twoProduct, twoSum } from '../../../src/array/scalar/doubleDouble.js'
import { cos, erf, exp, expm1, log, log1p, log2, log10, pow, sin, tanh } from '../../../src/array/scalar/index.js'
import { table } from './table.js'

/** The doubles in order, as integers: neighbours differ by one. */
const ordinal = (x: number): bigint => {
  const bits = (BigInt(highWord(x)) << 32n) | BigInt(lowWord(x))
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits
}
const ulps = (a: number, b: number): number => {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity
  const distance = ordinal(a) - ordinal(b)
  return Number(distance < 0n ? -distance : distance)
}
const bits = (x: number): string =>
  (highWord(x) >>> 0).toString(16).padStart(8, '0') + lowWord(x).toString(16).padStart(8, '0')

const functions = { exp, expm1, log, log1p, log2, log10, sin, cos, tanh }
const scalar = { ...functions, erf, pow }
const names = Object.keys(functions) as (keyof typeof functions)[]
const anyDouble = fc.double()
const moderate = fc.double({ min: -50, max: 50, noNaN: true })
const runs = { numRuns: 2000, seed: 1 }

describe('against correctly rounded values', () => {
  for (const name of [...names, 'erf'] as const)
    it(`${name} is within 1 ulp`, () => {
      for (const [x, value] of table[name]) expect(ulps(scalar[name](x), value), `${name}(${x})`).toBeLessThanOrEqual(1)
    })
  it('pow is within 1 ulp', () => {
    for (const [x, y, value] of table.pow)
      expect(ulps(scalar.pow(x, y), value), `pow(${x}, ${y})`).toBeLessThanOrEqual(1)
  })
})

describe('against the engine', () => {
  // both sides may be off by 1 ulp, tanh of V8 by 2 more
  for (const name of names)
    it(`${name} agrees within ${name === 'tanh' ? 3 : 2} ulp`, () => {
      const bound = name === 'tanh' ? 3 : 2
      const close = (x: number): boolean => ulps(functions[name](x), Math[name](x)) <= bound
      fc.assert(fc.property(anyDouble, close), runs)
      fc.assert(fc.property(moderate, close), runs)
    })
  it('pow agrees within 2 ulp', () => {
    const close = (x: number, y: number): boolean => ulps(scalar.pow(x, y), x ** y) <= 2
    fc.assert(fc.property(anyDouble, anyDouble, close), runs)
    fc.assert(fc.property(moderate, moderate, close), runs)
    fc.assert(fc.property(moderate, fc.integer({ min: -20, max: 20 }), close), runs)
  })
})

describe('special values', () => {
  it('NaN stays NaN', () => {
    for (const name of [...names, 'erf'] as const) expect(scalar[name](NaN), name).toBeNaN()
  })
  it('zeros keep their sign', () => {
    for (const name of ['expm1', 'log1p', 'sin', 'tanh', 'erf'] as const)
      for (const zero of [0, -0]) expect(Object.is(scalar[name](zero), zero), `${name}(${zero})`).toBe(true)
  })
  it('infinities and poles', () => {
    expect([scalar.exp(Infinity), scalar.exp(-Infinity), scalar.exp(710), scalar.exp(-746)]).toEqual([
      Infinity,
      0,
      Infinity,
      0,
    ])
    expect([scalar.expm1(Infinity), scalar.expm1(-Infinity), scalar.expm1(710)]).toEqual([Infinity, -1, Infinity])
    for (const name of ['log', 'log2', 'log10'] as const) {
      expect([scalar[name](0), scalar[name](-0), scalar[name](Infinity)]).toEqual([-Infinity, -Infinity, Infinity])
      expect([scalar[name](-1), scalar[name](-Infinity)]).toEqual([NaN, NaN])
      expect(Object.is(scalar[name](1), 0)).toBe(true)
    }
    expect([scalar.log1p(-1), scalar.log1p(-2), scalar.log1p(Infinity)]).toEqual([-Infinity, NaN, Infinity])
    expect([scalar.sin(Infinity), scalar.cos(-Infinity)]).toEqual([NaN, NaN])
    expect([scalar.tanh(Infinity), scalar.tanh(-Infinity), scalar.erf(Infinity), scalar.erf(-Infinity)]).toEqual([
      1, -1, 1, -1,
    ])
  })
  it('subnormal results are rounded once', () => {
    expect(scalar.exp(-745)).toBe(5e-324)
    expect(scalar.pow(2, -1074)).toBe(5e-324)
    expect(scalar.pow(2, -1075.5)).toBe(0)
    expect(scalar.erf(5e-324)).toBe(5e-324)
  })
  it('pow has every special case of Math.pow', () => {
    const values = [
      0,
      -0,
      1,
      -1,
      0.5,
      -0.5,
      2,
      -2,
      3,
      -3,
      1e308,
      2 ** 53,
      2 ** 53 + 2,
      5e-324,
      Infinity,
      -Infinity,
      NaN,
    ]
    for (const x of values)
      for (const y of values) expect(ulps(scalar.pow(x, y), x ** y), `pow(${x}, ${y})`).toBeLessThanOrEqual(1)
  })
})

describe('exact values', () => {
  it('pow of integers is exact while the result fits', () => {
    for (let base = 2; base <= 40; base++)
      for (let n = 0, exact = 1n; exact <= 2n ** 53n; n++, exact *= BigInt(base))
        expect(scalar.pow(base, n), `pow(${base}, ${n})`).toBe(Number(exact))
  })
  it('log2 and log10 invert exact powers', () => {
    for (let k = -1074; k <= 1023; k++)
      expect(scalar.log2(k < -1022 ? powerOfTwo(k + 54) * powerOfTwo(-54) : powerOfTwo(k))).toBe(k)
    for (let k = 0; k <= 22; k++) expect(scalar.log10(Number(10n ** BigInt(k)))).toBe(k)
  })
})

describe('symmetries', () => {
  const odd = (f: (x: number) => number) => (x: number) => Object.is(f(-x), -f(x)) || Number.isNaN(f(x))
  for (const name of ['sin', 'tanh', 'erf'] as const)
    it(`${name} is odd`, () => fc.assert(fc.property(anyDouble, odd(scalar[name])), runs))
  it('cos is even', () =>
    fc.assert(
      fc.property(anyDouble, (x) => Object.is(scalar.cos(-x), scalar.cos(x))),
      runs,
    ))
  it('erf and tanh grow and stay in [-1, 1]', () =>
    fc.assert(
      fc.property(moderate, (x) => {
        for (const f of [scalar.erf, scalar.tanh]) if (Math.abs(f(x)) > 1 || f(x) > f(x + 0.001)) return false
        return true
      }),
      runs,
    ))
})

describe('parts', () => {
  it('normalize splits exactly', () =>
    fc.assert(
      fc.property(fc.double({ min: 5e-324, max: 1.7e308, noNaN: true }), (x) => {
        const { fraction, exponent } = normalize(x)
        const half = Math.trunc(exponent / 2)
        return fraction >= 0.707 && fraction < 1.415 && fraction * powerOfTwo(half) * powerOfTwo(exponent - half) === x
      }),
      runs,
    ))
  it('twoSum and twoProduct are exact (1)', () => {
    const dyadic = fc.tuple(fc.maxSafeInteger(), fc.integer({ min: -30, max: 30 })).map(([m, e]) => m * powerOfTwo(e))
    // multiples of 2 ** -160 as integers
    const exact = (x: number): bigint => {
      const { fraction, exponent } = x === 0 ? { fraction: 0, exponent: 0 } : normalize(Math.abs(x))
      const size = BigInt(fraction * powerOfTwo(54)) << BigInt(exponent + 160)
      return (x < 0 ? -size : size) >> 54n
    }
    fc.assert(
      fc.property(dyadic, dyadic, (a, b) => {
        const sum = twoSum(a, b)
        const product = twoProduct(a, b)
        return (
          sum.high === a + b &&
          exact(sum.high) + exact(sum.low) === exact(a) + exact(b) &&
          product.high === a * b &&
          (exact(product.high) + exact(product.low)) << 160n === exact(a) * exact(b)
        )
      }),
      runs,
    )
  })
})

it('gives known bits, on every engine', () => {
  const known = Object.fromEntries(
    [...names, 'erf' as const].map((name) => {
      let hash = 0
      const f = scalar[name]
      for (let i = 1; i <= 1000; i++)
        for (const x of [i / 64 - 7, i * 1e3, 1 / i]) {
          const value = f(x)
          if (!Number.isNaN(value)) hash = (Math.imul(hash ^ highWord(value), 0x01000193) ^ lowWord(value)) | 0
        }
      return [name, (hash >>> 0).toString(16)]
    }),
  )
  expect(known).toMatchInlineSnapshot(`
    {
      "cos": "67268242",
      "erf": "ee6f98bf",
      "exp": "9ba3dede",
      "expm1": "23024cb0",
      "log": "7cedf1a3",
      "log10": "457c3790",
      "log1p": "8a539862",
      "log2": "94b72ff6",
      "sin": "3300c81d",
      "tanh": "b6843a8c",
    }
  `)
  expect([bits(scalar.pow(2, 0.5)), bits(scalar.pow(1.1, 100.5)), bits(scalar.pow(-3.7, 13))]).toMatchInlineSnapshot(`
    [
      "3ff6a09e667f3bcd",
      "40cc3a9d34309b70",
      "c1773a83a6bee82f",
    ]
  `)
})
