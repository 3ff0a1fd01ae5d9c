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
