/**
 * A training run is a fold of a step over batches.
 *
 * The fold owns its state's storage: every step is evaluated at once, and the state before it is given up. What it hands
 * out to keep is a copy. Stopped anywhere and started again from the state and the rest of the batches, it gives the
 * same bits as without the stop.
 *
 * Reading a number from a GPU waits for all that it was told to do. So measures may be read some steps at a time, while
 * the steps after them run: listeners then hear of the same steps in the same order, only later.
 *
 * Laws: 1. fold over xs ++ ys = fold over ys from the end of fold over xs, bit for bit. 2. What was passed in, and every
 * snapshot, stays as it is. 3. `readEvery` and `settle` change no bit of states and measures.
 */
import { barrier } from '../array/control.js'
import { fail } from '../array/error.js'
import { type AnyTensor, hostData, leaf, nodeOf, tensorOf } from '../array/tensor.js'
import { leaves, unflatten } from '../array/tree.js'
import type { Device } from '../engine/device.js'
import { type Numbers, numbersOfEach, type Scalars } from './numbers.js'
import { computesAtOnce, replaying } from './replay.js'
import type { Step } from './step.js'

/** What happened in one step. */
export interface StepEvent<State, B, K extends string> {
  /** Steps of this fold so far, this one counted. */
  readonly count: number
  readonly batch: B
  readonly metrics: Numbers<K>
  /**
   * Whether no step after this one has begun, so that its arrays are there. Always so unless `readEvery` is above 1; then
   * at the steps that `settle` names, and at the last one.
   */
  readonly settled: boolean
  /**
   * The state after the step, in the device's memory: valid until the listener is done. Where the event is not settled
   * only what is no array, such as the number of steps, can be used.
   */
  readonly state: State
  /** The state after the step, copied to the host: stays as it is for good. Rejects where the event is not settled. */
  readonly snapshot: () => Promise<State>
}

/**
 * Told of every step; says `stop` to end the fold after it, or after the steps that have begun by then: it is told of
 * those, too. The fold waits for a promise.
 */
export type StepListener<State, B, K extends string> = (
  event: StepEvent<State, B, K>,
) => 'stop' | undefined | Promise<'stop' | undefined>

/** Who is told of steps, how many run before one is read, and when snapshots are taken. */
export interface FoldOptions<State, B, K extends string> {
  readonly onStep?: StepListener<State, B, K>
  /**
   * How many steps' measures are read together, while as many steps more run. 1 unless told: every step is read, and its
   * event settled, before the next one begins. Where nobody listens, and the device does not compute at once, it is 16.
   */
  readonly readEvery?: number
  /** Names steps, by their number and batch, after which all is read before the next one begins. */
  readonly settle?: (count: number, batch: B) => boolean
  /** Steps between the snapshots from which a loss that is not finite is explained; 32 unless told, 0 for none. */
  readonly replay?: number
  /**
   * Gets those snapshots, and how many steps came before each, once they are on the host. Should the device be lost, and
   * all that is in its memory with it, another fold goes on from the last one, to the same bits. To have the last
   * completed step itself, await `snapshot()` of every event: the price is that every step reads the whole state.
   */
  readonly onSnapshot?: (state: State, count: number) => void | Promise<void>
}

/** The end of a fold, on the host. */
export interface Folded<State> {
  readonly state: State
  /** Steps done. */
  readonly count: number
  /** Whether a listener stopped it before the batches were used up. */
  readonly stopped: boolean
}

/** A step that was begun, and not yet told of. */
interface Begun<State, B, K extends string> {
  readonly count: number
  readonly batch: B
  readonly state: State
  readonly metrics: Scalars<K>
}
/** Steps whose measures are on their way. */
interface Asked<State, B, K extends string> {
  readonly steps: readonly Begun<State, B, K>[]
  readonly numbers: Promise<readonly Numbers<K>[]>
}

