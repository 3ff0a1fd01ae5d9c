import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { broadcastTo, iota, leaves, type Tensor, toArray } from '../../src/array/index.js'
import type { Shape } from '../../src/array/shape.js'
import { reference } from '../../src/backend/reference/index.js'
import { unbroadcast } from '../../src/diff/index.js'

const device = reference()
const inner = (a: Tensor<Shape, 'float64'>, b: Tensor<Shape, 'float64'>): number => {
  const [x, y] = leaves(device.evaluateSync([a, b])).map((leaf) => toArray(leaf)) as [Float64Array, Float64Array]
  return x.reduce((total, v, i) => total + v * y[i]!, 0)
}

describe('unbroadcast', () => {
  it('is the adjoint of broadcasting, exactly', () => {
    const shapes = fc
      .array(fc.constantFrom(1, 2, 3, 5), { maxLength: 4 })
      .chain((wide) =>
        fc
          .tuple(fc.nat(wide.length), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
          .map(([drop, ones]) => [wide, wide.map((n, i) => (ones[i] ? 1 : n)).slice(drop)] as const),
      )
    fc.assert(
      fc.property(shapes, ([wide, narrow]) => {
        const c = iota(wide, 'float64')
        const x = iota(narrow, 'float64')
        expect(unbroadcast(c, narrow).shape).toEqual(narrow)
        expect(inner(unbroadcast(c, narrow), x)).toBe(inner(c, broadcastTo(x, wide)))
      }),
    )
  })
  it('refuses a shape that does not broadcast', () => {
    expect(() => unbroadcast(iota([2, 3], 'float64'), [2])).toThrow(
      'unbroadcast: expected a shape that broadcasts to [2, 3], got [2]. Pass the shape of the array that was broadcast.',
    )
    expect(() => unbroadcast(iota([3], 'float64'), [1, 3])).toThrow('unbroadcast')
  })
})
