import { add, cast, mul, ones, type PullbackError, scan, type Tensor, tensor, toArray } from 'pullback'
import { reference } from 'pullback/reference'
import { describe, expect, test } from 'vitest'

type Loose = (carry: never, slice: Tensor) => readonly [unknown, unknown]
const run = (step: Loose, carry: unknown): readonly [unknown, unknown] =>
  scan(step as never, carry, tensor([1, 2, 3]) as Tensor) as readonly [unknown, unknown]
const complaint = (step: Loose, carry: unknown): PullbackError => {
  try {
    run(step, carry)
  } catch (error) {
    return error as PullbackError
  }
  throw new Error('no complaint')
}
const values = (x: unknown) => [...(toArray(reference().evaluateSync(x as Tensor)) as Float32Array)]
const x = tensor([1, 2])

describe('the carry of a scan', () => {
  test('a number that a step changes is refused, with its path', () => {
    const error = complaint((c: { n: number; x: Tensor }, y) => [{ n: c.n + 1, x: mul(c.x, y) }, []], { n: 0, x })
    expect(error.name).toBe('PullbackError')
    expect(error.path).toBe('scan: carry at n')
    expect(error.expected).toBe('0, as before the step, since it is structure and no tensor')
    expect(error.got).toBe('1')
    expect(error.fix).toContain(`tensor([0], [])`)
  })
  test('and so is anything else that is no tensor', () => {
    const others: readonly (readonly [before: unknown, after: unknown, path: string])[] = [
      [{ a: [x, { b: true }] }, { a: [x, { b: false }] }, 'scan: carry at a.1.b'],
      [{ s: 'a', x }, { s: 'b', x }, 'scan: carry at s'],
      [{ z: 0, x }, { z: -0, x }, 'scan: carry at z'],
      [{ n: null, x }, { n: undefined, x }, 'scan: carry at n'],
      [{ n: null, x }, { n: x, x }, 'scan: carry at n'],
      [{ n: 1, x }, { n: [1], x }, 'scan: carry at n'],
      [{ n: 1, x }, { n: {}, x }, 'scan: carry at n'],
      [{ f: Math.abs, x }, { f: Math.ceil, x }, 'scan: carry at f'],
      [5, 6, 'scan: carry'],
      [{ n: x, x }, { n: 1, x }, 'scan: carry at n'],
      [{ n: [1], x }, { n: 1, x }, 'scan: carry at n'],
    ]
    for (const [before, after, path] of others) expect(complaint(() => [after, []], before).path).toBe(path)
  })
  test('one that stays the same is handed on', () => {
    const [last] = run((c: { n: number; m: number; x: Tensor }, y) => [{ ...c, x: add(mul(c.x, c.n), y) }, []], {
      ...{ n: 2, m: Number.NaN },
      x,
    }) as [{ n: number; m: number; x: Tensor }, unknown]
    expect([last.n, last.m]).toEqual([2, Number.NaN])
    expect(values(last.x)).toEqual([19, 27])
  })
  test('structure, shapes and dtypes that a step changes are refused, with their path', () => {
    const path = (before: unknown, after: unknown) => complaint(() => [after, []], before).path
    expect(path({ a: x, b: x }, { a: x })).toBe('scan: carry')
    expect(path({ a: { b: x } }, { a: { c: x } })).toBe('scan: carry at a')
    expect(path([x], [x, x])).toBe('scan: carry')
    expect(path({ a: x }, { a: ones([3]) })).toBe('scan: carry at a')
    expect(path({ a: [x] }, { a: [ones([2, 1])] })).toBe('scan: carry at a.0')
    const error = complaint(() => [{ a: [x, cast(x, 'int32')] }, []], { a: [x, x] })
    expect([error.path, error.expected, error.got]).toEqual(['scan: carry at a.1', 'float32', 'int32'])
  })
  test('keys in another order are the same structure', () => {
    const [last] = run((c: { a: Tensor; b: Tensor }, y) => [{ b: c.b, a: add(c.a, y) }, []], {
      ...{ a: tensor([0], []), b: tensor([10], []) },
    }) as [{ a: Tensor; b: Tensor }, unknown]
    expect([...values(last.a), ...values(last.b)]).toEqual([6, 10])
  })
  test('in the outputs a number is handed on as it is, not stacked', () => {
    const [, ys] = run((c: Tensor, y) => [c, { n: 7, y: add(c, y), no: null }], tensor([1], [])) as [
      unknown,
      { n: number; y: Tensor; no: null },
    ]
    expect([ys.n, ys.no]).toEqual([7, null])
    expect(values(ys.y)).toEqual([2, 3, 4])
  })
})
