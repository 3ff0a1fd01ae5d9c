/** What layers leave alone, as the textbooks state it. */
import * as p from 'pullback'
import { describe, expect, it } from 'vitest'
import { filled, filledLike, float } from './lawful.js'
import { evaluate, type Loose } from './support.js'

const list = (x: Loose): number[] => Array.from(p.toArray(evaluate(x as p.AnyTensor)))
const near = (got: Loose, want: Loose, digits = 12): void => {
  expect(got.shape).toEqual(want.shape)
  const values = list(want)
  list(got).forEach((value, i) => {
    expect(value).toBeCloseTo(values[i]!, digits)
  })
}
const image = filled(float(2, 3, 8, 7), 1) as Loose
const weight = filled(float(4, 3, 3, 3), 2) as Loose
const apply = (layer: Loose, params: Loose, x: Loose, state: Loose = {}): Loose => layer.infer(params, state, x)[0]
const none = {}

describe('convolution', () => {
  it('commutes with translation', () => {
    const moved = (x: Loose) =>
      p.pad(x, [
        [0, 0],
        [0, 0],
        [2, 0],
        [3, 0],
      ])
    const y = p.convolve2d(image, weight, { padding: 2 }) as Loose
    const z = p.convolve2d(moved(image) as Loose, weight, { padding: 2 }) as Loose
    near(p.slice(z, [0, 0, 2, 3]), y)
  })
  it('is linear in the image and in the weight', () => {
    const twice = p.convolve2d(p.mul(image, 2) as Loose, p.mul(weight, 3) as Loose)
    near(twice, p.mul(p.convolve2d(image, weight) as Loose, 6))
  })
  it('of a 1x1 kernel is a dense layer at every place', () => {
    const small = filled(float(4, 3, 1, 1), 3) as Loose
    const rows = p.reshape(p.permute(image, [0, 2, 3, 1]), [-1, 3])
    const product = p.matmul(rows as Loose, p.transpose(p.reshape(small, [4, 3])) as Loose) as Loose
    near(p.convolve2d(image, small), p.permute(p.reshape(product, [2, 8, 7, 4]) as Loose, [0, 3, 1, 2]))
  })
  it('in groups is a convolution of each group', () => {
    const [x, w] = [filled(float(2, 4, 6, 6), 4) as Loose, filled(float(6, 2, 3, 3), 5) as Loose]
    const part = (t: Loose, axis: number, from: number, to: number): Loose =>
      p.slice(
        t,
        t.shape.map((_: number, i: number) => (i === axis ? from : 0)),
        t.shape.map((n: number, i: number) => (i === axis ? to : n)),
      )
    const halves = [0, 1].map((g) =>
      p.convolve2d(part(x, 1, 2 * g, 2 * g + 2), part(w, 0, 3 * g, 3 * g + 3), { padding: 1, stride: 2 }),
    )
    near(p.convolve2d(x, w, { groups: 2, padding: 1, stride: 2 }), p.concatAll(halves as Loose, 1))
  })
  it('has the textbook cotangents: a full correlation with the turned filter, and a correlation of x with dy', () => {
    const layer = p.conv2d({ in: 3, out: 4, kernel: 3, bias: false })
    const [y, pullback] = layer.infer({ weight } as Loose, none, image)
    const dy = filledLike(y, 9) as Loose
    const [{ weight: dw }, dx] = pullback(dy) as Loose
    const turned = p.permute(p.flip(weight, [2, 3]) as Loose, [1, 0, 2, 3])
    near(dx, p.convolve2d(dy, turned as Loose, { padding: 2 }))
    const swapped = (t: Loose): Loose => p.permute(t, [1, 0, 2, 3])
    near(dw, swapped(p.convolve2d(swapped(image), swapped(dy))))
  })
  it('gives weight gradients times 1024 for inputs times 1024, bit for bit', () => {
    const layer = p.conv2d({ in: 3, out: 4, kernel: 3, stride: 2, padding: 1 })
    const x = p.cast(image, 'float32') as Loose
    const [{ params }] = layer.init({ shape: x.shape, dtype: 'float32' })(p.rng(1))
    const gradient = (input: Loose): Loose => {
      const [y, pullback] = layer.infer(params, none, input)
      return pullback(filledLike(y, 7))[0]
    }
    expect(list(gradient(p.mul(x, 1024)).weight)).toEqual(list(p.mul(gradient(x).weight, 1024)))
  })
  it('transposed is its adjoint: <y, conv(x)> = <convTransposed(y), x>', () => {
    for (const options of [
      { stride: 2, padding: 1, outputPadding: [1, 0] },
      { dilation: 2 },
      { padding: 2 },
    ] as const) {
      const y = p.convolve2d(image, weight, { ...options } as Loose) as Loose
      const c = filledLike(y, 8) as Loose
      const back = p.convolveTransposed2d(c, weight, options as Loose) as Loose
      expect(back.shape).toEqual(image.shape)
      near(p.sum(p.mul(y, c)), p.sum(p.mul(image, back)), 8)
    }
  })
})

