/** What belongs to one model does not compile with another: optimizer states, training states, checkpoints, averages. */
import {
  adam,
  applyUpdates,
  chain,
  conv2d,
  crossEntropy,
  decodeCheckpoint,
  dense,
  exponentialAverage,
  flatten,
  initialAverage,
  initialTrainState,
  type Layer,
  named,
  type OptimizerState,
  relu,
  rng,
  type StepMetrics,
  step,
  type Tensor,
  type TrainState,
  zeros,
} from 'pullback'
import { is } from './is.js'

declare const of: <T>() => T
type ParamsOf<L> = L extends Layer<infer _X, infer _Y, infer P, infer _S> ? P : never

const optimizer = adam()
const mlp = chain(dense(784, 256), relu(), dense(256, 10))
const wider = chain(dense(784, 300), relu(), dense(300, 10))
const deeper = chain(dense(784, 256), relu(), dense(256, 256), relu(), dense(256, 10))
const lenet = named({ conv: conv2d({ in: 1, out: 6, kernel: 5 }) }, { flat: flatten() }, { head: dense(3456, 10) })
const unbiased = chain(dense(784, 256, { bias: false }), relu(), dense(256, 10))
const params = of<ParamsOf<typeof mlp>>()
const state = optimizer.init(params)

// ---- optimizer states ----
is<OptimizerState<ParamsOf<typeof mlp>>>()(state)
is<readonly [updates: ParamsOf<typeof mlp>, state: OptimizerState<ParamsOf<typeof mlp>>]>()(
  optimizer.update(params, state, params),
)
// @ts-expect-error a model of another width
optimizer.update(params, optimizer.init(of<ParamsOf<typeof wider>>()), params)
// @ts-expect-error a model of another depth
optimizer.update(params, optimizer.init(of<ParamsOf<typeof deeper>>()), params)
// @ts-expect-error a record of layers for a tuple of them
optimizer.update(params, optimizer.init(of<ParamsOf<typeof lenet>>()), params)
// @ts-expect-error a layer without bias
optimizer.update(params, optimizer.init(of<ParamsOf<typeof unbiased>>()), params)
// @ts-expect-error gradients of another model
optimizer.update(of<ParamsOf<typeof wider>>(), state, params)
// @ts-expect-error updates of another model
applyUpdates(params, of<ParamsOf<typeof wider>>())
// @ts-expect-error parameters in place of a state
optimizer.update(params, params, params)

// ---- training states ----
const descend = step({ layer: mlp, loss: crossEntropy, optimizer })
const batch = { inputs: zeros([32, 784]), targets: zeros([32], 'int32') }
const [start] = initialTrainState(mlp, optimizer, { shape: [32, 784], dtype: 'float32' })(rng(0))
const [after, metrics] = descend(start, batch)
is<typeof start>()(after)
is<StepMetrics<never>>()(metrics)
is<Tensor<[]>>()(metrics.loss)
const [other] = initialTrainState(wider, optimizer, { shape: [32, 784], dtype: 'float32' })(rng(0))
// @ts-expect-error the training state of another model
descend(other, batch)
// @ts-expect-error the optimizer's state of another model
descend({ ...start, optimizer: other.optimizer }, batch)
// @ts-expect-error images of another size
descend(start, { ...batch, inputs: zeros([32, 783]) })
// @ts-expect-error images that were not flattened
descend(start, { ...batch, inputs: zeros([32, 1, 28, 28]) })
// @ts-expect-error no such measure
void metrics.accuracy

// ---- checkpoints and averages ----
const read = decodeCheckpoint(start)(new Uint8Array())
if (read._tag === 'Right') is<typeof start>()(read.right.tree)
// @ts-expect-error the checkpoint of another model
export const mixed: TrainState<ParamsOf<typeof wider>, unknown> = read._tag === 'Right' ? read.right.tree : other
export const averaged: ParamsOf<typeof mlp> = exponentialAverage(0.99)(initialAverage(params), params).params
// @ts-expect-error the average of another model
exponentialAverage(0.99)(initialAverage(params), of<ParamsOf<typeof wider>>())
