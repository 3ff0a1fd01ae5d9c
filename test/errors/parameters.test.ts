/** Params and carries of another layer: nothing broadcasts them. */
import * as p from 'pullback'
import { describe, expect, test } from 'vitest'
import { mistakeOf, untyped } from './mistake.js'

const fix = 'Pass what init gave for inputs of this dtype, or a checkpoint of this layer.'
const init = (layer: unknown, spec: p.Spec) => untyped(layer).init(spec)(p.rng(0))[0]
const float = (...shape: number[]) => ({ shape, dtype: 'float32' }) as const

const layers: readonly (readonly [string, p.AnyLayer, p.Spec])[] = [
  ['dense', p.dense(2, 3), float(5, 2)],
  ['linear', p.linear(2, 3), float(5, 4, 2)],
  ['conv2d', p.conv2d({ in: 2, out: 3, kernel: 3 }), float(1, 2, 5, 5)],
  ['convTranspose2d', p.convTranspose2d({ in: 2, out: 3, kernel: 3 }), float(1, 2, 5, 5)],
  ['embedding', p.embedding(5, 3), { shape: [4], dtype: 'int32' }],
  ['batchNorm', p.batchNorm(3), float(4, 3)],
  ['layerNorm', p.layerNorm(3), float(4, 3)],
  ['groupNorm', p.groupNorm(4, { groups: 2 }), float(4, 4)],
  ['prelu', p.prelu({ channels: 3 }), float(4, 3)],
  ['maxout', p.maxout({ in: 2, out: 3 }), float(4, 2)],
  ['rnn', p.sequence(p.rnn(2, 3)), float(4, 1, 2)],
  ['lstm', p.sequence(p.lstm(2, 3)), float(4, 1, 2)],
  ['gru', p.sequence(p.gru(2, 3)), float(4, 1, 2)],
  ['selfAttention', p.selfAttention({ features: 4, heads: 2 }), float(1, 3, 4)],
]

describe.each(layers)('%s', (name, layer, spec) => {
  const { params, state } = init(layer, spec)
  const x = 'shape' in spec ? p.zeros(spec.shape, spec.dtype) : undefined
  const run = (given: unknown) => mistakeOf(() => untyped(layer).infer(given, state, x))

  test.each(p.namedLeaves(params))('%s', (path, param) => {
    const replaced = (by: p.AnyTensor | undefined) =>
      p.mapTree(params, (leaf, at) => (at === path ? untyped(by) : leaf))
    const expected = `${name === 'embedding' ? 'an array' : 'float32'} [${param.shape.join(', ')}]`
    const mistake = { path: `${name}.${path}`, expected, fix }
    const ones = param.shape.map(() => 1)
    expect(run(replaced(p.zeros(ones)))).toEqual({ ...mistake, got: `float32 [${ones.join(', ')}]` })
    expect(run(replaced(undefined))).toEqual({ ...mistake, got: 'undefined' })
    if (name !== 'embedding')
      expect(run(replaced(p.zeros(param.shape, 'float64')))).toEqual({
        ...mistake,
        got: `float64 [${param.shape.join(', ')}]`,
      })
  })
})

test('the path goes through the composition', () => {
  const net = untyped(p.named({ block: p.chain(p.dense(2, 3), p.relu()) }))
  const { params, state } = init(net, float(5, 2))
  const wrong = { block: [{ ...params.block[0], bias: p.zeros([1]) }, {}] }
  expect(mistakeOf(() => net.infer(wrong, state, p.zeros([5, 2])))).toEqual({
    path: 'block.0.dense.bias',
    expected: 'float32 [3]',
    got: 'float32 [1]',
    fix,
  })
  expect(mistakeOf(() => net.infer({}, state, p.zeros([5, 2])))).toEqual({
    path: 'block',
    expected: 'params and state of this layer',
    got: '{}',
    fix: 'Pass what init gave.',
  })
})

test('running statistics of other channels', () => {
  const norm = untyped(p.batchNorm(3))
  const { params, state } = init(norm, float(4, 3))
  for (const apply of [norm.infer, norm.train(p.rng(0))[0]])
    expect(mistakeOf(() => apply(params, { ...state, variance: p.ones([1]) }, p.zeros([4, 3])))).toEqual({
      path: 'batchNorm.variance',
      expected: 'float32 [3]',
      got: 'float32 [1]',
      fix,
    })
})

test('a carry of another batch', () => {
  const layer = untyped(p.lstm(2, 3))
  const { params } = init(layer, untyped([float(4, 1, 2), [float(1, 3), float(1, 3)]]))
  const carry = [p.zeros([7, 3]), p.zeros([1, 3])]
  expect(mistakeOf(() => layer.infer(params, {}, [p.zeros([4, 1, 2]), carry]))).toEqual({
    path: 'lstm',
    expected: 'a carry (float32 [1, 3], float32 [1, 3])',
    got: '(float32 [7, 3], float32 [1, 3])',
    fix: 'Begin with zeroCarry(layer, x).',
  })
})
