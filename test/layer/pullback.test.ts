/** Every layer's pullback: by hand = derived = differences. */
import * as p from 'pullback'
import { describe, it } from 'vitest'
import { expectLawful, float, ints, type LawfulOptions } from './lawful.js'
import type { Loose } from './support.js'

type Row = readonly [name: string, layer: Loose, spec: p.Spec, options?: LawfulOptions]
const images = float(2, 4, 7, 6)
const conv = (options: Loose) => p.conv2d({ in: 4, out: 6, kernel: [3, 2], ...options })

const rows: readonly Row[] = [
  ...(
    [
      'relu',
      'leakyRelu',
      'elu',
      'selu',
      'sigmoid',
      'tanh',
      'softplus',
      'silu',
      'gelu',
      'softmax',
      'logSoftmax',
    ] as const
  ).map((name): Row => [name, (p as Loose)[name](), float(3, 5)]),
  ['gelu by tanh', p.gelu({ approximate: 'tanh' }), float(3, 5)],
  ['softmax on axis 1', p.softmax(1), float(2, 3, 5)],
  ['elu with alpha', p.elu(0.7), float(3, 5)],
  ['prelu', p.prelu(), float(2, 3, 5)],
  ['prelu by channel', p.prelu({ channels: 3 }), float(2, 3, 5)],
  ['maxout', p.maxout({ in: 5, out: 2, pieces: 3 }), float(4, 5)],
  ['dense', p.dense(5, 3), float(4, 5)],
  ['dense without bias', p.dense(5, 3, { bias: false }), float(4, 5)],
  ['linear', p.linear(5, 3), float(2, 4, 5)],
  ['conv2d', conv({}), images],
  ['conv2d padded', conv({ padding: [1, 2] }), images],
  ['conv2d padded beyond the kernel', conv({ padding: [3, 2] }), images],
  [
    'conv2d with uneven padding',
    conv({
      padding: [
        [0, 2],
        [1, 0],
      ],
    }),
    images,
  ],
  ['conv2d same', conv({ padding: 'same' }), images],
  ['conv2d same, with strides', conv({ padding: 'same', stride: [2, 3] }), images],
  ['conv2d with strides', conv({ stride: [3, 2], padding: 1 }), images],
  ['conv2d dilated', conv({ dilation: [2, 3], padding: 1 }), images],
  ['conv2d dilated, with strides', conv({ dilation: 2, stride: 2, padding: 2 }), images],
  ['conv2d in groups', conv({ groups: 2, padding: 1 }), images],
  ['conv2d in groups, with all', conv({ groups: 2, padding: 1, dilation: 2, stride: 2 }), images],
  ['conv2d by channel', p.conv2d({ in: 4, out: 4, kernel: 3, groups: 4, bias: false }), images],
  ['conv2d 1x1', p.conv2d({ in: 4, out: 3, kernel: 1 }), images],
  ['conv2d 1x1, padded', p.conv2d({ in: 4, out: 3, kernel: 1, padding: 1 }), images],
  ['conv2d 1x1, with strides', p.conv2d({ in: 4, out: 3, kernel: 1, stride: 2 }), images],
  ['conv2d of tiles', p.conv2d({ in: 4, out: 3, kernel: 2, stride: 2 }), images],
  ['convTranspose2d', p.convTranspose2d({ in: 4, out: 3, kernel: 3 }), images],
  ['convTranspose2d with strides', p.convTranspose2d({ in: 4, out: 3, kernel: 3, stride: 2, padding: 1 }), images],
  [
    'convTranspose2d with all',
    p.convTranspose2d({ in: 4, out: 6, kernel: [3, 2], stride: 2, groups: 2, dilation: [1, 2], outputPadding: [1, 0] }),
    images,
  ],
  ['maxPool2d', p.maxPool2d(2), images],
  ['maxPool2d overlapping', p.maxPool2d({ kernel: 3, stride: [1, 2], padding: 1 }), images],
  ['avgPool2d', p.avgPool2d(2), images],
  ['avgPool2d overlapping', p.avgPool2d({ kernel: 3, stride: 2, padding: 1 }), images],
  ['avgPool2d of images alone', p.avgPool2d({ kernel: 3, stride: 2, padding: 1, countIncludePad: false }), images],
  ['globalAvgPool2d', p.globalAvgPool2d(), images],
  ['globalMaxPool2d', p.globalMaxPool2d(), images],
  ['batchNorm inferring', p.batchNorm(4), images],
  ['batchNorm training', p.batchNorm(4), images, { mode: 'train' }],
  ['batchNorm of vectors', p.batchNorm(3), float(5, 3), { mode: 'train' }],
  ['layerNorm', p.layerNorm(5), float(2, 3, 5)],
  ['layerNorm over two axes', p.layerNorm([3, 5]), float(2, 3, 5)],
  ['layerNorm over all', p.layerNorm([3, 5]), float(3, 5)],
  ['groupNorm', p.groupNorm(4, { groups: 2 }), images],
  ['groupNorm of vectors', p.groupNorm(6, { groups: 2 }), float(3, 6)],
  ['dropout', p.dropout(0.4), float(3, 5), { mode: 'train' }],
  ['plainDropout', p.plainDropout(0.4), float(3, 5)],
  ['plainDropout training', p.plainDropout(0.4), float(3, 5), { mode: 'train' }],
  ['embedding', p.embedding(3, 4), ints(2, 5)],
  ['flatten', p.flatten(), images],
  ['reshape', p.reshape([2, -1]), images],
  ['concat', p.concat(1), [float(2, 3), float(2, 5), float(2, 1)]],
  ['identity', p.identity(), float(2, 3)],
  ['rnn', p.rnn(3, 4), [float(5, 2, 3), float(2, 4)]],
  ['lstm', p.lstm(3, 4), [float(5, 2, 3), [float(2, 4), float(2, 4)]]],
  ['gru', p.gru(3, 4), [float(5, 2, 3), float(2, 4)]],
  ['one step of lstm', p.lstm(3, 4), [float(1, 2, 3), [float(2, 4), float(2, 4)]]],
  ['sequence of lstm', p.sequence(p.lstm(3, 4)), float(5, 2, 3)],
  ['lastStep', p.lastStep(), float(4, 2, 3)],
  ['attention', p.scaledDotProductAttention(), [float(2, 3, 4), float(2, 5, 4), float(2, 5, 3)]],
  ['causal attention', p.scaledDotProductAttention({ causal: true }), [float(2, 5, 4), float(2, 5, 4), float(2, 5, 3)]],
  [
    'multiHeadAttention',
    p.multiHeadAttention({ features: 4, heads: 2 }),
    [float(2, 3, 4), float(2, 5, 4), float(2, 5, 4)],
  ],
  ['selfAttention', p.selfAttention({ features: 6, heads: 3, causal: true }), float(2, 3, 6)],
  ['fromFunction', p.fromFunction((x: p.Tensor) => p.sin(p.mul(x, x))), float(2, 3)],
  [
    'fromFunction of params',
    p.fromFunction(
      () => (rng) => p.initializer.normal({ deviation: 1 })([3], { in: 1, out: 1 })(rng),
      (w: p.Tensor, x: p.Tensor) => p.mul(p.cast(w, x.dtype), p.exp(x)),
    ),
    float(2, 3),
  ],
  ['chain', p.chain(p.dense(5, 4), p.tanh(), p.dense(4, 2)), float(3, 5)],
  ['named', p.named({ a: p.dense(5, 4) }, { b: p.sigmoid() }, { c: p.batchNorm(4) }), float(3, 5), { mode: 'train' }],
  ['residual', p.residual(p.chain(p.dense(5, 5), p.tanh())), float(3, 5)],
  ['residual with projection', p.residual(p.chain(p.dense(5, 4), p.tanh()), p.dense(5, 4)), float(3, 5)],
  ['fanOut', p.fanOut(p.dense(5, 4), p.tanh(), p.dense(5, 2)), float(3, 5)],
  ['repeat', p.repeat(3, p.residual(p.chain(p.dense(5, 5), p.tanh()))), float(3, 5)],
  ['shared', p.shared(2, p.chain(p.dense(5, 4), p.tanh())), [float(3, 5), float(2, 5)]],
  ['freeze', p.freeze(p.dense(5, 4)), float(3, 5)],
  ['inferring', p.inferring(p.batchNorm(4)), images, { mode: 'train' }],
]

describe('pullbacks', () => {
  for (const [name, layer, spec, options] of rows)
    it(name, () => {
      expectLawful(layer, spec, options)
    })
})
