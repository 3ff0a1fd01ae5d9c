import * as p from 'pullback'
import { describe, expect, it } from 'vitest'
import { filled, filledLike, float, started } from './lawful.js'
import { evaluate, type Loose } from './support.js'

const list = (tree: unknown): number[] => p.leaves(evaluate(tree)).flatMap((x) => Array.from(p.toArray(x)))
const vectors = float(4, 3)
const x = filled(vectors, 2) as Loose
const run = (layer: Loose, seed = 1): Loose => {
  const { params, state } = started(layer, vectors)
  const [y, pullback, after] = layer.train(p.rng(seed))[0](params, state, x)
  const [gradient, dx] = pullback(filledLike(y, 3))
  return { y, gradient, dx, after, params, state }
}
const layers = (): readonly [Loose, Loose, Loose] => [
  p.chain(p.dense(3, 5), p.dropout(0.5)),
  p.batchNorm(5),
  p.chain(p.tanh(), p.dense(5, 2)),
]

describe('chain', () => {
  it('is associative, with identity as its unit', () => {
    const [a, b, c] = layers()
    const flat = run(p.chain(a, b, c))
    const nested: Loose[] = [
      p.chain(p.chain(a, b), c),
      p.chain(a, p.chain(b, c)),
      p.chain(p.identity(), p.chain(a, b, c) as Loose),
      p.chain(p.chain(a, b, c) as Loose, p.identity()),
    ]
    for (const other of nested.map((layer) => run(layer)))
      for (const part of ['y', 'gradient', 'dx', 'after']) expect(list(other[part])).toEqual(list(flat[part]))
  })
  it('has the chain rule for its pullback', () => {
    const [f, g] = [p.dense(3, 5) as Loose, p.dense(5, 2) as Loose]
    const { params, gradient, dx, y } = run(p.chain(f, g))
    const [middle, back] = f.infer(params[0], {}, x)
    const [end, last] = g.infer(params[1], {}, middle)
    const [dg, dMiddle] = last(filledLike(y, 3))
    const [df, d] = back(dMiddle)
    expect(list([end, [df, dg], d])).toEqual(list([y, gradient, dx]))
  })
  it('keeps the very state where nothing changed it', () => {
    const [a, , c] = layers()
    const { state, after } = run(p.named({ a }, { c }))
    expect(after).toBe(state)
    const whole = run(p.named({ a }, { b: p.batchNorm(5) as Loose }, { c }))
    expect(whole.after).not.toBe(whole.state)
    expect(whole.after.a).toBe(whole.state.a)
  })
  it('draws in order: init and train advance the generator as often as its layers', () => {
    const net = p.chain(p.dense(3, 5), p.dropout(0.5), p.dropout(0.5), p.dense(5, 2))
    expect(net.init(vectors)(p.rng(0))[1].counter).toBe(2)
    expect(net.train(p.rng(0))[1].counter).toBe(2)
  })
  it('names the layer whose params are not there', () => {
    const net = p.named({ a: p.dense(3, 5) }, { b: p.dense(5, 2) })
    const { params } = started(net, vectors)
    expect(() => (net as Loose).infer({ a: params.a }, { a: {}, b: {} }, x)).toThrow(
      /^b: expected params and state of this layer/,
    )
    expect(() => (p.chain(p.relu(), p.relu()) as Loose).infer([{}], [{}], x)).toThrow(
      /^0: expected params and states of 2 layers, got a list of 1|^1: /,
    )
  })
})

describe('named', () => {
  it('makes paths of names, in the order of the arguments', () => {
    const net = p.named({ z: p.dense(3, 5) }, { a: p.named({ inner: p.dense(5, 2) }) })
    const { params } = started(net, vectors)
    expect(p.namedLeaves(params).map(([path]) => path)).toEqual([
      'z.weight',
      'z.bias',
      'a.inner.weight',
      'a.inner.bias',
    ])
  })
  it('refuses names that come twice, are numbers, or have dots, and objects with several keys', () => {
    const one = () => p.relu()
    expect(() => p.named({ a: one() }, { a: one() })).toThrow(/'a' twice/)
    for (const name of ['', '7', 'a.b']) expect(() => p.named({ [name]: one() } as Loose)).toThrow(/without dots/)
    expect(() => p.named({ a: one(), b: one() } as Loose)).toThrow(/one key, got {a, b}/)
  })
})

