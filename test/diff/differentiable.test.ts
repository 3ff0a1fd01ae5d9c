import { describe, expect, it } from 'vitest'
import * as P from '../../src/array/index.js'
import { postOrder } from '../../src/array/node.js'
import { nodeOf } from '../../src/array/tensor.js'
import * as U from '../../src/array/untyped.js'
import { reference } from '../../src/backend/reference/index.js'
import { differentiable, grad, hessianVectorProduct, jvp, valueAndGradient } from '../../src/diff/index.js'

type T = P.AnyTensor
const device = reference()
const vector = (...values: readonly number[]): P.Tensor<P.Shape, 'float64'> =>
  P.tensor(values, [values.length], 'float64')
const numbers = (tree: unknown): number[][] => P.leaves(device.evaluateSync(tree)).map((x) => [...P.toArray(x)])

describe('differentiable', () => {
  it('tells tied arguments apart', () => {
    const x = vector(2, 3)
    const [y, pullback] = differentiable((a: T, b: T) => U.mul(a, U.mul(b, b)))(x, x)
    expect(numbers(y)).toEqual([[8, 27]])
    expect(numbers(pullback(vector(1, 1)))).toEqual([
      [4, 9],
      [8, 18],
    ])
  })
  it('adds up what one tensor receives at two leaves of one tree separately', () => {
    const x = vector(3)
    const [, pullback] = differentiable((tree: { a: T; b: T }) => U.sub(U.mul(tree.a, 5), tree.b))({ a: x, b: x })
    expect(numbers(pullback(vector(1)))).toEqual([[5], [-1]])
  })
  it('takes what is captured as a constant, the argument itself too', () => {
    const x = vector(2)
    const [, pullback] = differentiable((own: T) => U.mul(own, x))(x)
    expect(numbers(pullback(vector(1)))).toEqual([[2]])
  })
  it('sees the outer argument through the pullback of an inner one', () => {
    // d/dx of (x d(x y)/dy at y = x) = d/dx x²
    const f = (x: T): T => {
      const [, pullback] = differentiable((y: T) => U.mul(x, y))(x)
      return U.mul(x, pullback(vector(1))[0])
    }
    const [, pullback] = differentiable(f)(vector(3))
    expect(numbers(pullback(vector(1)))).toEqual([[6]])
  })
  it('gives zeros of the right shape and dtype where nothing arrives', () => {
    const args = [vector(1, 2), P.tensor([1, 2, 3], [3], 'int32'), P.tensor([true]), P.tensor([[1, 2]])] as const
    const [, pullback] = differentiable((x: T, _n: T, _b: T, _unused: T) => U.mul(x, 2))(...args)
    const cotangents = device.evaluateSync(pullback(vector(1, 1)))
    expect(cotangents.map(({ dtype }) => dtype)).toEqual(['float64', 'int32', 'bool', 'float32'])
    expect(cotangents.map(({ shape }) => shape)).toEqual([[2], [3], [1], [1, 2]])
    expect(numbers(cotangents)).toEqual([[2, 2], [0, 0, 0], [0], [0, 0]])
  })
  it('passes host values through', () => {
    const tree = { w: vector(1), steps: 7, name: 'a', none: null }
    const [output, pullback] = differentiable((p: typeof tree) => ({ y: U.mul(p.w, p.steps), steps: p.steps }))(tree)
    expect(output.steps).toBe(7)
    expect(pullback({ y: vector(1), steps: 0 })).toMatchObject([{ steps: 7, name: 'a', none: null }])
  })
  it('pulls back an output that is an argument, and one that is a constant', () => {
    const [, pullback] = differentiable((x: T) => ({ same: x, fixed: vector(5), twice: [x, x] }))(vector(1))
    expect(numbers(pullback({ same: vector(2), fixed: vector(3), twice: [vector(10), vector(100)] }))).toEqual([[112]])
  })
  it('stops at stopGradient and at integers', () => {
    const f = (x: T): T => U.add(U.mul(P.stopGradient(x), x), U.cast(U.cast(x, 'int32'), 'float64'))
    const [, pullback] = differentiable(f)(vector(3))
    expect(numbers(pullback(vector(1)))).toEqual([[3]])
  })
  it('goes through graphs deeper than the call stack', () => {
    const f = (x: T): T => {
      let y = x
      for (let i = 0; i < 50_000; i++) y = U.add(y, x)
      return y
    }
    const [, pullback] = differentiable(f)(vector(1))
    expect(numbers(pullback(vector(1)))).toEqual([[50_001]])
  })
  it('visits a node once, however many paths lead to it', () => {
    const f = (x: T): T => {
      let y = x
      for (let i = 0; i < 60; i++) y = U.add(y, y)
      return y
    }
    const [, pullback] = differentiable(f)(vector(1))
    expect(numbers(pullback(vector(1)))).toEqual([[2 ** 60]])
  })
  it('gives integer arguments zeros, whatever they index and whatever their own cotangent', () => {
    const n = P.tensor([1, 0, 1], [3], 'int32') as T
    const [, pullback] = differentiable((table: T, n: T) => ({ rows: U.gather(table, n), n }))(vector(5, 6), n)
    const [table, indices] = device.evaluateSync(pullback({ rows: vector(1, 10, 100), n }))
    expect([indices.dtype, ...numbers([table, indices])]).toEqual(['int32', [10, 101], [0, 0, 0]])
  })
  it('leaves out what no argument reaches', () => {
    const big = U.exp(vector(1, 2))
    const [y, pullback] = differentiable((x: T) => U.add(U.mul(x, big), U.exp(big)))(vector(1, 1))
    const [cotangent] = pullback(vector(1, 1))
    const before = new Set(postOrder([nodeOf(y)]))
    const made = postOrder([nodeOf(cotangent)]).filter((node) => !before.has(node))
    expect(made.map(({ op }) => op)).toEqual(['data', 'mul'])
  })
})

