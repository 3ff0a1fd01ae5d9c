/** Every layer of the library, in its variants, as instances of the laws of layers. */
import * as p from 'pullback'
import {
  distinct as distinctNumbers,
  dyadic,
  inputOf,
  type LayerInstance,
  networkParts,
  type Tolerance,
} from 'pullback/laws'
import { reference } from 'pullback/reference'

export type AnyInstance = LayerInstance<unknown, unknown, unknown, unknown>

const double = (...shape: readonly number[]): p.ArraySpec => ({ shape, dtype: 'float64' })
const matrix = double(3, 4)
const sequence = double(4, 2, 3)
const images = double(2, 3, 6, 5)

const device = reference()
const tolerance: Tolerance = { absolute: 1e-9, relative: 1e-9 }
type Options = Partial<Pick<AnyInstance, 'tolerance' | 'step' | 'sample'>>

const instance = (layer: unknown, input: p.Spec, options: Options = {}): AnyInstance => ({
  device,
  layer: layer as p.AnyLayer,
  input,
  tolerance,
  ...options,
})
/** Inputs without ties. */
const distinct = (input: p.Spec): Options => ({ sample: (seed) => inputOf(input, seed, distinctNumbers) })

const dyadicWeights: p.Initializer = (shape) => (rng) => [dyadic(shape, 'float32', 7) as unknown as p.Tensor, rng]
/** Its weights are such that pieces never tie. */
const maxout = networkParts
  .find(({ of }) => of.includes('maxout'))!
  .make(matrix.shape, 1, () => p.identity() as p.AnyLayer)

const products: Readonly<Record<string, AnyInstance>> = {
  dense: instance(p.dense(4, 2), matrix),
  'dense without bias': instance(p.dense(4, 5, { bias: false }), matrix),
  linear: instance(p.linear(3, 5), sequence),
  conv2d: instance(p.conv2d({ in: 3, out: 2, kernel: [2, 3] }), images),
  'conv2d with stride and padding': instance(p.conv2d({ in: 3, out: 2, kernel: 3, stride: 2, padding: 1 }), images),
  'conv2d with unequal padding': instance(
    p.conv2d({
      in: 3,
      out: 2,
      kernel: [3, 2],
      padding: [
        [2, 0],
        [1, 2],
      ],
    }),
    images,
  ),
  'conv2d with dilation': instance(p.conv2d({ in: 3, out: 2, kernel: 2, dilation: [2, 3], padding: 'same' }), images),
  'conv2d with groups': instance(p.conv2d({ in: 4, out: 6, kernel: 2, groups: 2, bias: false }), double(2, 4, 3, 5)),
  'conv2d of each channel': instance(p.conv2d({ in: 3, out: 6, kernel: 3, groups: 3, padding: 1 }), images),
  convTranspose2d: instance(p.convTranspose2d({ in: 3, out: 2, kernel: [2, 3] }), double(2, 3, 3, 2)),
  'convTranspose2d with stride': instance(
    p.convTranspose2d({ in: 3, out: 2, kernel: 3, stride: 2, padding: 1, outputPadding: 1 }),
    double(2, 3, 3, 2),
  ),
  'convTranspose2d with groups': instance(
    p.convTranspose2d({ in: 4, out: 2, kernel: 2, groups: 2, dilation: 2 }),
    double(2, 4, 3, 2),
  ),
  // A table's params are float32, where the layer is linear: differences of dyadic numbers at a large step are exact.
  embedding: instance(
    p.embedding(5, 3, { weightInitializer: dyadicWeights }),
    { shape: [2, 3], dtype: 'int32' },
    { step: 2 ** -6, tolerance: { absolute: 1e-6, relative: 1e-6 } },
  ),
}

const pooling: Readonly<Record<string, AnyInstance>> = {
  maxPool2d: instance(p.maxPool2d(2), images, distinct(images)),
  'maxPool2d that overlaps': instance(p.maxPool2d({ kernel: 3, stride: 2, padding: 1 }), images, distinct(images)),
  avgPool2d: instance(p.avgPool2d(2), images),
  'avgPool2d that overlaps': instance(p.avgPool2d({ kernel: 3, stride: 2, padding: 1 }), images),
  'avgPool2d without padding': instance(
    p.avgPool2d({ kernel: 3, stride: 2, padding: 1, countIncludePad: false }),
    images,
  ),
  globalAvgPool2d: instance(p.globalAvgPool2d(), images),
  globalMaxPool2d: instance(p.globalMaxPool2d(), images, distinct(images)),
}

const activations: Readonly<Record<string, AnyInstance>> = {
  relu: instance(p.relu(), matrix),
  leakyRelu: instance(p.leakyRelu(0.2), matrix),
  elu: instance(p.elu(1.5), matrix),
  selu: instance(p.selu(), matrix),
  sigmoid: instance(p.sigmoid(), matrix),
  tanh: instance(p.tanh(), matrix),
  softplus: instance(p.softplus(), matrix),
  silu: instance(p.silu(), matrix),
  gelu: instance(p.gelu(), matrix),
  'gelu by tanh': instance(p.gelu({ approximate: 'tanh' }), matrix),
  softmax: instance(p.softmax(), matrix),
  'softmax of channels': instance(p.softmax(1), images),
  logSoftmax: instance(p.logSoftmax(), matrix),
  prelu: instance(p.prelu(), matrix),
  'prelu of channels': instance(p.prelu({ channels: 3 }), images),
  maxout: instance(maxout, matrix),
  'maxout of one piece': instance(p.maxout({ in: 4, out: 3, pieces: 1 }), matrix),
}

