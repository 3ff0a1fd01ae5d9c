/** What is wrong is named: where, what was expected, what came, and what to write instead. */
import * as p from 'pullback'
import { describe, expect, it } from 'vitest'
import { float, ints } from './lawful.js'
import type { Loose } from './support.js'

const mistake = (body: () => unknown): p.PullbackError => {
  try {
    body()
  } catch (error) {
    if (error instanceof p.PullbackError) return error
    throw error
  }
  return expect.fail('nothing was thrown')
}
const init = (layer: Loose, spec: p.Spec): Loose => layer.init(spec)(p.rng(0))[0]

describe('errors', () => {
  it('have the whole path of a wrong size deep inside', () => {
    const inner = p.named({ conv: p.conv2d({ in: 3, out: 4, kernel: 3 }) }, { relu: p.relu() })
    const net = p.named({ stem: p.chain(p.identity(), inner as Loose) }, { head: p.flatten() as Loose })
    const error = mistake(() => init(net, float(2, 5, 8, 8)))
    expect(error.path).toBe('stem.1.conv.conv2d')
    expect(error.expected).toBe('3 channels')
    expect(error.got).toBe('5 in [2, 5, 8, 8]')
    expect(error.fix).toBe('Make this size that of the layer before.')
    expect(error.message).toBe(
      'stem.1.conv.conv2d: expected 3 channels, got 5 in [2, 5, 8, 8]. Make this size that of the layer before.',
    )
  })
  it('come at run time, too, from a batch of another shape', () => {
    const net = p.named({ hidden: p.dense(3, 4) }, { relu: p.relu() })
    const { params, state } = init(net, float(2, 3))
    const error = mistake(() => (net as Loose).infer(params, state, p.zeros([2, 5], 'float64')))
    expect(error.path).toBe('hidden.dense')
    expect(error.got).toBe('[2, 5]')
  })
  it('say where an integer input needs to be float', () => {
    for (const layer of [p.dense(3, 4), p.batchNorm(3), p.relu(), p.dropout(0.5), p.layerNorm(3)] as Loose[]) {
      const run =
        layer.kind === 'dropout'
          ? () => layer.train(p.rng(0))[0]({}, {}, p.zeros([2, 3], 'int32'))
          : () => init(layer, ints(2, 3))
      const error = mistake(run)
      expect(error.path).toBe(layer.kind)
      expect(error.got).toBe('int32')
      expect(error.fix).toMatch(/cast/)
    }
    expect(mistake(() => init(p.embedding(3, 4), float(2))).fix).toMatch(/int32/)
  })
  it('name cotangents of another shape, or none', () => {
    const net = p.named({ fc: p.dense(3, 4) })
    const { params, state } = init(net, float(2, 3))
    const [, pullback] = (net as Loose).infer(params, state, p.zeros([2, 3], 'float64'))
    const error = mistake(() => pullback(p.zeros([4, 2], 'float64')))
    expect(error.path).toBe('fc.dense')
    expect(error.expected).toBe('a cotangent float64 [2, 4]')
    expect(error.got).toBe('float64 [4, 2]')
    expect(mistake(() => pullback(p.zeros([2, 4], 'float32'))).got).toBe('float32 [2, 4]')
    expect(mistake(() => pullback(undefined)).got).toBe('undefined')
    const train = p.batchNorm(3).train(p.rng(0))[0] as Loose
    const of3 = init(p.batchNorm(3), float(2, 3))
    expect(
      mistake(() => train(of3.params, of3.state, p.zeros([2, 3], 'float64'))[1](p.zeros([2], 'float64'))).path,
    ).toBe('batchNorm')
  })
  it('refuse sizes that are no positive whole numbers, when a layer is made', () => {
    const makers: readonly (readonly [string, (size: number) => unknown])[] = [
      ['dense', (n) => p.dense(n, 3)],
      ['dense', (n) => p.dense(3, n)],
      ['linear', (n) => p.linear(n, 3)],
      ['conv2d', (n) => p.conv2d({ in: n, out: 3, kernel: 3 })],
      ['conv2d', (n) => p.conv2d({ in: 3, out: n, kernel: 3 })],
      ['conv2d', (n) => p.conv2d({ in: 3, out: 3, kernel: n })],
      ['conv2d', (n) => p.conv2d({ in: 3, out: 3, kernel: 3, stride: n })],
      ['conv2d', (n) => p.conv2d({ in: 3, out: 3, kernel: 3, dilation: [1, n] })],
      ['conv2d', (n) => p.conv2d({ in: 3, out: 3, kernel: 3, groups: n })],
      ['convTranspose2d', (n) => p.convTranspose2d({ in: 3, out: n, kernel: 3 })],
      ['maxPool2d', (n) => p.maxPool2d(n)],
      ['avgPool2d', (n) => p.avgPool2d({ kernel: 2, stride: n })],
      ['batchNorm', (n) => p.batchNorm(n)],
      ['layerNorm', (n) => p.layerNorm(n)],
      ['groupNorm', (n) => p.groupNorm(4, { groups: n })],
      ['embedding', (n) => p.embedding(n, 3)],
      ['lstm', (n) => p.lstm(3, n)],
      ['prelu', (n) => p.prelu({ channels: n })],
      ['maxout', (n) => p.maxout({ in: 2, out: 2, pieces: n })],
      ['selfAttention', (n) => p.selfAttention({ features: 4, heads: n })],
      ['shared', (n) => p.shared(n, p.relu())],
    ]
    for (const [name, make] of makers)
      for (const size of [0, -1, 1.5, Number.NaN]) {
        const error = mistake(() => make(size))
        expect(error.path, `${name} of ${size}`).toBe(name)
        expect(error.got).toMatch(/0|-1|1.5|NaN|null/)
      }
    expect(mistake(() => p.conv2d({ in: 3, out: 3, kernel: 3, padding: -1 })).path).toBe('conv2d')
  })
  it('refuse a kernel larger than its padded input', () => {
    const error = mistake(() => init(p.conv2d({ in: 1, out: 1, kernel: 5, padding: 1 }), float(1, 1, 2, 9)))
    expect(error.path).toBe('conv2d')
    expect(error.expected).toBe('an image that a kernel of [5, 5] fits into')
    expect(error.got).toBe('[4, 11], with padding')
    expect(mistake(() => init(p.maxPool2d(3), float(1, 1, 2, 2))).path).toBe('maxPool2d')
  })
  it('refuse windows of padding alone', () => {
    const error = mistake(() => init(p.maxPool2d({ kernel: [2, 3], padding: 2 }), float(1, 1, 4, 4)))
    expect(error.expected).toBe('padding smaller than the window [2, 3]')
    expect(error.got).toBe('[2, 2] and [2, 2]')
    expect(mistake(() => init(p.avgPool2d({ kernel: 1, padding: 1 }), float(1, 1, 4, 4))).path).toBe('avgPool2d')
  })
  it('refuse groups and heads that do not divide', () => {
    expect(mistake(() => p.conv2d({ in: 3, out: 4, kernel: 1, groups: 2 })).got).toBe('3 and 4')
    expect(mistake(() => p.groupNorm(5, { groups: 2 })).got).toBe('2')
    expect(mistake(() => p.multiHeadAttention({ features: 5, heads: 2 })).got).toBe('2')
  })
  it('refuse outputs that no convolution has', () => {
    const layer = p.convTranspose2d({ in: 1, out: 1, kernel: 2, stride: 2, outputPadding: 2 })
    expect(mistake(() => init(layer, float(1, 1, 3, 3))).fix).toMatch(/outputPadding/)
    expect(
      mistake(() => init(p.convTranspose2d({ in: 1, out: 1, kernel: 1, padding: 1 }), float(1, 1, 2, 2))).path,
    ).toBe('convTranspose2d')
  })
  it('say which rank a layer takes', () => {
    expect(mistake(() => init(p.dense(4, 2), float(2, 2, 2))).fix).toMatch(/flatten\(\)/)
    expect(mistake(() => init(p.conv2d({ in: 1, out: 1, kernel: 1 }), float(2, 2))).fix).toMatch(/batch, channel/)
    expect(mistake(() => init(p.maxPool2d(2), float(2, 2))).fix).toMatch(/batch, channel/)
    expect(mistake(() => init(p.sequence(p.gru(3, 4)), float(2, 3))).fix).toMatch(/time, batch/)
    expect(mistake(() => init(p.lastStep(), float(2, 3))).fix).toMatch(/time, batch/)
    expect(mistake(() => init(p.batchNorm(3), float(3))).path).toBe('batchNorm')
    expect(mistake(() => init(p.scaledDotProductAttention(), [float(2, 3), float(2, 4), float(2, 3)])).path).toBe(
      'scaledDotProductAttention',
    )
    expect(mistake(() => init(p.lstm(3, 4), float(2, 2, 3))).expected).toBe('a tuple of 2 inputs')
  })
  it('refuse training batch norm on one element a channel', () => {
    const layer = p.batchNorm(3) as Loose
    const { params, state } = init(layer, float(1, 3))
    expect(mistake(() => layer.train(p.rng(0))[0](params, state, p.zeros([1, 3], 'float64'))).expected).toMatch(
      /more than one element/,
    )
  })
  it('name host indices outside the table', () => {
    const layer = p.embedding(3, 2) as Loose
    const { params } = init(layer, ints(2))
    const error = mistake(() => layer.infer(params, {}, p.tensor([0, 3], [2], 'int32')))
    expect([error.path, error.expected, error.got]).toEqual(['embedding', 'indices from 0 to 2', '3'])
  })
})