/**
 * Folds `step` over `batches` from `initial`.
 *
 * @throws PullbackError when a loss is not finite: it names the step, and the first part of the model whose output was
 * not; and when `readEvery` is no whole number from 1 on, or `replay` none from 0 on
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
  options: FoldOptions<State, B, K> = {},
): Promise<Folded<State>> => {
  const { onStep, settle, onSnapshot, replay: interval = 32 } = options
  const { readEvery = onStep === undefined && !computesAtOnce(device) ? 16 : 1 } = options
  if (!(Number.isInteger(readEvery) && readEvery >= 1))
    fail('fold: readEvery', 'a whole number from 1 on', String(readEvery), 'Count the steps that are read together.')
  if (!(Number.isInteger(interval) && interval >= 0))
    fail('fold: replay', 'a whole number from 0 on', String(interval), 'Count the steps between snapshots; 0 for none.')
  // A copy to replay from is read before the first step, for which a device that answers later should not have to wait.
  let state: State =
    interval === 0 || computesAtOnce(device)
      ? await computed(device, initial)
      : await copied(device, (await device.evaluate({ state: initial })).state)
  let count = 0
  let told = 0
  let stopped = false
  let waiting: readonly Begun<State, B, K>[] = []
  let asked: Asked<State, B, K> | undefined
  // What nobody needs any more, measures that were read too, goes with the next step: nothing waits for the garbage
  // collector.
  let spent: readonly unknown[] = []
  const onHost = interval === 0 ? state : await copied(device, state)
  const replay = replaying(device, step, interval, onHost, (copy) => {
    spent = [...spent, copy]
  })

  /** What the next step may take the place of. A measure may be a part of the state: unread, it stays. */
  const donated = (): unknown => {
    const unread = new Set(leaves([waiting, asked?.steps ?? []].map((steps) => steps.map(({ metrics }) => metrics))))
    return [spent, unread.size === 0 ? state : leaves(state).filter((x) => !unread.has(x))]
  }

  /** Begins to read what is waiting, and gives what was being read before. */
  const ask = (): Asked<State, B, K> | undefined => {
    const before = asked
    const numbers = numbersOfEach(
      device,
      waiting.map(({ metrics }) => metrics),
    )
    // Whoever waits for it hears of it; should the fold end first, nobody does.
    numbers.catch(() => {})
    asked = { steps: waiting, numbers }
    waiting = []
    return before
  }

  const tell = async (group: Asked<State, B, K> | undefined): Promise<void> => {
    if (group === undefined) return
    const numbers = await group.numbers
    if (group === asked) asked = undefined
    for (const [i, done] of group.steps.entries()) {
      const metrics = numbers[i]
      if ('loss' in metrics && !Number.isFinite(metrics.loss)) await failure(done.count, metrics.loss as number)
      const settled = done.count === count
      const snapshot = async (): Promise<State> => (settled ? copied(device, done.state) : unsettled(done.count))
      const verdict = await onStep?.({
        count: done.count,
        batch: done.batch,
        metrics,
        settled,
        state: done.state,
        snapshot,
      })
      if (verdict === 'stop') stopped = true
      told = done.count
    }
    spent = [...spent, ...group.steps.map(({ metrics }) => metrics)]
  }
  const tellAll = async (): Promise<void> => {
    if (asked !== undefined) await tell(asked)
    if (waiting.length > 0) ask()
    await tell(asked)
  }

  const failure = async (failed: number, loss: number): Promise<never> => {
    const cause = await replay.explain(failed)
    return fail(
      `step ${failed}`,
      'a finite loss',
      `${String(loss)}${cause === undefined ? '' : ` (${cause})`}`,
      'Lower the rate, clip the gradients, or look at the data of this step.',
    )
  }

  /** A function of its own: while this one waits, what stands in its variables is alive, and a step's graph shall not be. */
  const begin = (batch: B): Promise<{ readonly state: State; readonly metrics: Scalars<K> }> => {
    const [next, metrics] = step(state, batch)
    const made = ownedBy(state, { state: next, metrics })
    const gone = donated()
    spent = []
    return device.advance(made, gone)
  }

  for await (const batch of batches) {
    for (const snapshot of replay.taken()) await onSnapshot?.(snapshot.state, snapshot.count)
    await replay.note(state, batch, told)
    const done = await begin(batch)
    state = done.state
    count += 1
    waiting = [...waiting, { count, batch, ...done }]
    if (readEvery === 1 || settle?.(count, batch) === true) await tellAll()
    else if (waiting.length === readEvery) await tell(ask())
    if (stopped) break
  }
  await tellAll()
  return { state: await copied(device, state), count, stopped }
}

/**
 * The state to begin with, of which nothing is the caller's, for it will be given up: what is yet to be computed is
 * computed into the device's memory, and values are on the host, so that `advance` takes a copy of its own.
 */
const computed = async <State>(device: Device, initial: State): Promise<State> => {
  const given = leaves(initial)
  const [pending, values] = [given.filter((x) => !isValue(x)), given.filter(isValue)]
  const made = pending.length === 0 ? [] : await device.advance(pending, [])
  const read = values.length === 0 ? [] : (await device.read(values)).map(leafOfItsOwn)
  let [next, nextValue] = [0, 0]
  return unflatten(
    initial,
    given.map((x) => (isValue(x) ? read[nextValue++] : made[next++])),
  )
}

const sourceOf = (x: AnyTensor): AnyTensor => {
  let node = nodeOf(x)
  while (node.op === 'alias') node = node.input(0)
  return tensorOf(node)
}
const isValue = (x: AnyTensor): boolean => nodeOf(sourceOf(x)).op === 'data'

/** The same array of the host, of which no device has a copy yet. */
const leafOfItsOwn = (x: AnyTensor): AnyTensor => leaf({ kind: 'host', data: hostData(x)! }, x.shape, x.dtype)

/**
 * What a step made, of which nothing is anybody else's, for it will be given up: values that are no part of the state
 * before it, such as a batch or a constant, are copied.
 */
const ownedBy = <T>(state: unknown, made: T): T => {
  const given = leaves(made)
  if (!given.some(isValue)) return made
  const own = new Set(leaves(state).map(sourceOf))
  const owned = (x: AnyTensor): AnyTensor => {
    const source = sourceOf(x)
    if (!isValue(x) || own.has(source)) return x
    return hostData(source) === undefined ? barrier(x) : leafOfItsOwn(source)
  }
  return unflatten(made, given.map(owned))
}

const copied = async <State>(device: Device, state: State): Promise<State> => (await device.read({ state })).state

const unsettled = (count: number): never =>
  fail(
    `step ${count}: snapshot`,
    'a step that is settled',
    'one that was read when its state had been given up to the step after it',
    'Name the steps whose state you need: settle: (count) => count % 100 === 0.',
  )