const regularizers: Readonly<Record<string, AnyInstance>> = {
  dropout: instance(p.dropout(0.25), matrix),
  'dropout of nothing': instance(p.dropout(0), matrix),
  'dropout of all': instance(p.dropout(1), matrix),
  plainDropout: instance(p.plainDropout(0.25), matrix),
  batchNorm: instance(p.batchNorm(4), matrix),
  'batchNorm of images': instance(p.batchNorm(3, { momentum: 0.3, epsilon: 1e-3 }), images),
  layerNorm: instance(p.layerNorm(4), matrix),
  'layerNorm of two axes': instance(p.layerNorm([2, 3]), sequence),
  groupNorm: instance(p.groupNorm(4, { groups: 2 }), double(2, 4, 3, 2)),
}

const sequences: Readonly<Record<string, AnyInstance>> = {
  rnn: instance(p.rnn(3, 5), [sequence, double(2, 5)]),
  lstm: instance(p.lstm(3, 5), [sequence, [double(2, 5), double(2, 5)]]),
  gru: instance(p.gru(3, 5), [sequence, double(2, 5)]),
  'sequence of lstm': instance(p.sequence(p.lstm(3, 2)), sequence),
  lastStep: instance(p.lastStep(), sequence),
  scaledDotProductAttention: instance(p.scaledDotProductAttention(), [
    double(2, 3, 4),
    double(2, 5, 4),
    double(2, 5, 2),
  ]),
  'scaledDotProductAttention that is causal': instance(p.scaledDotProductAttention({ causal: true }), [
    sequence,
    sequence,
    sequence,
  ]),
  multiHeadAttention: instance(p.multiHeadAttention({ features: 4, heads: 2 }), [
    double(2, 3, 4),
    double(2, 5, 4),
    double(2, 5, 4),
  ]),
  selfAttention: instance(p.selfAttention({ features: 4, heads: 2, causal: true }), double(2, 3, 4)),
}

const shapes: Readonly<Record<string, AnyInstance>> = {
  flatten: instance(p.flatten(), images),
  reshape: instance(p.reshape([2, -1]), matrix),
  concat: instance(p.concat(1), [matrix, double(3, 2), double(3, 5)]),
  identity: instance(p.identity(), matrix),
  input: instance(p.input<[3, 4]>(), matrix),
}

const pair = (layer: unknown): p.AnyLayer => p.chain(layer as p.AnyLayer, p.tanh())
const stateful = p.chain(p.dense(4, 4), p.batchNorm(4) as p.AnyLayer, p.dropout(0.25) as p.AnyLayer)

const combinators: Readonly<Record<string, AnyInstance>> = {
  chain: instance(stateful, matrix),
  named: instance(p.named({ first: p.dense(4, 3) }, { second: p.batchNorm(3) as p.AnyLayer }), matrix),
  residual: instance(p.residual(pair(p.dense(4, 4))), matrix),
  'residual with a projection': instance(p.residual(pair(p.dense(4, 2)), p.dense(4, 2) as p.AnyLayer), matrix),
  fanOut: instance(p.fanOut(pair(p.dense(4, 2)), p.dense(4, 5) as p.AnyLayer), matrix),
  repeat: instance(p.repeat(3, stateful as p.AnyLayer), matrix),
  shared: instance(p.shared(2, stateful as p.AnyLayer), [matrix, matrix]),
  'shared with one draw': instance(p.shared(2, stateful as p.AnyLayer, { draws: 'once' }), [matrix, matrix]),
  checkpoint: instance(p.checkpoint(stateful as p.AnyLayer), matrix),
  freeze: instance(p.freeze(stateful as p.AnyLayer), matrix),
  inferring: instance(p.inferring(stateful as p.AnyLayer), matrix),
  'freeze of inferring': instance(p.freeze(p.inferring(stateful as p.AnyLayer)), matrix),
  fromFunction: instance(
    p.fromFunction((x: p.Tensor) => p.mul(p.sin(x), x) as p.Tensor),
    matrix,
  ),
  'fromFunction with params': instance(
    p.fromFunction(
      () => (rng) => [{ scale: p.tensor([0.5], [1], 'float64') }, rng],
      ({ scale }: { readonly scale: unknown }, x: p.Tensor) => p.exp(p.mul(x, scale as p.Tensor) as p.Tensor),
    ),
    matrix,
  ),
}

export const layers: Readonly<Record<string, AnyInstance>> = {
  ...products,
  ...pooling,
  ...activations,
  ...regularizers,
  ...sequences,
  ...shapes,
  ...combinators,
}
