/** All that a training run knows, as one value: from it alone the run goes on, to the same bits. */
import type { Layer, Spec } from '../layer/layer.js'
import type { Optimizer, OptimizerState } from '../optim/optimizer.js'
import { type Random, type Rng, split } from '../random/rng.js'

/** All that training carries from step to step: a plain value, which can be saved. */
export interface TrainState<P, S> {
  readonly params: P
  /** What layers keep beside their params, such as running statistics. */
  readonly state: S
  readonly optimizer: OptimizerState<P>
  /** For what training draws: dropout masks and the like. */
  readonly rng: Rng
  /** Steps done. */
  readonly step: number
}

/**
 * Where training begins: params and state drawn for inputs of a spec, and a generator of the run's own.
 *
 * @example
 * import { dense, initialTrainState, rng, sgd } from 'pullback'
 *
 * const [start] = initialTrainState(dense(2, 1), sgd(0.1), { shape: [4, 2], dtype: 'float32' })(rng(0))
 */
export const initialTrainState =
  <X, Y, P, S>(layer: Layer<X, Y, P, S>, optimizer: Optimizer, input: Spec): Random<TrainState<P, S>> =>
  (generator) => {
    const [{ params, state }, drawn] = layer.init(input)(generator)
    const [own, next] = split(drawn)
    return [{ params, state, optimizer: optimizer.init(params), rng: own, step: 0 }, next]
  }