describe('forks', () => {
  it('residual adds, and sums the cotangents', () => {
    const body = p.dense(3, 3) as Loose
    const { params, y, dx, gradient } = run(p.residual(body))
    const [inner, back] = body.infer(params, {}, x)
    const c = filledLike(y, 3) as Loose
    expect(list(y)).toEqual(list(p.add(inner, x)))
    expect(list([gradient, dx])).toEqual(list([back(c)[0], p.add(back(c)[1], c)]))
  })
  it('residual with a projection has params of both', () => {
    const net = p.residual(p.dense(3, 4), p.dense(3, 4, { bias: false }))
    const { params, y } = run(net)
    expect(p.namedLeaves(params).map(([path]) => path)).toEqual(['body.weight', 'body.bias', 'projection.weight'])
    expect(y.shape).toEqual([4, 4])
  })
  it('residual says what to do where shapes differ', () => {
    const net = p.residual(p.dense(3, 4) as Loose)
    expect(() => net.init(vectors)(p.rng(0))).toThrow(/^residual: .*\[4, 3\].* got float64 \[4, 4\].*projection/)
  })
  it('fanOut copies forward, and sums back', () => {
    const [y, pullback] = (p.fanOut(p.identity(), p.identity()) as Loose).infer([{}, {}], [{}, {}], x)
    expect(list(y)).toEqual([...list(x), ...list(x)])
    expect(list(pullback([x, x])[1])).toEqual(list(p.add(x, x)))
  })
  it('fanOut and concat join branches', () => {
    const net = p.chain(p.fanOut(p.dense(3, 4), p.dense(3, 5)), p.concat(1))
    expect(net.init(vectors)(p.rng(0))[0].output).toEqual(float(4, 9))
  })
  it('concat wants a tuple', () => {
    expect(() => (p.concat(1) as Loose).init(vectors)(p.rng(0))).toThrow(/^concat: expected a tuple of arrays/)
  })
})

describe('copies', () => {
  it('repeat has params of its own for each', () => {
    const { params } = run(p.repeat(3, p.residual(p.dense(3, 3))))
    expect(p.namedLeaves(params).map(([path]) => path)).toEqual([0, 1, 2].flatMap((i) => [`${i}.weight`, `${i}.bias`]))
    expect(list(params[0])).not.toEqual(list(params[1]))
    expect(() => p.repeat(0, p.relu())).toThrow(/^repeat: expected times a positive whole number/)
  })
  it('shared sums the cotangents of its params', () => {
    const one = p.dense(3, 2) as Loose
    const { params } = started(one, vectors)
    const twins = p.shared(2, one) as Loose
    const [[a, b], pullback] = twins.infer(params, {}, [x, p.neg(x)])
    const [alone, back] = one.infer(params, {}, x)
    expect(list(a)).toEqual(list(alone))
    expect(b.shape).toEqual([4, 2])
    const c = filledLike(alone, 4) as Loose
    const zero = p.mul(c, 0)
    expect(list(pullback([c, zero])[0])).toEqual(list(back(c)[0]))
    expect(() => twins.infer(params, {}, x)).toThrow(/^shared: expected a tuple of 2 inputs/)
  })
})

describe('modes', () => {
  it('freeze has no params, and still gives the input its cotangent', () => {
    const inner = p.dense(3, 2) as Loose
    const { params, state, dx, y } = run(p.freeze(inner))
    expect(p.leaves(params)).toEqual([])
    expect(list(dx)).toEqual(list(inner.infer(state.params, {}, x)[1](filledLike(y, 3))[1]))
  })
  it('freeze lets statistics move, and inferring holds them', () => {
    const moving = run(p.freeze(p.batchNorm(3)))
    expect(list(moving.after.state)).not.toEqual(list(moving.state.state))
    const held = run(p.freeze(p.inferring(p.batchNorm(3))))
    expect(held.after).toBe(held.state)
  })
  it('mapParts replaces the parts of every composite, and keeps what it computes', () => {
    const body = () => p.chain(p.dense(3, 3), p.tanh())
    const composites: Loose[] = [
      body(),
      p.named({ a: body() }, { b: p.tanh() }),
      p.residual(body()),
      p.residual(body(), p.dense(3, 3)),
      p.fanOut(body(), p.tanh()),
      p.repeat(2, body()),
      p.freeze(body()),
      p.inferring(body()),
    ]
    for (const composite of composites) {
      const names: string[] = []
      const same = composite.mapParts((part: Loose, name: string) => {
        names.push(name)
        return part
      })
      expect(names.length).toBeGreaterThan(0)
      expect(same.kind).toBe(composite.kind)
      const [before, after] = [run(composite), run(same)]
      expect(list([after.y, after.gradient, after.dx])).toEqual(list([before.y, before.gradient, before.dx]))
    }
  })
})

describe('layers of plain functions', () => {
  it('have the params that they draw', () => {
    const layer = p.fromFunction(
      (input: p.Spec) => p.initializer.ones()((input as p.ArraySpec).shape.slice(1), { in: 1, out: 1 }),
      (w: p.Tensor, t: p.Tensor) => p.mul(t, p.square(w)),
    )
    const [{ params, output }] = layer.init({ shape: [4, 3], dtype: 'float32' })(p.rng(0))
    expect(output).toEqual({ shape: [4, 3], dtype: 'float32' })
    const [y, pullback] = layer.infer(params, {}, p.ones([4, 3]) as Loose)
    expect(list(pullback(p.onesLike(y))[0])).toEqual([8, 8, 8])
  })
  it('may take and give tuples', () => {
    const swap = p.fromFunction(([a, b]: readonly [p.Tensor, p.Tensor]) => [b, p.add(a, b)] as const)
    const [{ output }] = swap.init([float(2), float(2)])(p.rng(0))
    expect(output).toEqual([float(2), float(2)])
  })
})
