import { describe, expect, it } from 'vitest'
import * as P from '../../src/array/index.js'
import * as U from '../../src/array/untyped.js'
import { reference } from '../../src/backend/reference/index.js'
import { checkGradient, checkPullback } from '../../src/diff/index.js'

type T = P.AnyTensor
const device = reference()
const params = {
  conv: { weight: P.tensor([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [2, 3], 'float64') as T },
  steps: P.tensor([3], [1], 'int32') as T,
}
type Params = typeof params
const x = P.tensor([1, -1], [1, 2], 'float64') as T
const forward = (p: Params, x: T): T => U.tanh(U.matmul(x, p.conv.weight))

describe('checkGradient', () => {
  it('passes a right derivative, and says how close it was', () => {
    const report = checkGradient(forward, [params, x], { device })
    expect(report).toMatchObject({ ok: true, checked: 6 + 2 + 3, mistakes: [] })
    expect(report.worst).toBeLessThan(1e-10)
  })
  it('names the leaf, the place and the numbers of a wrong one', () => {
    const apply = (p: Params, x: T) => {
      const y = forward(p, x)
      const wrong = (c: T): readonly [Params, T] => {
        const inner = U.mul(c, U.sub(1, U.mul(y, y)))
        const weight = U.matmul(U.transpose(x), inner)
        const spoiled = U.add(weight, U.cast(U.equal(U.reshape(U.iota([6]), [2, 3]), 4), 'float64'))
        return [
          { conv: { weight: spoiled }, steps: U.zeros([1], 'int32') },
          U.matmul(inner, U.transpose(p.conv.weight)),
        ]
      }
      return [y, wrong] as const
    }
    const { ok, mistakes } = checkPullback(apply, [params, x] as const, { device, directions: 0 })
    expect(ok).toBe(false)
    expect(mistakes.length).toBe(1)
    expect(mistakes[0]).toMatchObject({ path: '0.conv.weight', index: [1, 1] })
    expect(mistakes[0]!.got - mistakes[0]!.expected).toBeCloseTo(1, 8)
    expect(mistakes[0]!.message).toMatch(/^0\.conv\.weight\[1, 1\]: the pullback gives .*, differences give .* \(error/)
  })
  it('finds by directions what no tried coordinate shows', () => {
    const apply = (x: T) => [U.mul(x, 2), (c: T) => [U.mul(c, 3)] as const] as const
    const report = checkPullback(apply, [x] as const, { device, coordinates: 0, directions: 2 })
    expect(report.mistakes.map(({ path }) => path)).toEqual(['direction 0', 'direction 1'])
  })
  it('reports a cotangent of the wrong shape or dtype', () => {
    const apply = (x: T) => [U.mul(x, 2), (_: T) => [U.zeros([3], 'float32')] as const] as const
    const report = checkPullback(apply, [x] as const, { device })
    expect(report).toMatchObject({ ok: false, checked: 0 })
    expect(report.mistakes.map(({ message }) => message)).toEqual([
      '0: the pullback gives float32 [3] for float64 [1, 2]',
    ])
  })
  it('reports a cotangent of the right shape in another dtype, of the right dtype in another shape, and none', () => {
    const report = (...cotangents: readonly T[]) => {
      const apply = (a: T, b: T) => [U.add(a, b), (_: T) => cotangents as readonly [T, T]] as const
      const { mistakes, ...rest } = checkPullback(apply, [x, x] as const, { device })
      expect(rest).toEqual({ ok: false, checked: 0, worst: Number.NaN })
      for (const { index, expected, got, error } of mistakes)
        expect([index, expected, got, error]).toEqual([[], Number.NaN, Number.NaN, Number.NaN])
      return mistakes.map(({ message }) => message)
    }
    expect(report(x, U.zeros([1, 2], 'float32'))).toEqual(['1: the pullback gives float32 [1, 2] for float64 [1, 2]'])
    expect(report(U.zeros([2], 'float64'), x)).toEqual(['0: the pullback gives float64 [2] for float64 [1, 2]'])
    expect(report(x)).toEqual(['1: the pullback gives nothing for float64 [1, 2]'])
  })
  it('names scalars and directions by their path alone', () => {
    const scalar = P.tensor([2], [], 'float64') as T
    const apply = (a: T) => [U.mul(a, 2), (c: T) => [U.mul(c, 3)] as const] as const
    const { mistakes } = checkPullback(apply, [scalar] as const, { device, directions: 1 })
    expect(mistakes.map(({ path, index }) => [path, index])).toEqual([
      ['0', []],
      ['direction 0', []],
    ])
    expect(mistakes.map(({ message }) => message.replace(/ gives.*/, ''))).toEqual([
      '0: the pullback',
      'direction 0: the pullback',
    ])
  })
  it('tries as many coordinates as it is told, in order, anywhere in a leaf', () => {
    const long = P.zeros([100], 'float64') as T
    const apply = (x: T) => [U.mul(x, 2), (c: T) => [U.mul(c, 3)] as const] as const
    const tried = (seed: number) =>
      checkPullback(apply, [long] as const, { device, seed, directions: 0, coordinates: 10 }).mistakes.map(
        ({ index }) => index[0]!,
      )
    const runs = Array.from({ length: 30 }, (_, seed) => tried(seed))
    for (const places of runs) {
      expect(places).toHaveLength(10)
      expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
    }
    // 300 places in all: every tenth of the leaf has its share of about 30
    const tenths = Array.from({ length: 10 }, (_, k) => runs.flat().filter((i) => Math.floor(i / 10) === k).length)
    expect(Math.min(...tenths)).toBeGreaterThan(15)
    expect(Math.max(...tenths)).toBeLessThan(45)
  })
  it('passes what is exact with a tolerance of 0', () => {
    const nothing = (x: T): T => U.mul(x, 0)
    expect(checkGradient(nothing, [x], { device, tolerance: 0 })).toMatchObject({ ok: true, worst: 0 })
  })
  it('is as coarse as float32 where any argument is', () => {
    const f = (a: P.Tensor, b: T): T => U.mul(U.cast(P.exp(a) as unknown as T, 'float64'), b)
    const b = P.tensor([1, 2, 3], [3], 'float64') as T
    expect(checkGradient(f, [P.tensor([0.5, -1, 2]), b], { device }).mistakes).toEqual([])
  })
  it('counts NaN as a mistake', () => {
    const apply = (x: T) => [U.mul(x, 2), (c: T) => [U.div(U.mul(c, 0), 0)] as const] as const
    expect(checkPullback(apply, [x] as const, { device }).ok).toBe(false)
  })
  it('depends on the seed, and 0 is a seed', () => {
    const worst = (seed?: number): number =>
      checkGradient(forward, [params, x], { device, ...(seed === undefined ? {} : { seed }) }).worst
    expect(worst()).toBe(worst(0))
    expect(worst(1)).not.toBe(worst(0))
    expect(worst(1)).toBe(worst(1))
  })
  it('knows float32 from float64', () => {
    const f = (x: P.Tensor): P.Tensor => P.mul(P.exp(x), x) as P.Tensor
    const report = checkGradient(f, [P.tensor([0.5, -1, 2])], { device })
    expect(report.ok).toBe(true)
    expect(report.worst).toBeGreaterThan(1e-8)
  })
})
