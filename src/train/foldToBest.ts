/** A fold that looks at what is held out: it keeps the best state, and may stop when there is nothing better to come. */
import { fail } from '../array/error.js'
import type { Device } from '../engine/device.js'
import { initialWatch, observe, patienceLeft, type Watch, type WatchOptions } from './earlyStopping.js'
import { type Folded, type FoldOptions, fold } from './fold.js'
import type { Scalars } from './numbers.js'
import type { Step } from './step.js'

/** The state that did best so far, on the host. */
export interface Best<State> {
  readonly state: State
  /** What it was measured to be. */
  readonly value: number
  /** Steps of its fold up to it. */
  readonly count: number
}

/** What is watched, how often, and when a fold stops. */
export interface BestOptions<State, B, K extends string> extends FoldOptions<State, B, K>, WatchOptions {
  /** A measure of a state on examples that it does not learn from, such as the loss of `evaluate`. */
  readonly validate: (state: State) => Promise<number>
  /** Steps between validations. */
  readonly every: number
  /** How many validations in a row may bring no improvement before the fold stops; any number unless told. */
  readonly patience?: number
  /** What an earlier part of the run came to: validations are counted from there. */
  readonly from?: Pick<FoldedToBest<State>, 'best' | 'watch'>
  /** Told of every validation. */
  readonly onValidation?: (watch: Watch, value: number) => void
}

/** What a fold came to, and the best state on its way. */
export interface FoldedToBest<State> extends Folded<State> {
  /** Undefined where there was no validation, or none gave a number. */
  readonly best: Best<State> | undefined
  readonly watch: Watch
}

/**
 * As `fold`, with a validation every so many steps: the snapshot of the best is kept, and `patience` stops early.
 *
 * @throws PullbackError as `fold`, and when `every` or `patience` is no whole number from 1 on
 * @example
 * import { crossEntropy, dataset, dense, batches, epochs, evaluate, foldToBest, initialTrainState, rng, sgd, step, storedArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const device = reference()
 * const layer = dense(1, 2)
 * const optimizer = sgd(0.1)
 * const data = dataset(storedArray('float32', [4, 1], Float32Array.of(0, 1, 2, 3)), storedArray('int32', [4], Int32Array.of(0, 0, 1, 1)))
 * const [start] = initialTrainState(layer, optimizer, { shape: [2, 1], dtype: 'float32' })(rng(0))
 * const descend = step({ layer, optimizer, loss: crossEntropy })
 * const { best } = await foldToBest(device, descend, start, epochs(data, { size: 2, epochs: 5 }), {
 *   better: 'less',
 *   every: 2,
 *   patience: 3,
 *   validate: async (state) => (await evaluate(device, layer, state, batches(data, { size: 4 }), { loss: crossEntropy })).loss,
 * })
 * best?.count // => 10
 */
export const foldToBest = async <State, B, K extends string>(
  device: Device,
  step: Step<State, B, Scalars<K>>,
  initial: State,
  batches: Iterable<B> | AsyncIterable<B>,
  {
    validate,
    every,
    patience,
    better,
    least = 0,
    from,
    onValidation,
    onStep,
    settle,
    ...rest
  }: BestOptions<State, B, K>,
): Promise<FoldedToBest<State>> => {
  for (const [name, value] of Object.entries({ every, patience: patience ?? 1 }))
    if (!(Number.isInteger(value) && value >= 1))
      fail(`foldToBest: ${name}`, 'a whole number from 1 on', String(value), 'Count steps and validations.')
  let watch = from?.watch ?? initialWatch
  let best = from?.best
  const folded = await fold(device, step, initial, batches, {
    ...rest,
    // The state that is validated must be there.
    settle: (count, batch) => count % every === 0 || settle?.(count, batch) === true,
    onStep: async (event) => {
      const verdict = await onStep?.(event)
      if (event.count % every !== 0) return verdict
      const value = await validate(event.state)
      watch = observe({ better, least })(watch, value)
      if (watch.improved) best = { state: await event.snapshot(), value, count: event.count }
      onValidation?.(watch, value)
      return patience !== undefined && patienceLeft(patience, watch) === 0 ? 'stop' : verdict
    },
  })
  return { ...folded, best, watch }
}
