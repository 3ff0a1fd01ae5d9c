import { add, concatAll, literal, mul, neg, scan, sum, type Tensor, tensor } from 'pullback'
import { describe, expect, it } from 'vitest'
import { argument } from '../../src/array/control.js'
import { createPlaces, rebuilt, record } from '../../src/array/recipe.js'
import { nodeOf } from '../../src/array/tensor.js'
import { select } from '../../src/array/untyped.js'

const standIn = (...shape: number[]): Tensor => argument(shape, 'float32') as Tensor

describe('a recipe', () => {
  const [x, y] = [standIn(2), standIn(2)]
  const constant = mul(tensor([1, 2]), literal(3)) as Tensor
  const sums: Tensor = add(mul(x, y), constant)
  const chosen = select(standInLike(x), sums, constant) as Tensor
  const root = concatAll([chosen, neg(sums), sums, constant, x], 0)

  function standInLike(like: Tensor): Tensor {
    return argument(like.shape, 'bool') as unknown as Tensor
  }

  it('builds the recorded graph over other arguments, and keeps what depends on none', () => {
    const places = createPlaces()
    const condition = nodeOf(chosen).input(0)
    const recipe = record(places, [nodeOf(x), nodeOf(y), condition], [nodeOf(root)])!
    const args = [tensor([5, 6]), tensor([7, 8]), tensor([true, false])]
    const built = rebuilt([], args, recipe)
    expect(built.length).toBe(places.nodes.length)
    expect(built.slice(0, 3)).toEqual(args)
    for (const [i, node] of places.nodes.entries()) {
      if (i < 3) continue
      const copy = built[i]
      expect(copy === node).toBe(i < recipe.given)
      const { op, dtype, shape, attributes, payload, arity } = node
      expect(copy).toMatchObject({ op, dtype, shape, attributes, payload, arity })
      expect(copy.inputs).toEqual(node.inputs.map((input) => built[places.get(input)]))
    }
    expect(built[places.get(nodeOf(constant))]).toBe(nodeOf(constant))
    expect(built[places.get(nodeOf(root))]).not.toBe(nodeOf(root))
  })
  it('goes on from one that was recorded before', () => {
    const places = createPlaces()
    const first = record(places, [nodeOf(x), nodeOf(y)], [nodeOf(sums)])!
    const z = standIn(2)
    const product = mul(z, sum(sums, [0]) as Tensor)
    const second = record(places, [nodeOf(z)], [nodeOf(product)])!
    const before = rebuilt([], [tensor([1, 2]), tensor([3, 4])], first)
    for (const arg of [tensor([5, 6]), tensor([7, 8])]) {
      const built = rebuilt(before, [arg], second)
      expect(built.slice(0, before.length)).toEqual(before)
      const copy = built[places.get(nodeOf(product))]
      expect(copy.input(0)).toBe(nodeOf(arg))
      expect(copy.input(1).input(0)).toBe(before[places.get(nodeOf(sums))])
    }
  })
  it('is none of a loop over an argument', () => {
    const rows = standIn(3, 2)
    const step = (carry: Tensor, row: Tensor) => {
      const next: Tensor = add(carry, row)
      return [next, next] as const
    }
    const looped = (over: Tensor): Tensor => scan(step, tensor([0, 0]) as Tensor, over)[0]
    expect(record(createPlaces(), [nodeOf(rows)], [nodeOf(looped(rows))])).toBeUndefined()
    const fixed = looped(tensor([[1, 2]]) as Tensor)
    expect(record(createPlaces(), [nodeOf(rows)], [nodeOf(add(fixed, rows) as Tensor)])).toBeDefined()
  })
})
