/**
 * A training run is a fold of a step over batches.
 *
 * The fold owns its state's storage: every step is evaluated at once, and the state before it is given up. What it hands
 * out to keep is a copy. Stopped anywhere and started again from the state and the rest of the batches, it gives the
 * same bits as without the stop.
 *
 * Laws: 1. fold over xs ++ ys = fold over ys from the end of fold over xs, bit for bit. 2. What was passed in, and every
 * snapshot, stays as it is.
 */
import { fail } from '../array/error.js'
import { item } from '../array/tensor.js'
import type { Device } from '../engine/device.js'
import { type Numbers, numbersOf, type Scalars } from './numbers.js'
import type { Step } from './step.js'

/** What happened in one step. */
export interface StepEvent<State, B, K extends string> {
  /** Steps of this fold so far, this one counted. */
  readonly count: number
  readonly batch: B
  readonly metrics: Numbers<K>
  /** The state after the step, in the device's memory: valid until the listener is done. */
  readonly state: State
  /** The state after the step, copied to the host: stays as it is for good. */
  readonly snapshot: () => Promise<State>
}

/** Told of every step; says `stop` to end the fold after it. The fold waits for a promise. */
export type StepListener<State, B, K extends string> = (
  event: StepEvent<State, B, K>,
) => 'stop' | undefined | Promise<'stop' | undefined>

export interface FoldOptions<State, B, K extends string> {
  readonly onStep?: StepListener<State, B, K>
  /** Steps between the snapshots from which a loss that is not finite is explained; 32 unless told, 0 for none. */
  readonly replay?: number
}

/** The end of a fold, on the host. */
export interface Folded<State> {
  readonly state: State
  /** Steps done. */
  readonly count: number
  /** Whether a listener stopped it before the batches were used up. */
  readonly stopped: boolean
}

interface Replay<State, B> {
  readonly from: State
  /** Batches of the steps since, the one that failed among them. */
  readonly batches: readonly B[]
}

/** Goes again to the step that failed, and looks at every part of it. */
const explain = async <State, B, K extends string>(
  device: Device,
  step: Step<State, B, Scalars<K>>,
  { from, batches }: Replay<State, B>,
): Promise<string | undefined> => {
  if (step.diagnose === undefined) return undefined
  let state = from
  for (const batch of batches.slice(0, -1)) state = (await device.evaluate({ state: step(state, batch)[0] })).state
  const findings = await device.evaluate(step.diagnose(state, batches[batches.length - 1]))
  const first = findings.find(({ notFinite }) => item(notFinite) > 0)
  return first === undefined
    ? 'all outputs of the layer are finite: the loss function itself is not'
    : `the first value that is not finite: ${first.what}, ${item(first.notFinite)} of its elements`
}

/**
 * Folds `step` over `batches` from `initial`.
 *
 * @throws PullbackError when a loss is not finite: it names the step, and the first part of the model whose output was not
 * @example
 * import { dataset, dense, epochs, fold, initialTrainState, meanSquaredError, rng, sgd, step, storedArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const layer = dense(1, 1)
 * const optimizer = sgd(0.1)
 * const descend = step({ layer, loss: meanSquaredError, optimizer })
 * const data = dataset(storedArray('float32', [4, 1], Float32Array.of(0, 1, 2, 3)), storedArray('float32', [4, 1], Float32Array.of(1, 3, 5, 7)))
 * const [start] = initialTrainState(layer, optimizer, { shape: [2, 1], dtype: 'float32' })(rng(0))
 * const batches = epochs(data, { size: 2, epochs: 50, shuffle: rng(1) })
 * const { state } = await fold(reference(), descend, start, batches)
 * state.step // => 100
 */
export const fold = async <State, B, K extends string>(
  device: Device,
  step: Step<State, B, Scalars<K>>,
  initial: State,
  batches: Iterable<B> | AsyncIterable<B>,
  { onStep, replay = 32 }: FoldOptions<State, B, K> = {},
): Promise<Folded<State>> => {
  // Values on the host: `advance` takes a copy of those of its own, so that nothing of the caller's is given up.
  let { state } = await device.read(await device.evaluate({ state: initial }))
  let back: Replay<State, B> = { from: state, batches: [] }
  // What a step leaves behind, measures too, goes with the next one: nothing waits for the garbage collector.
  let used: unknown = state
  let count = 0
  let stopped = false
  for await (const batch of batches) {
    if (replay > 0) {
      if (back.batches.length === replay) back = { from: await copied(device, state), batches: [] }
      back = { ...back, batches: [...back.batches, batch] }
    }
    const [next, measured] = step(state, batch)
    const done = await device.advance({ state: next, metrics: measured }, used)
    used = done
    state = done.state
    count += 1
    const metrics = await numbersOf(device, done.metrics)
    if ('loss' in metrics && !Number.isFinite(metrics.loss)) {
      const cause = replay > 0 ? await explain(device, step, back) : undefined
      fail(
        `step ${count}`,
        'a finite loss',
        `${String(metrics.loss)}${cause === undefined ? '' : ` (${cause})`}`,
        'Lower the rate, clip the gradients, or look at the data of this step.',
      )
    }
    const current = state
    const verdict = await onStep?.({ count, batch, metrics, state: current, snapshot: () => copied(device, current) })
    if (verdict === 'stop') {
      stopped = true
      break
    }
  }
  return { state: await copied(device, state), count, stopped }
}

const copied = async <State>(device: Device, state: State): Promise<State> => (await device.read({ state })).state
