/** Wiring of layers, in both directions. An error stands at the layer that does not fit. */
import {
  avgPool2d,
  batchNorm,
  binaryCrossEntropy,
  type ConvParams,
  cast,
  chain,
  concat,
  conv2d,
  convTranspose2d,
  crossEntropy,
  type DenseParams,
  dense,
  dropout,
  embedding,
  type Frozen,
  fanOut,
  flatten,
  freeze,
  fromFunction,
  gelu,
  globalAvgPool2d,
  globalMaxPool2d,
  groupNorm,
  gru,
  identity,
  inferring,
  input,
  type Layer,
  type LstmCarry,
  lastStep,
  layerNorm,
  linear,
  lstm,
  maxout,
  maxPool2d,
  meanSquaredError,
  multiclassHinge,
  type None,
  type NormParams,
  type NormState,
  named,
  prelu,
  relu,
  repeat,
  reshape,
  residual,
  rnn,
  selfAttention,
  sequence,
  shared,
  sigmoid,
  sin,
  softmax,
  type Tensor,
  tanh,
  zeros,
} from 'pullback'
import { is } from './is.js'

type LayerOf<L> = L extends Layer<infer X, infer Y, infer P, infer S> ? [X, Y, P, S] : never
type InputOf<L> = LayerOf<L>[0]
type OutputOf<L> = LayerOf<L>[1]
type ParamsOf<L> = LayerOf<L>[2]
type StateOf<L> = LayerOf<L>[3]
declare const of: <T>() => T
declare const n: number

// ---- chains know their shapes, params and states ----
const mlp = chain(dense(784, 256), relu(), dense(256, 10))
is<
  Layer<
    Tensor<[number, 784]>,
    Tensor<[number, 10]>,
    [DenseParams<784, 256>, None, DenseParams<256, 10>],
    [None, None, None]
  >
>()(mlp)
is<Tensor<[256, 784]>>()(of<ParamsOf<typeof mlp>>()[0].weight)
is<Tensor<[10]>>()(of<ParamsOf<typeof mlp>>()[2].bias)

const cnn = named(
  { conv1: conv2d({ in: 1, out: 16, kernel: 3, padding: 1 }) },
  { norm1: batchNorm(16) },
  { relu1: relu() },
  { pool1: maxPool2d(2) },
  { block: residual(chain(conv2d({ in: 16, out: 16, kernel: 3, padding: 'same' }), relu())) },
  { pool2: avgPool2d({ kernel: 2, countIncludePad: false }) },
  { flat: flatten() },
  { drop: dropout(0.5) },
  { fc: dense(784, 10) },
)
is<Tensor<[number, 1, number, number]>>()(of<InputOf<typeof cnn>>())
is<Tensor<[number, 10]>>()(of<OutputOf<typeof cnn>>())
is<ConvParams<1, 16, 3>>()(of<ParamsOf<typeof cnn>['conv1']>())
is<Tensor<[16, 1, 3, 3]>>()(of<ParamsOf<typeof cnn>['conv1']['weight']>())
is<NormParams<16>>()(of<ParamsOf<typeof cnn>['norm1']>())
is<NormState<16>>()(of<StateOf<typeof cnn>['norm1']>())
is<DenseParams<784, 10>>()(of<ParamsOf<typeof cnn>['fc']>())
// @ts-expect-error no such layer
type Missing = ParamsOf<typeof cnn>['conv2']

export type { Missing }

// ---- options show in the params ----
const bare = dense(4, 3, { bias: false })
// @ts-expect-error it has no bias
of<ParamsOf<typeof bare>>().bias
const wide = conv2d({ in: 3, out: 8, kernel: [3, 5], bias: false })
is<Tensor<[8, 3, 3, 5]>>()(of<ParamsOf<typeof wide>['weight']>())
const grouped = conv2d({ in: 4, out: 8, kernel: 3, groups: 2 })
is<Tensor<[8, number, 3, 3]>>()(of<ParamsOf<typeof grouped>['weight']>())
is<Tensor<[5]>>()(of<ParamsOf<ReturnType<typeof fivefold>>['alpha']>())
const fivefold = () => prelu({ channels: 5 })

