import { type AnyTensor, tensor } from 'pullback'
import { describe, expect, it } from 'vitest'
import { gatherAlike } from '../../src/array/tree.js'

const [a, b, c] = [tensor([1, 2]), tensor([[1], [2]]), tensor([true, false])]
const gathered = (like: unknown, tree: unknown): readonly AnyTensor[] | undefined => {
  const out: AnyTensor[] = []
  return gatherAlike(like, tree, out) ? out : undefined
}

describe('gatherAlike', () => {
  it('gives the tensors of a tree of the same kind, in the order of the other', () => {
    const [x, y, z] = [tensor([3, 4]), tensor([[3], [4]]), tensor([true, true])]
    expect(gathered({ p: a, q: [b, { r: c }, 3, null] }, { q: [y, { r: z }, 3, null], p: x })).toEqual([x, y, z])
    expect(gathered(a, x)).toEqual([x])
    expect(gathered([], [])).toEqual([])
  })
  it('tells structures, shapes, dtypes and host values apart', () => {
    const others: readonly (readonly [unknown, unknown])[] = [
      [a, b],
      [a, c],
      [a, tensor([1, 2], [2], 'int32')],
      [a, 3],
      [3, a],
      [a, { a }],
      [{ a }, a],
      [[a], { 0: a }],
      [{ 0: a }, [a]],
      [[a], [a, a]],
      [[a, a], [a]],
      [{ a }, { a, b }],
      [{ a, b }, { a }],
      [{ a }, { b: a }],
      [
        { a, n: 1 },
        { a, n: 2 },
      ],
      [
        { a, n: 0 },
        { a, n: -0 },
      ],
      [{ a, n: undefined }, { a }],
      [null, {}],
      [{}, null],
      [{}, undefined],
      [new Map(), new Map()],
    ]
    for (const [like, tree] of others) expect(gathered(like, tree)).toBeUndefined()
  })
})
