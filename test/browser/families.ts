/** One layer of each family, small, and a step of training with it. */
import * as p from 'pullback'
import { distinct, dyadicLike, inputOf } from 'pullback/laws'

const float = (...shape: readonly number[]): p.ArraySpec => ({ shape, dtype: 'float32' })
const images = float(2, 3, 6, 5)
const sequence = float(4, 2, 3)

export interface Family {
  readonly layer: p.AnyLayer
  readonly input: p.Spec
}
const family = (layer: unknown, input: p.Spec): Family => ({ layer: layer as p.AnyLayer, input })

export const families: Readonly<Record<string, Family>> = {
  'dense and ReLU': family(p.chain(p.dense(6, 7), p.relu(), p.dense(7, 3)), float(5, 6)),
  'smooth activations': family(p.chain(p.gelu(), p.silu(), p.tanh(), p.softplus()), float(3, 4)),
  'prelu, softmax': family(p.chain(p.prelu(), p.softmax()), float(3, 4)),
  convolution: family(p.conv2d({ in: 3, out: 4, kernel: 3, stride: 2, padding: 1 }), images),
  'transposed convolution': family(p.convTranspose2d({ in: 3, out: 2, kernel: 3, stride: 2, padding: 1 }), images),
  'pooling by maximum': family(p.maxPool2d({ kernel: 3, stride: 2, padding: 1 }), images),
  'pooling by mean': family(p.chain(p.avgPool2d(2), p.globalAvgPool2d()), images),
  'batch norm': family(p.batchNorm(3), images),
  'layer norm': family(p.layerNorm(4), float(3, 4)),
  'group norm': family(p.groupNorm(4, { groups: 2 }), float(2, 4, 3, 2)),
  dropout: family(p.chain(p.dense(4, 4), p.dropout(0.25) as p.AnyLayer), float(6, 4)),
  embedding: family(p.embedding(5, 4), { shape: [3, 4], dtype: 'int32' }),
  rnn: family(p.chain(p.sequence(p.rnn(3, 4)), p.lastStep() as p.AnyLayer), sequence),
  gru: family(p.sequence(p.gru(3, 4)), sequence),
  lstm: family(p.sequence(p.lstm(3, 4)), sequence),
  attention: family(p.selfAttention({ features: 4, heads: 2, causal: true }), float(2, 3, 4)),
  combinators: family(
    p.residual(p.chain(p.dense(4, 4), p.repeat(2, p.dense(4, 4)) as p.AnyLayer) as p.AnyLayer),
    float(3, 4),
  ),
}

/** The state after one step of momentum towards nothing in particular, and the loss before it; dataflow. */
export const oneStep = ({ layer, input }: Family, optimizer = p.momentum(0.1)) => {
  const [start] = p.initialTrainState(layer, optimizer, input)(p.rng(7))
  const loss = (output: unknown): p.Tensor<[]> => {
    const [y] = p.leaves(output) as unknown as readonly [p.Tensor]
    return p.sum(p.mul(p.mul(y, y), dyadicLike(y, 3))) as p.Tensor<[]>
  }
  const descend = p.step({ layer, loss, optimizer })
  const [{ params, state }, { loss: value }] = descend(start, { inputs: inputOf(input, 5, distinct), targets: [] })
  return { params, state, loss: value }
}
