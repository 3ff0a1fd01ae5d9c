import { describe, expect, it } from 'vitest'
import { isFloat } from '../../src/array/dtype.js'
import { leaves, mapTree, tensor, toArray } from '../../src/array/index.js'
import { postOrder } from '../../src/array/node.js'
import { nodeOf } from '../../src/array/tensor.js'
import * as U from '../../src/array/untyped.js'
import { reference } from '../../src/backend/reference/index.js'
import { checkGradient, differentiable, jvp } from '../../src/diff/index.js'
import { rules } from '../../src/diff/rules/table.js'
import { uniformOf } from '../../src/diff/uniform.js'
import type { Case, T } from './cases/case.js'
import { cases } from './cases/index.js'

const device = reference()

const like = <A>(tree: A, seed: number): A => {
  const uniform = uniformOf(seed)
  return mapTree(tree, ({ shape, dtype }) =>
    isFloat(dtype)
      ? (tensor(
          Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * uniform() - 1),
          shape,
          dtype,
        ) as T)
      : U.zeros(shape, dtype),
  )
}
const inner = (a: unknown, b: unknown): number => {
  const numbers = (tree: unknown): number[] => leaves(device.evaluateSync(tree)).flatMap((x) => [...toArray(x)])
  const ys = numbers(b)
  return numbers(a).reduce((total, x, i) => total + x * ys[i]!, 0)
}
/** cᵀ J for a fixed c: what is differentiated once more. */
const derivative =
  ({ f }: Case) =>
  (...args: readonly T[]): unknown => {
    const [output, pullback] = differentiable(f)(...args)
    return pullback(like(output, 5))
  }

describe.each(cases)('$name', (one) => {
  it('has the derivative that differences show', () => {
    expect(checkGradient(one.f, one.args, { device }).mistakes).toEqual([])
  })
  it('has the second derivative that differences show', () => {
    expect(checkGradient(derivative(one), one.args, { device, coordinates: 6, tolerance: 1e-7 }).mistakes).toEqual([])
  })
  it('has a jvp that is adjoint to the pullback', () => {
    const [output, pullback] = differentiable(one.f)(...one.args)
    const [c, v] = [like(output, 7), like(one.args, 8)]
    const [value, tangent] = jvp(one.f)(one.args, v)
    expect(inner(c, tangent)).toBeCloseTo(inner(v, pullback(c)), 11)
    expect(inner(c, value)).toBe(inner(c, output))
  })
  it('has symmetric second derivatives', () => {
    const [u, v] = [like(one.args, 9), like(one.args, 10)]
    const [, pullback] = differentiable(derivative(one))(...one.args)
    expect(inner(u, pullback(v))).toBeCloseTo(inner(v, pullback(u)), 11)
  })
  it('has a pullback that is linear and may be called twice', () => {
    const [output, pullback] = differentiable(one.f)(...one.args)
    const [c, v] = [like(output, 11), like(one.args, 12)]
    const twice = mapTree(c, (x) => (isFloat(x.dtype) ? U.mul(x, 2) : x))
    expect(inner(v, pullback(twice))).toBe(2 * inner(v, pullback(c)))
  })
})

it('tries every rule', () => {
  const roots = cases.flatMap(({ f, args }) => leaves(f(...args)).map(nodeOf))
  const seen = new Set(postOrder(roots).map(({ op }) => op as string))
  // float64 to float64 is no cast; see precision.test.ts
  expect(Object.keys(rules).filter((op) => !seen.has(op))).toEqual(['cast'])
})