// ---- sequences, attention, tuples ----
const lm = chain(
  embedding(1000, 64),
  residual(chain(linear(64, 256), gelu(), linear(256, 64))),
  residual(chain(layerNorm(64), selfAttention({ features: 64, heads: 4 }))),
  linear(64, 1000),
)
is<Tensor<[number, number], 'int32'>>()(of<InputOf<typeof lm>>())
is<Tensor<[number, number, 1000]>>()(of<OutputOf<typeof lm>>())
const gpt = chain(
  input<[number, number, 64]>(),
  repeat(12, residual(chain(linear(64, 256), relu(), linear(256, 64)))),
  linear(64, 1000),
)
is<Tensor<[number, number, 1000]>>()(of<OutputOf<typeof gpt>>())
is<readonly [DenseParams<64, 256>, None, DenseParams<256, 64>][]>()(of<ParamsOf<typeof gpt>[1]>())
const classifier = chain(sequence(lstm(32, 128)), lastStep(), dense(128, 10))
is<Tensor<[number, number, 32]>>()(of<InputOf<typeof classifier>>())
is<Tensor<[number, 10]>>()(of<OutputOf<typeof classifier>>())
is<readonly [Tensor<[number, number, 3]>, LstmCarry<number, 5>]>()(of<InputOf<ReturnType<typeof cell>>>())
const cell = () => lstm(3, 5)
export const stacked = chain(sequence(gru(8, 16)), sequence(rnn(16, 4)), lastStep(), dense(4, 2))
const two = fanOut(dense(4, 3), dense(4, 5))
is<readonly [Tensor<[number, 3]>, Tensor<[number, 5]>]>()(of<OutputOf<typeof two>>())
export const joined = chain(fanOut(dense(4, 3), dense(4, 5)), concat(1), dense(8, 2))
const twins = shared(2, dense(4, 3))
is<readonly [Tensor<[number, 4]>, Tensor<[number, 4]>]>()(of<InputOf<typeof twins>>())
is<DenseParams<4, 3>>()(of<ParamsOf<typeof twins>>())

// ---- modes, projections, functions ----
const tuned = chain(freeze(dense(784, 256)), relu(), dense(256, 10))
is<[None, None, DenseParams<256, 10>]>()(of<ParamsOf<typeof tuned>>())
is<Frozen<DenseParams<784, 256>, None>>()(of<StateOf<typeof tuned>[0]>())
export const held = chain(conv2d({ in: 1, out: 4, kernel: 3 }), inferring(batchNorm(4)), relu())
const half = residual(conv2d({ in: 4, out: 8, kernel: 3, stride: 2 }), conv2d({ in: 4, out: 8, kernel: 1, stride: 2 }))
is<ConvParams<4, 8, 1>>()(of<ParamsOf<typeof half>['projection']>())
export const wave = chain(
  dense(2, 3),
  fromFunction((x: Tensor<[number, 3]>): Tensor<[number, 3]> => sin(x)),
  dense(3, 1),
)
export const decoder = chain(
  dense(10, 64),
  reshape([4, 4, 4]),
  convTranspose2d({ in: 4, out: 1, kernel: 2, stride: 2 }),
)
export const activations = chain(
  dense(2, 3),
  tanh(),
  sigmoid(),
  softmax(),
  prelu(),
  identity(),
  maxout({ in: 3, out: 2 }),
  dense(2, 1),
)
export const norms = chain(
  conv2d({ in: 1, out: 4, kernel: 3 }),
  groupNorm(4, { groups: 2 }),
  fanOut(globalAvgPool2d(), globalMaxPool2d()),
  concat(1),
  dense(4, 2),
)

// ---- layers of sizes known at run time ----
export const block = <C extends number>(c: C) =>
  residual(chain(conv2d({ in: c, out: c, kernel: 3, padding: 1 }), batchNorm(c), relu()))
export const resnet = chain(conv2d({ in: 3, out: 64, kernel: 7 }), block(64), block(64), flatten(), dense(n, 10))
export const dynamic = chain(dense(n, 16), relu(), dense(16, n), dense(7, 3))
// a layer made elsewhere: its shape is unknown, so it fits, and the chain forgets the shape there
const act = relu()
export const loose = chain(dense(784, 256), act, dense(128, 10))

// ---- a layer written by a user ----
const scale = <T extends Tensor>(_: number): Layer<T, T, None, None> => ({
  init: (output) => (rng) => [{ params: {}, state: {}, output }, rng],
  train: (rng) => [(params, state, x) => [x, (cotangent) => [params, cotangent], state], rng],
  infer: (params, state, x) => [x, (cotangent) => [params, cotangent], state],
})
is<Layer<Tensor<[number, 2]>, Tensor<[number, 4]>, [DenseParams<2, 3>, None, DenseParams<3, 4>], [None, None, None]>>()(
  chain(dense(2, 3), scale(2), dense(3, 4)),
)

