/** A law of optimizers: the trajectory is that of the published rule, written for one number. */
import {
  type AnyTensor,
  applyUpdates,
  type Device,
  type Optimizer,
  type OptimizerState,
  tensor,
  toArray,
} from 'pullback'
import { close, type Tolerance } from './compare.js'
import { type Law, law } from './law.js'
import { dyadic } from './sample.js'

/** The update of one number, for its gradient and its value. */
export type ScalarRule = (gradient: number, param: number) => number

/** An optimizer, and its rule. */
export interface TrajectoryInstance {
  /** The reference device, for float64. */
  readonly device: Device
  readonly optimizer: Optimizer
  /** A rule that remembers, for each number anew: plain arithmetic, apart from the library. */
  readonly rule: () => ScalarRule
  readonly tolerance: Tolerance
}
/** What params and gradients are drawn from. */
export interface TrajectorySample {
  readonly seed: number
}

const [size, steps] = [3, 8]

/** Eight steps of an optimizer are those of the published rule, written for one number, within the tolerance. */
export const trajectoryLaw: Law<TrajectoryInstance, TrajectorySample> = law(
  'Optimizer: the trajectory is that of the published rule',
  async ({ device, optimizer, rule, tolerance }, { seed }) => {
    const start = dyadic([size], 'float64', seed)
    const gradients = Array.from({ length: steps }, (_, i) => dyadic([size], 'float64', seed + 1 + i))
    let params = start
    let state: OptimizerState<AnyTensor> = optimizer.init(start)
    for (const gradient of gradients) {
      const [updates, next] = optimizer.update(gradient, state, params)
      const after = await device.evaluate({ params: applyUpdates(params, updates), state: next })
      params = after.params
      state = after.state
    }
    const wanted = Array.from(toArray(start), (from, k) => {
      const next = rule()
      return gradients.reduce((param, gradient) => param + next(toArray(gradient)[k], param), from)
    })
    return close(tolerance)('params', params, tensor(wanted, [size], 'float64'))
  },
)
