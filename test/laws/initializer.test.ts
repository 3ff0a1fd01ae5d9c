import * as p from 'pullback'
import * as l from 'pullback/laws'
import { devices } from '../devices.js'
import { check } from './support.js'

/** Bits are the same on all devices (see the laws of samplers), so the last one, the fastest, will do. */
const { device } = devices[devices.length - 1]!
const { initializer } = p
const shape = [32, 16, 3, 3]
const fans = initializer.fansOf(shape)
const runs = 5

interface Promise_ {
  readonly initializer: p.Initializer
  readonly mean?: number
  readonly variance: number
  readonly bound?: number
}
/** Inputs 144, outputs 288. */
const promises: Readonly<Record<string, Promise_>> = {
  zeros: { initializer: initializer.zeros(), variance: 0, bound: 0 },
  ones: { initializer: initializer.ones(), mean: 1, variance: 0, bound: 1 },
  constant: { initializer: initializer.constant(0.25), mean: 0.25, variance: 0, bound: 0.25 },
  normal: { initializer: initializer.normal({ mean: 1, deviation: 0.5 }), mean: 1, variance: 0.25 },
  uniform: { initializer: initializer.uniform({ low: -1, high: 3 }), mean: 1, variance: 16 / 12, bound: 3 },
  // the variance of a standard normal distribution between -2 and 2
  truncatedNormal: {
    initializer: initializer.truncatedNormal({ deviation: 0.5 }),
    variance: 0.25 * 0.7737413035,
    bound: 1,
  },
  xavierNormal: { initializer: initializer.xavierNormal(), variance: 2 / (144 + 288) },
  'the Xavier of lectures': { initializer: initializer.xavierNormal({ fan: 'in' }), variance: 1 / 144 },
  xavierUniform: {
    initializer: initializer.xavierUniform({ gain: 'tanh' }),
    variance: (25 / 9) * (2 / (144 + 288)),
    bound: (5 / 3) * Math.sqrt(6 / (144 + 288)) + 1e-6,
  },
  kaimingNormal: { initializer: initializer.kaimingNormal(), variance: 2 / 144 },
  'kaimingNormal, fan out': { initializer: initializer.kaimingNormal({ fan: 'out' }), variance: 2 / 288 },
  kaimingUniform: {
    initializer: initializer.kaimingUniform({ gain: { leakyRelu: 0.5 } }),
    variance: 2 / 1.25 / 144,
    bound: Math.sqrt((3 * 1.6) / 144) + 1e-6,
  },
  kaimingTruncatedNormal: {
    initializer: initializer.kaimingTruncatedNormal(),
    variance: 2 / 144,
    bound: (2 * Math.sqrt(2 / 144)) / 0.87962566 + 1e-6,
  },
  lecunNormal: { initializer: initializer.lecunNormal(), variance: 1 / 144 },
  lecunUniform: { initializer: initializer.lecunUniform(), variance: 1 / 144, bound: Math.sqrt(3 / 144) + 1e-6 },
  orthogonal: { initializer: initializer.orthogonal(), variance: 1 / 144 },
}
for (const [name, promised] of Object.entries(promises))
  check(l.initializerLaws, { device, shape, fans, ...promised }, l.seeds, { runs }, `${name}: `)

const keepers: readonly (readonly [string, p.Initializer, 'relu' | 'linear'])[] = [
  ['kaimingNormal', initializer.kaimingNormal(), 'relu'],
  ['kaimingUniform', initializer.kaimingUniform(), 'relu'],
  ['kaimingTruncatedNormal', initializer.kaimingTruncatedNormal(), 'relu'],
  ['xavierNormal', initializer.xavierNormal(), 'linear'],
  ['xavierUniform', initializer.xavierUniform(), 'linear'],
  ['lecunNormal', initializer.lecunNormal(), 'linear'],
  ['orthogonal', initializer.orthogonal(), 'linear'],
]
for (const [name, keeper, activation] of keepers)
  check([l.depthLaw], { device, initializer: keeper, activation }, l.seeds, { runs: 1 }, `${name}, ${activation}: `)

const image: p.ArraySpec = { shape: [2, 8, 9, 9], dtype: 'float32' }
const relu = Math.SQRT2
const layers: Readonly<Record<string, Omit<l.FanInstance, 'device' | 'layer'> & { readonly layer: unknown }>> = {
  dense: { layer: p.dense(64, 48), input: { shape: [32, 64], dtype: 'float32' }, gain: relu, weights: 64 * 48 },
  linear: { layer: p.linear(64, 48), input: { shape: [4, 8, 64], dtype: 'float32' }, gain: relu, weights: 64 * 48 },
  conv2d: { layer: p.conv2d({ in: 8, out: 24, kernel: 3 }), input: image, gain: relu, weights: 8 * 24 * 9 },
  'conv2d with groups': {
    layer: p.conv2d({
      in: 8,
      out: 32,
      kernel: [3, 2],
      groups: 4,
      weightInitializer: initializer.lecunUniform(),
    }),
    input: image,
    gain: 1,
    weights: 32 * 2 * 6,
  },
  'maxout of one piece': {
    layer: p.chain(p.maxout({ in: 48, out: 64, pieces: 1 })),
    input: { shape: [32, 48], dtype: 'float32' },
    gain: 1,
    weights: 48 * 64,
  },
}
for (const [name, { layer, ...rest }] of Object.entries(layers))
  check([l.fanLaw], { device, layer: layer as p.AnyLayer, ...rest }, l.seeds, { runs }, `${name}: `)

for (const [rows, columns] of [
  [7, 12],
  [12, 7],
  [9, 9],
] as const)
  check(
    [l.orthogonalLaw],
    { device, initializer: initializer.orthogonal({ gain: 2 }), rows, columns, gain: 2 },
    l.seeds,
    { runs },
    `${rows} x ${columns}: `,
  )