describe('pooling', () => {
  it('commutes with flips', () => {
    for (const pool of [
      (x: Loose) => p.maxPool2d(x, 2),
      (x: Loose) => p.avgPool2d(x, { kernel: 3, padding: 1, stride: 1 }),
    ]) {
      const even = p.slice(image, [0, 0, 0, 0], [2, 3, 8, 6])
      near(pool(p.flip(even, [2, 3])), p.flip(pool(even) as Loose, [2, 3]))
    }
  })
  it('routes the cotangent of a maximum to the first largest element', () => {
    const x = p.tensor([1, 5, 5, 0, 2, 2, 2, 2], [1, 2, 2, 2]) as Loose
    const [, pullback] = p.maxPool2d(2).infer(none, none, x)
    expect(list(pullback(p.tensor([10, 20], [1, 2, 1, 1]) as Loose)[1])).toEqual([0, 10, 0, 0, 20, 0, 0, 0])
  })
  it('never lets padding win, not even against -1e30', () => {
    const x = p.full([1, 1, 2, 2], -1e30) as Loose
    expect(list(p.maxPool2d(x, { kernel: 3, stride: 1, padding: 1 }))).toEqual(list(x))
  })
  it('global is that of one window', () => {
    near(p.reshape(p.globalAvgPool2d(image), [2, 3, 1, 1]), p.avgPool2d(image, { kernel: [8, 7] }))
    near(p.reshape(p.globalMaxPool2d(image), [2, 3, 1, 1]), p.maxPool2d(image, { kernel: [8, 7] }))
  })
})

describe('normalisation', () => {
  const affine = (x: Loose): Loose => p.add(p.mul(x, 3) as Loose, -7)
  const norm = (layer: Loose, x: Loose): Loose => {
    const [{ params, state }] = layer.init({ shape: x.shape, dtype: x.dtype })(p.rng(0))
    return layer.train(p.rng(0))[0](params, state, x)[0]
  }
  const tiny = { epsilon: 1e-14 }
  it('ignores affine changes of its input', () => {
    for (const layer of [p.batchNorm(3, tiny), p.layerNorm([3, 8, 7], tiny), p.groupNorm(3, { groups: 3, ...tiny })])
      near(norm(layer, affine(image)), norm(layer, image), 9)
  })
  it('standardises its axes', () => {
    const z = p.standardize(image, [1, 2, 3]) as Loose
    near(p.mean(z, [1, 2, 3]), p.zeros([2]))
    near(p.variance(z, [1, 2, 3]), p.ones([2]), 4)
  })
  it('with gamma = sqrt(variance + epsilon) and beta = mean is the identity', () => {
    const layer = p.batchNorm(3) as Loose
    const [mean, variance] = [p.mean(image, [0, 2, 3]), p.variance(image, [0, 2, 3])]
    const params = { gamma: p.sqrt(p.add(variance as Loose, 1e-5) as Loose), beta: mean }
    const state = { mean: p.zeros([3], 'float64'), variance: p.ones([3], 'float64') }
    near(layer.train(p.rng(0))[0](params, state, image)[0], image)
  })
  it('takes running statistics in inference, and moves them in training by momentum', () => {
    const layer = p.batchNorm(3, { momentum: 1 }) as Loose
    const [{ params, state }] = layer.init({ shape: image.shape, dtype: 'float64' })(p.rng(0))
    const [, , after] = layer.train(p.rng(0))[0](params, state, image)
    near(after.mean, p.mean(image, [0, 2, 3]))
    near(after.variance, p.mul(p.variance(image, [0, 2, 3]) as Loose, 112 / 111))
    expect(layer.infer(params, after, image)[2]).toBe(after)
  })
  it('of groups is layer norm for one group, and per channel for as many as channels', () => {
    const over = (axes: number[]): Loose => p.standardize(image, axes)
    near(
      apply(p.groupNorm(3, { groups: 1 }), { gamma: p.ones([3], 'float64'), beta: p.zeros([3], 'float64') }, image),
      over([1, 2, 3]),
    )
    near(
      apply(p.groupNorm(3, { groups: 3 }), { gamma: p.ones([3], 'float64'), beta: p.zeros([3], 'float64') }, image),
      over([2, 3]),
    )
  })
})

