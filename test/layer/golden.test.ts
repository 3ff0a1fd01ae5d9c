/** The layers against the golden cases, in float64 on the reference device. */
import * as p from 'pullback'
import { describe, expect, it } from 'vitest'
import {
  type Case,
  casesOf,
  checkLayer,
  evaluate,
  expectAll,
  expectClose,
  type Loose,
  load,
  loadAll,
} from './support.js'

const plain = (make: (options: Loose) => Loose) => (one: Case) =>
  checkLayer(make(one.options), {}, load(one.inputs.x!), one, (_, x) => ({ x }))

const parametric = (make: (options: Loose, params: Loose) => Loose) => (one: Case) => {
  const { x, ...params } = loadAll(one.inputs)
  checkLayer(make(one.options, params), params, x, one, (gradients, dx) => ({ ...gradients, x: dx }))
}

const recurrent = (make: Loose, gates: number) => (one: Case) => {
  const { x, h0, c0, ...params } = loadAll(one.inputs)
  const [drop, raise] = [(t: Loose) => p.squeeze(t, 0), (t: Loose) => p.expandDims(t, 0)]
  const layer = make(x.shape[2], params.weightHidden!.shape[0] / gates)
  const carry = c0 === undefined ? drop(h0) : [drop(h0), drop(c0)]
  const [[output, last], pullback] = layer.infer(params, {}, [x, carry])
  expectClose(output, one.output, 1e-9, 'output')
  const [gradients, [dx, back]] = pullback([load(one.cotangent), p.mapTree(last, (t) => p.zerosLike(t))])
  const carried = c0 === undefined ? { h0: raise(back) } : { h0: raise(back[0]), c0: raise(back[1]) }
  expectAll({ ...gradients, x: dx, ...carried }, one.grads)
}

const kinds: Readonly<Record<string, (one: Case) => void>> = {
  sigmoid: plain(() => p.sigmoid()),
  tanh: plain(() => p.tanh()),
  relu: plain(() => p.relu()),
  leakyRelu: plain(({ slope }) => p.leakyRelu(slope)),
  elu: plain(({ alpha }) => p.elu(alpha)),
  selu: plain(() => p.selu()),
  gelu: plain((options) => p.gelu(options)),
  softplus: plain(() => p.softplus()),
  silu: plain(() => p.silu()),
  softmax: plain(({ axis }) => p.softmax(axis)),
  logSoftmax: plain(({ axis }) => p.logSoftmax(axis)),
  prelu: parametric((_, { alpha }) => p.prelu({ channels: alpha.shape[0] })),
  maxout: parametric((_, { weight }) =>
    p.maxout({ in: weight.shape[1], out: weight.shape[2], pieces: weight.shape[0] }),
  ),
  conv2d: parametric((options, { weight }) => {
    const [out, inputs, ...kernel] = weight.shape
    return p.conv2d({ ...options, in: inputs * options.groups, out, kernel })
  }),
  convTranspose2d: parametric((options, { weight }) => {
    const [inputs, out, ...kernel] = weight.shape
    return p.convTranspose2d({ ...options, in: inputs, out, kernel })
  }),
  maxPool2d: plain((options) => p.maxPool2d(options)),
  avgPool2d: plain((options) => p.avgPool2d(options)),
  globalAvgPool2d: plain(() => p.globalAvgPool2d()),
  dense: parametric((_, { weight }) => p.dense(weight.shape[1], weight.shape[0])),
  layerNorm: parametric((options, { gamma }) => p.layerNorm(gamma.shape, options)),
  groupNorm: parametric((options, { gamma }) => p.groupNorm(gamma.shape[0], options)),
  embedding: (one) => {
    const { table, indices } = loadAll(one.inputs)
    const layer = p.embedding(table.shape[0], table.shape[1])
    checkLayer(layer, { weight: table }, indices, one, ({ weight }) => ({ table: weight }))
  },
  rnn: recurrent(p.rnn, 1),
  lstm: recurrent(p.lstm, 4),
  gru: recurrent(p.gru, 3),
  attention: (one) => {
    const { query, key, value } = loadAll(one.inputs)
    const layer = p.scaledDotProductAttention(one.options)
    checkLayer(layer, {}, [query, key, value], one, (_, [q, k, v]) => ({ query: q, key: k, value: v }))
  },
  batchNorm: (one) => {
    const { x, ...params } = loadAll(one.inputs)
    const layer = p.batchNorm(x.shape[1], one.options) as Loose
    const apply = one.options.mode === 'train' ? layer.train(p.rng(0))[0] : layer.infer
    const [output, pullback, state] = apply(params, loadAll(one.state!), x)
    expectClose(output, one.output, 1e-9, 'output')
    const [gradients, dx] = pullback(load(one.cotangent))
    expectAll({ ...gradients, x: dx }, one.grads)
    if (one.nextState !== undefined) expectAll(state, one.nextState)
  },
}

for (const file of ['activations', 'convolution', 'layers'])
  describe(file, () => {
    for (const one of casesOf(file).filter(({ kind }) => kind !== 'affineWarp'))
      it(one.name, () => {
        const check = kinds[one.kind]
        if (check === undefined) return expect.fail(`unknown kind ${one.kind}`)
        check(one)
      })
  })

describe('functions stand for their layers', () => {
  it('applies a layer without params at once when it is given arrays', () => {
    const x = p.tensor([
      [-1, 2],
      [3, -4],
    ]) as Loose
    const [of, layer] = [p.relu(x), p.relu().infer({}, {}, x)[0]]
    expect(p.toArray(evaluate(of))).toEqual(p.toArray(evaluate(layer as Loose)))
    expect(p.reshape(x, [4]).shape).toEqual([4])
    expect(p.concat(x, x, 0).shape).toEqual([4, 2])
    expect(p.tanh(x).shape).toEqual([2, 2])
  })
})
