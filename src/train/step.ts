/** One step of training as a pure function: state and batch in, next state and measures out. Dataflow; nothing runs here. */
import { fail } from '../array/error.js'
import { showShape, sizeOf } from '../array/shape.js'
import type { Tensor } from '../array/tensor.js'
import { leaves } from '../array/tree.js'
import type { Batch } from '../data/batches.js'
import { valueAndGradient } from '../diff/differentiable.js'
import type { Layer } from '../layer/layer.js'
import { applyUpdates } from '../optim/apply.js'
import type { Optimizer } from '../optim/optimizer.js'
import { type Diagnosis, diagnose } from './diagnose.js'
import type { TrainState } from './state.js'

/** A number for a batch: how far an output is from its targets. */
export type Measure<Y, T> = (output: Y, targets: T) => Tensor<[]>

/**
 * A measure whose targets' type is yet to be found. The union of the type with itself is on purpose: given one signature,
 * TypeScript adapts a generic loss such as `meanSquaredError` to it and then knows nothing of T; given two, it asks the
 * loss what its targets are.
 */
type Inferred<Y, T> = Measure<Y, T> | ((output: Y, targets: T) => Tensor<[]>)

/** Scalars that a step gives beside its state; `loss` decides whether training goes on. */
export type StepMetrics<K extends string = string> = { readonly [N in K | 'loss']: Tensor<[]> }

/** A pure transition. `diagnose`, where there is one, tells what a batch makes of a state, part by part. */
export interface Step<State, B, M> {
  (state: State, batch: B): readonly [state: State, metrics: M]
  readonly diagnose?: ((state: State, batch: B) => Diagnosis) | undefined
}

/** What a training step is made of. */
export interface StepParts<X, Y, T, P, S, K extends string> {
  readonly layer: Layer<X, Y, P, S>
  /** What the gradient is taken of. */
  readonly loss: Inferred<Y, T>
  readonly optimizer: Optimizer
  /** More measures of the outputs in training, such as `{ accuracy }`. They cost the forward pass nothing. */
  readonly metrics?: { readonly [N in K]: Inferred<Y, T> }
}

/** A mean over no examples is NaN, which is better named before it is computed. */
const checkBatch = (inputs: unknown): void => {
  const empty = leaves(inputs).find(({ shape }) => sizeOf(shape) === 0)
  if (empty !== undefined)
    fail('step', 'a batch of at least one example', showShape(empty.shape), 'Skip batches without examples.')
}

/**
 * A step of gradient descent: draw the layer, run it, pull the loss back, update the params. What `loss` and metrics
 * measure is the layer before the update.
 *
 * @throws PullbackError when a batch holds no example; and what layer, loss and optimizer throw
 * @example
 * import { dense, initialTrainState, meanSquaredError, rng, sgd, step, tensor } from 'pullback'
 *
 * const layer = dense(2, 1)
 * const optimizer = sgd(0.1)
 * const descend = step({ layer, loss: meanSquaredError, optimizer })
 * const [start] = initialTrainState(layer, optimizer, { shape: [1, 2], dtype: 'float32' })(rng(0))
 * const [next, { loss }] = descend(start, { inputs: tensor([1, 2], [1, 2]), targets: tensor([3], [1, 1]) })
 * next.step // => 1
 */
export const step = <X, Y, T, P, S, K extends string = never>({
  layer,
  loss,
  optimizer,
  metrics,
}: StepParts<X, Y, T, P, S, K>): Step<TrainState<P, S>, Batch<X, T>, StepMetrics<K>> => {
  const transition = (before: TrainState<P, S>, { inputs, targets }: Batch<X, T>) => {
    checkBatch(inputs)
    const [apply, rng] = layer.train(before.rng)
    const [output, pullback, state] = apply(before.params, before.state, inputs)
    const [value, cotangent] = valueAndGradient(loss)(output, targets)
    const [gradients] = pullback(cotangent)
    const [updates, after] = optimizer.update(gradients, before.optimizer, before.params)
    const params = applyUpdates(before.params, updates)
    const measured = Object.entries<Measure<Y, T>>(metrics ?? {}).map(([name, measure]) => [
      name,
      measure(output, targets),
    ])
    return [
      { params, state, optimizer: after, rng, step: before.step + 1 },
      { loss: value, ...Object.fromEntries(measured) } as StepMetrics<K>,
    ] as const
  }
  return Object.assign(transition, {
    diagnose: (before: TrainState<P, S>, { inputs }: Batch<X, T>): Diagnosis => diagnose(layer, before, inputs),
  })
}