describe('activations', () => {
  const x = filled(float(4, 6), 3) as Loose
  it('softmax ignores a shift, sums to 1, and is the exponential of logSoftmax', () => {
    near(p.softmax(p.add(x, 5) as Loose), p.softmax(x))
    near(p.sum(p.softmax(x, 0), 0), p.ones([6]))
    near(p.exp(p.logSoftmax(x) as Loose), p.softmax(x))
  })
  it('maxout generalises ReLU and |x|', () => {
    const eye = p.tensor([1, 0, 0, 1], [2, 2], 'float64') as Loose
    const layer = p.maxout({ in: 2, out: 2 }) as Loose
    const two = (a: Loose, b: Loose): Loose => ({ weight: p.stack([a, b]), bias: p.zeros([2, 2], 'float64') })
    const rows = filled(float(5, 2), 6) as Loose
    near(apply(layer, two(eye, p.mul(eye, 0)), rows), p.relu(rows))
    near(apply(layer, two(eye, p.neg(eye)), rows), p.abs(rows))
  })
  it('agree at their edges', () => {
    near(p.leakyRelu(x, 0), p.relu(x))
    near(p.silu(x), p.mul(x, p.sigmoid(x) as Loose))
    near(p.mul(p.elu(x, 1.6732632423543772) as Loose, 1.0507009873554805), p.selu(x))
    near(p.sub(p.softplus(x), p.softplus(p.neg(x))) as Loose, x)
    expect(
      Math.max(...list(p.abs(p.sub(p.gelu(x) as Loose, p.gelu(x, { approximate: 'tanh' })) as Loose))),
    ).toBeLessThan(1e-3)
  })
  it('stay finite far out', () => {
    const far = p.tensor([-1e4, -200, 200, 1e4]) as Loose
    const fs: Loose[] = [p.sigmoid, p.tanh, p.softplus, p.silu, p.gelu, p.elu, p.selu, p.softmax, p.logSoftmax]
    for (const f of fs) {
      const [y, pullback] = f().infer(none, none, far)
      expect([...list(y), ...list(pullback(p.ones([4]))[1])].every(Number.isFinite), f().kind).toBe(true)
    }
  })
  it('keep NaN', () => {
    const bad = p.tensor([Number.NaN]) as Loose
    for (const f of [p.relu, p.leakyRelu, p.sigmoid, p.tanh, p.softplus, p.silu, p.gelu, p.elu, p.selu] as Loose[])
      expect(list(f(bad))).toEqual([Number.NaN])
  })
})

