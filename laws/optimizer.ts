/**
 * Laws of optimizers, on plain dataflow.
 *
 * 1. an update has the params' structure, shapes and dtypes
 * 2. resume: running over xs ++ ys is running over xs, evaluating, and running over ys, bit for bit
 * 3. composing with the identity, on either side, changes nothing, bit for bit
 * 4. a convex parabola comes down
 */
import {
  type AnyTensor,
  applyUpdates,
  chainOptimizers,
  type Device,
  identityOptimizer,
  mapTree,
  mul,
  type Optimizer,
  type OptimizerState,
  type Tensor,
  toArray,
} from 'pullback'
import { identical } from './compare.js'
import { type Law, law, when } from './law.js'
import { dyadic, dyadicLike } from './sample.js'

export interface OptimizerInstance {
  readonly device: Device
  readonly optimizer: Optimizer
  /** Steps within which a parabola comes down to a half of where it began. */
  readonly steps?: number
}
export interface OptimizerSample {
  readonly seed: number
}

interface Params {
  readonly weight: AnyTensor
  readonly bias: AnyTensor
}
interface Place {
  readonly params: Params
  readonly state: OptimizerState<Params>
}

const start = (optimizer: Optimizer, seed: number): Place => {
  const params: Params = { weight: dyadic([3, 4], 'float32', seed), bias: dyadic([4], 'float32', seed + 1) }
  return { params, state: optimizer.init(params) }
}

const advance = (optimizer: Optimizer, { params, state }: Place, gradients: Params): Place => {
  const [updates, next] = optimizer.update(gradients, state, params)
  return { params: applyUpdates(params, updates), state: next }
}

const run = (optimizer: Optimizer, from: Place, seeds: readonly number[]): Place =>
  seeds.reduce((place, seed) => advance(optimizer, place, dyadicLike(place.params, seed)), from)

/** Sum of squares on the host. */
const energy = (params: Params): number =>
  [params.weight, params.bias].reduce((total, x) => total + Array.from(toArray(x)).reduce((s, v) => s + v * v, 0), 0)

export const optimizerLaws: readonly Law<OptimizerInstance, OptimizerSample>[] = [
  law('Optimizer: an update has the shape of the params', ({ optimizer }, { seed }) => {
    const place = start(optimizer, seed)
    const [updates] = optimizer.update(dyadicLike(place.params, seed), place.state, place.params)
    const same = (a: AnyTensor, b: AnyTensor) => a.dtype === b.dtype && a.shape.join() === b.shape.join()
    return when(
      same(updates.weight, place.params.weight) && same(updates.bias, place.params.bias),
      () => 'shape or dtype differs',
    )
  }),
  law('Optimizer: stopping and resuming changes no bit', async ({ device, optimizer }, { seed }) => {
    const seeds = [seed, seed + 1, seed + 2, seed + 3]
    const whole = await device.evaluate(run(optimizer, start(optimizer, seed), seeds))
    const half = await device.evaluate(run(optimizer, start(optimizer, seed), seeds.slice(0, 2)))
    return identical('resumed run', await device.evaluate(run(optimizer, half, seeds.slice(2))), whole)
  }),
  law('Optimizer: identity is the unit of composition', async ({ device, optimizer }, { seed }) => {
    const ends = [
      optimizer,
      chainOptimizers(identityOptimizer, optimizer),
      chainOptimizers(optimizer, identityOptimizer),
    ].map((o) => run(o, start(o, seed), [seed, seed + 1]).params)
    const [alone, left, right] = await device.evaluate(ends)
    return identical('identity on the left', left, alone).holds
      ? identical('identity on the right', right, alone)
      : identical('identity on the left', left, alone)
  }),
  law('Optimizer: a parabola comes down', async ({ device, optimizer, steps = 200 }, { seed }) => {
    let place = start(optimizer, seed)
    const before = energy(place.params)
    for (let i = 0; i < steps; i++) {
      const gradients = mapTree(place.params, (x) => mul(x as Tensor, 1) as AnyTensor)
      place = await device.evaluate(advance(optimizer, place, gradients))
    }
    const after = energy(place.params)
    return when(after < before / 2, () => `x²/2 summed from ${before / 2} to ${after / 2} in ${steps} steps`)
  }),
]