// ---- functions of arrays under the names of layers ----
is<Tensor<[2, 3]>>()(relu(zeros([2, 3])))
is<Tensor<[2, 3], 'float64'>>()(tanh(zeros([2, 3], 'float64')))
is<Tensor<[2, 3]>>()(softmax(zeros([2, 3]), 0))
is<Tensor<[2, 3]>>()(gelu(zeros([2, 3]), { approximate: 'tanh' }))
is<Tensor<[2, 4, number, number]>>()(maxPool2d(zeros([2, 4, 6, 6]), 2))
// @ts-expect-error integers
relu(zeros([2, 3], 'int32'))
// @ts-expect-error images have rank 4
maxPool2d(zeros([2, 3]), 2)

// ---- what does not fit ----
// @ts-expect-error 256 and 128, through relu
chain(dense(784, 256), relu(), dense(128, 10))
chain(
  conv2d({ in: 1, out: 16, kernel: 3 }),
  relu(),
  maxPool2d(2),
  // @ts-expect-error 16 and 8 channels: reported at this layer
  conv2d({ in: 8, out: 32, kernel: 3 }),
  relu(),
  flatten(),
  dense(784, 128),
  dense(128, 10),
)
named(
  { a: conv2d({ in: 1, out: 16, kernel: 3 }) },
  { b: relu() },
  // @ts-expect-error 16 and 8 channels: reported at this key
  { c: batchNorm(8) },
  { d: relu() },
)
// @ts-expect-error 4 and 3 features of the batch norm
chain(dense(2, 4), batchNorm(3))
// @ts-expect-error 64 and 32 features of the layer norm
chain(input<[number, number, 64]>(), layerNorm(32))
// @ts-expect-error rank 4 to rank 2: a forgotten flatten
chain(conv2d({ in: 1, out: 16, kernel: 3 }), relu(), dense(784, 10))
// @ts-expect-error rank 2 to rank 4
chain(dense(784, 256), maxPool2d(2))
const whole = fromFunction((x: Tensor<[number, 3]>) => cast(x, 'int32'))
// @ts-expect-error integers to a dense layer
chain(whole, dense(3, 2))
// @ts-expect-error floats to an embedding
chain(dense(3, 2), embedding(10, 4))
// @ts-expect-error input and output of the inner layer differ
chain(conv2d({ in: 1, out: 16, kernel: 3 }), residual(conv2d({ in: 16, out: 32, kernel: 3 })))
// @ts-expect-error 8 and 16 channels of projection and body
residual(conv2d({ in: 4, out: 16, kernel: 1 }), conv2d({ in: 4, out: 8, kernel: 1 }))
// @ts-expect-error branches of other inputs
fanOut(dense(4, 3), dense(5, 3))
// @ts-expect-error 64 and 32 inside a block written for any C
export const wrong = <C extends number>(c: C) => chain(dense(c, 64), dense(32, c))
// @ts-expect-error 785 features
mlp.infer(of<ParamsOf<typeof mlp>>(), of<StateOf<typeof mlp>>(), zeros([32, 785]))
// @ts-expect-error params of another model
mlp.infer(of<ParamsOf<typeof tuned>>(), of<StateOf<typeof mlp>>(), zeros([32, 784]))
// @ts-expect-error no such option
groupNorm(6, { group: 3 })
// @ts-expect-error 64 and 32 features of the sequence
chain(sequence(lstm(32, 64)), lastStep(), dense(32, 10))

// ---- losses never broadcast ----
is<Tensor<[]>>()(crossEntropy(zeros([32, 10]), zeros([32], 'int32')))
is<Tensor<[]>>()(crossEntropy(zeros([32, 10]), zeros([32, 10])))
is<Tensor<[]>>()(crossEntropy(zeros([5, 32, 10]), zeros([5, 32], 'int32')))
is<Tensor<[32]>>()(crossEntropy(zeros([32, 10]), zeros([32], 'int32'), { reduction: 'none' }))
is<Tensor<[]>>()(multiclassHinge(zeros([32, 10]), zeros([32], 'int32'), { margin: 2 }))
is<Tensor<[4, 2]>>()(meanSquaredError(zeros([4, 2]), zeros([4, 2]), { reduction: 'none' }))
is<Tensor<[]>>()(binaryCrossEntropy(zeros([4, 2]), zeros([n, 2])))
// @ts-expect-error 31 labels
crossEntropy(zeros([32, 10]), zeros([31], 'int32'))
// @ts-expect-error float labels
crossEntropy(zeros([32, 10]), zeros([32]))
// @ts-expect-error 9 probabilities
crossEntropy(zeros([32, 10]), zeros([32, 9]))
// @ts-expect-error labels with an axis of 1
crossEntropy(zeros([32, 10]), zeros([32, 1], 'int32'))
// @ts-expect-error a target of rank 1
meanSquaredError(zeros([4, 1]), zeros([4]))
// @ts-expect-error integers
binaryCrossEntropy(zeros([4]), zeros([4], 'int32'))