describe('attention', () => {
  const [q, k, v] = [5, 6, 7].map((seed) => filled(float(2, 4, 3), seed)) as [Loose, Loose, Loose]
  it('does not see later keys when it is causal', () => {
    const changed = p.concat(p.slice(k, [0, 0, 0], [2, 3, 3]) as Loose, p.ones([2, 1, 3], 'float64') as Loose, 1)
    const first = (key: Loose): Loose =>
      p.slice(p.scaledDotProductAttention(q, key, v, { causal: true }) as Loose, [0, 0, 0], [2, 3, 3])
    expect(list(first(changed))).toEqual(list(first(k)))
  })
  it('ignores the order of keys', () => {
    const turned = (x: Loose): Loose => p.flip(x, 1)
    near(p.scaledDotProductAttention(q, turned(k), turned(v)), p.scaledDotProductAttention(q, k, v))
  })
  it('with one head and identity projections is scaled dot-product attention', () => {
    const eye = p.tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3], 'float64')
    const one = { weight: eye, bias: p.zeros([3], 'float64') }
    const params = { query: one, key: one, value: one, out: one }
    near(
      apply(p.multiHeadAttention({ features: 3, heads: 1 }), params, [q, k, v]),
      p.scaledDotProductAttention(q, k, v),
    )
    near(apply(p.selfAttention({ features: 3, heads: 1 }), params, q), p.scaledDotProductAttention(q, q, q))
  })
})

describe('recurrent layers', () => {
  const x = filled(float(6, 2, 3), 4) as Loose
  const cut = (from: number, to: number): Loose => p.slice(x, [from, 0, 0], [to, 2, 3])
  for (const [name, layer] of [
    ['rnn', p.rnn(3, 4)],
    ['lstm', p.lstm(3, 4)],
    ['gru', p.gru(3, 4)],
  ] as const)
    it(`${name}: two pieces with the carry between are the whole`, () => {
      const recurrent = layer as Loose
      const spec = recurrent.carry({ shape: x.shape, dtype: 'float64' })
      const [{ params }] = recurrent.init([{ shape: x.shape, dtype: 'float64' }, spec])(p.rng(2))
      const start = p.zeroCarry(recurrent, x)
      const run = (piece: Loose, carry: Loose): Loose => recurrent.infer(params, none, [piece, carry])[0]
      const [whole, last] = run(x, start)
      const [first, between] = run(cut(0, 4), start)
      const [second, end] = run(cut(4, 6), between)
      near(p.concat(first, second, 0), whole)
      p.leaves(end).forEach((leaf, i) => {
        near(leaf, p.leaves(last)[i])
      })
      near(apply(p.sequence(recurrent), params, x), whole)
      near(apply(p.lastStep(), none, whole), p.leaves(last)[0])
    })
  it('has a program for 1,000 steps that is as small as for 10', () => {
    const layer = p.sequence(p.lstm(3, 4)) as Loose
    const kernels = (steps: number): number => {
      const [{ params }] = layer.init({ shape: [steps, 2, 3], dtype: 'float32' })(p.rng(2))
      const [y, pullback] = layer.infer(params, none, p.ones([steps, 2, 3]))
      let nodes = 0
      const count = (tree: unknown): void => {
        nodes += countNodes(tree)
      }
      count(pullback(p.onesLike(y)))
      return nodes
    }
    expect(kernels(1000)).toBe(kernels(10))
  })
  it('begins with a forget gate that remembers', () => {
    const init = (options: Loose): Loose =>
      (p.sequence(p.lstm(3, 2, options)) as Loose).init({ shape: [5, 1, 3], dtype: 'float32' })(p.rng(0))[0].params
    expect(list(init({}).biasHidden)).toEqual([0, 0, 1, 1, 0, 0, 0, 0])
    expect(list(init({ forgetBias: 0 }).biasHidden)).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect(list(init({ biasInitializer: p.initializer.ones() }).biasHidden)).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
  })
})

/** Nodes of a graph, the bodies of its loops included. */
const countNodes = (tree: unknown): number => {
  const seen = new Set<unknown>()
  const visit = (node: Loose): void => {
    if (seen.has(node)) return
    seen.add(node)
    node.inputs.forEach(visit)
    if (node.op === 'scan') node.payload.next.forEach(visit)
  }
  p.leaves(tree).forEach(visit)
  return seen.size
}
