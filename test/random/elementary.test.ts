import { expect, it } from 'vitest'
import { exp, log, log1p } from '../../src/array/scalar/index.js'
import { floatExp, floatLog, floatLogOfUnit, openUnit } from '../../src/random/elementary.js'
import { floatBelow, hostArithmetic } from '../../src/random/hostArithmetic.js'

const ulps = (found: number, expected: number): number => {
  const nearest = Math.abs(Math.fround(expected))
  return Math.abs(found - expected) / (nearest - floatBelow(nearest))
}
const a = hostArithmetic

it('floatLog is within 2 ulp on positive normal floats', () => {
  for (let i = 0; i < 100_000; i++) {
    const x = a.floatOfBits(0x00800000 + Math.imul(i, 21_307))
    if (x !== 1) expect(ulps(floatLog(a, x), log(x))).toBeLessThan(2)
  }
  expect(floatLog(a, 1)).toBe(0)
})

it('floatLogOfUnit is within 2 ulp at both ends', () => {
  for (let i = 0; i < 32; i++)
    for (const offset of [0, 1, 77])
      for (const word of [(2 ** i + offset) | 0, ~(2 ** i + offset)]) {
        const [t, complement] = [openUnit(a, word), openUnit(a, ~word)]
        const expected = t < 0.5 ? log(t) : log1p(-complement)
        expect(ulps(floatLogOfUnit(a, t, complement), expected), `${word}`).toBeLessThan(2)
      }
})

it('floatExp is within 2 ulp', () => {
  for (let i = -87_000; i < 88_000; i += 7) {
    const x = Math.fround(i / 1000)
    expect(ulps(floatExp(a, x), exp(x)), `${x}`).toBeLessThan(2)
  }
})

it('floatBelow steps by one float', () => {
  for (const x of [1, -1, 0.1, 1e-40, -1e-40, 3e38].map(Math.fround)) {
    const below = floatBelow(x)
    expect(below).toBeLessThan(x)
    expect([x, below]).toContain(Math.fround((x + below) / 2))
  }
  expect(floatBelow(0)).toBe(-(2 ** -149))
})