describe('a cotangent', () => {
  const [, pullback] = differentiable((x: T) => ({ a: { w: x }, n: U.cast(x, 'int32') }))(vector(1, 2))
  const n = P.zeros([2], 'int32') as T
  const give =
    (cotangent: unknown): (() => unknown) =>
    () =>
      pullback(cotangent as never)

  it('of another shape is an error', () => {
    expect(give({ a: { w: vector(1) }, n })).toThrow(
      expect.objectContaining({
        name: 'PullbackError',
        path: 'cotangent.a.w',
        expected: 'float64 [2]',
        got: 'float64 [1]',
        fix: 'A cotangent has the structure, shapes and dtypes of the output.',
      }),
    )
  })
  it('of another dtype is an error', () => {
    expect(give({ a: { w: P.tensor([1, 2]) }, n })).toThrow(
      expect.objectContaining({ path: 'cotangent.a.w', expected: 'float64 [2]', got: 'float32 [2]' }),
    )
  })
  it('of another structure is an error', () => {
    expect(give({ a: [vector(1, 2)], n })).toThrow(
      expect.objectContaining({ path: 'cotangent.a.w', expected: 'float64 [2]', got: 'nothing' }),
    )
    expect(give({ a: { w: vector(1, 2) }, n, more: vector(1) })).toThrow(
      expect.objectContaining({ path: 'cotangent.more', expected: 'nothing', got: 'float64 [1]' }),
    )
    expect(give(vector(1, 2))).toThrow(expect.objectContaining({ path: 'cotangent.a.w', got: 'nothing' }))
  })
  it('for one tensor is named by itself', () => {
    const [, single] = differentiable((x: T) => x)(vector(1, 2))
    expect(() => single(vector(1))).toThrow('cotangent: expected float64 [2], got float64 [1].')
    expect(() => single({ y: vector(1, 2) } as never)).toThrow('cotangent: expected float64 [2], got nothing.')
  })
  it('may have its keys in another order', () => {
    const [, pair] = differentiable((x: T) => ({ a: x, b: U.mul(x, 10) }))(vector(1))
    expect(numbers(pair({ b: vector(1), a: vector(2) }))).toEqual([[12]])
  })
})

describe('valueAndGradient and grad', () => {
  const loss = (p: { readonly w: T }, x: T): P.Tensor<[], 'float64'> =>
    U.sum(U.mul(U.mul(p.w, p.w), x), [0]) as P.Tensor<[], 'float64'>
  it('differentiate with respect to the first argument', () => {
    const [value, gradient] = valueAndGradient(loss)({ w: vector(1, 2) }, vector(3, 4))
    expect(numbers([value, gradient])).toEqual([[19], [6, 16]])
    expect(numbers(grad(loss)({ w: vector(1, 2) }, vector(3, 4)))).toEqual([[6, 16]])
  })
  it('refuse a loss that is not a float scalar', () => {
    expect(() => grad((x: T) => x as never)(vector(1, 2))).toThrow(
      expect.objectContaining({
        path: 'gradient',
        expected: 'a scalar loss, float32 or float64',
        got: 'float64 [2]',
        fix: 'Reduce it to one number: mean(loss) or sum(loss).',
      }),
    )
    expect(() => grad((_: T) => P.literal(1, 'int32') as never)(vector(1))).toThrow('got int32 []')
    expect(() => grad((_: T) => 3 as never)(vector(1))).toThrow(
      expect.objectContaining({
        path: 'gradient',
        expected: 'a loss that is a scalar tensor',
        got: 'number',
        fix: 'Reduce it to one number: mean(loss) or sum(loss).',
      }),
    )
  })
})

describe('jvp', () => {
  it('gives value and tangent', () => {
    const f = (x: T, y: T) => ({ product: U.mul(x, y), n: U.cast(x, 'int32') })
    const [value, tangent] = jvp(f)([vector(2), vector(3)], [vector(10), vector(100)])
    expect(numbers([value, tangent])).toEqual([[6], [2], [230], [0]])
  })
  it('does not keep the cotangent in between', () => {
    const f = (x: T): T => U.sin(U.mul(x, U.exp(x)))
    const [, tangent] = jvp(f)([vector(1)], [vector(1)])
    const aliases = postOrder([nodeOf(tangent)]).filter(({ op }) => op === 'alias')
    expect(aliases.length).toBe(1)
  })
  it('refuses a tangent of another shape', () => {
    expect(() => jvp((x: T) => x)([vector(1)], [vector(1, 2)])).toThrow(
      expect.objectContaining({ path: 'tangent.0', fix: 'A tangent has the structure of the arguments.' }),
    )
  })
})

describe('hessianVectorProduct', () => {
  const cubes = (x: T, scale: T): P.Tensor<[], 'float64'> =>
    U.sum(U.mul(U.mul(U.mul(x, x), x), scale), [0]) as P.Tensor<[], 'float64'>
  it('is the Hessian times the direction', () => {
    const product = hessianVectorProduct(cubes)(vector(1, 2), vector(1, 10), vector(1, 2))
    expect(numbers(product)).toEqual([[6, 240]])
  })
  it('refuses a direction of another shape', () => {
    expect(() => hessianVectorProduct(cubes)(vector(1, 2), vector(1), vector(1))).toThrow(
      expect.objectContaining({
        path: 'direction',
        fix: 'A direction has the structure, shapes and dtypes of the argument.',
      }),
    )
  })
})
