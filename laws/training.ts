/**
 * Laws of training: a run is a fold of a step over batches, and its state is all there is to know.
 *
 * 1. the same start and batches give the same bits
 * 2. fold over xs ++ ys = fold over ys from the end of the fold over xs, bit for bit
 * 3. resume: so it is when the state in between is saved and loaded
 * 4. what was passed in, and every snapshot, stays as it is
 */
import { type HostArray, leaves, toArray } from 'pullback'
import { identical } from './compare.js'
import { every, type Law, law, when } from './law.js'

/** A run: its start, its batches, its fold, and how its state is saved. */
export interface TrainingInstance<State, B> {
  /** Where a run of a seed begins, on the host. */
  readonly start: (seed: number) => State | Promise<State>
  /** Its batches: at least two. */
  readonly batches: (seed: number) => readonly B[]
  /** Runs over batches; the end, on the host. `onSnapshot` gets the state after each step, to keep. */
  readonly fold: (from: State, batches: readonly B[], onSnapshot: (snapshot: State) => void) => Promise<State>
  readonly save: (state: State) => Uint8Array | Promise<Uint8Array>
  readonly load: (bytes: Uint8Array, seed: number) => State | Promise<State>
}
/** Which run, and where it stops in between. */
export interface TrainingSample {
  readonly seed: number
  /** How many batches come before the stop. */
  readonly stop: number
}

const ignore = (): void => {}

const whole = async <State, B>({ start, batches, fold }: TrainingInstance<State, B>, seed: number): Promise<State> =>
  fold(await start(seed), batches(seed), ignore)

/** At least one batch on both sides. */
const cut = <B>(batches: readonly B[], stop: number): readonly [readonly B[], readonly B[]] => {
  const at = 1 + (stop % (batches.length - 1))
  return [batches.slice(0, at), batches.slice(at)]
}

const bitsOf = (tree: unknown): readonly HostArray[] => leaves(tree).map((x) => toArray(x))
const same = (a: readonly HostArray[], b: readonly HostArray[]): boolean =>
  a.length === b.length && a.every((values, i) => values.every((value, k) => Object.is(value, b[i][k])))

/**
 * Of a run that is a fold: the same bits again, in two parts, and when what lies between is saved and loaded.
 *
 * @example
 * import { decodeCheckpoint, dense, encodeCheckpoint, fold, initialTrainState, meanSquaredError } from 'pullback'
 * import { rng, sgd, step, tensor } from 'pullback'
 * import { cpu } from 'pullback/cpu'
 * import { runLaws, type TrainingInstance, trainingLaws, trainingRuns } from 'pullback/laws'
 *
 * const [device, layer, optimizer] = [cpu(), dense(2, 1), sgd(0.1)]
 * const spec = { shape: [4, 2], dtype: 'float32' } as const
 * const descend = step({ layer, optimizer, loss: meanSquaredError })
 * const start = (seed: number) => initialTrainState(layer, optimizer, spec)(rng(seed))[0]
 * const batch = { inputs: tensor([[1, 2], [3, 4], [5, 6], [7, 8]]), targets: tensor([[1], [0], [1], [0]]) }
 *
 * type State = ReturnType<typeof start>
 * const instance: TrainingInstance<State, typeof batch> = {
 *   start: (seed) => device.evaluate(start(seed)),
 *   batches: () => [batch, batch, batch],
 *   fold: async (from, batches, onSnapshot) => {
 *     const { state } = await fold(device, descend, from, batches, {
 *       onStep: async ({ snapshot }) => {
 *         onSnapshot(await snapshot())
 *         return undefined
 *       },
 *     })
 *     return state
 *   },
 *   save: (state) => encodeCheckpoint(state),
 *   load: (bytes, seed) => {
 *     const loaded = decodeCheckpoint(start(seed))(bytes)
 *     return loaded._tag === 'Right' ? loaded.right.tree : start(seed)
 *   },
 * }
 * await runLaws(trainingLaws<State, typeof batch>(), instance, trainingRuns, { runs: 2 })
 */
export const trainingLaws = <State, B>(): readonly Law<TrainingInstance<State, B>, TrainingSample>[] => [
  law('Training: the same start and batches give the same bits', async (instance, { seed }) =>
    identical('second run', await whole(instance, seed), await whole(instance, seed)),
  ),
  law('Training: a fold over two parts is two folds', async (instance, { seed, stop }) => {
    const { start, batches, fold } = instance
    const [before, after] = cut(batches(seed), stop)
    const half = await fold(await start(seed), before, ignore)
    return identical('the second fold', await fold(half, after, ignore), await whole(instance, seed))
  }),
  law('Training: saving and resuming changes no bit', async (instance, { seed, stop }) => {
    const { start, batches, fold, save, load } = instance
    const [before, after] = cut(batches(seed), stop)
    const half = await fold(await start(seed), before, ignore)
    const loaded = await load(await save(half), seed)
    return every([
      identical('the loaded state', loaded, half),
      identical('the resumed run', await fold(loaded, after, ignore), await whole(instance, seed)),
    ])
  }),
  law('Training: inputs and snapshots stay as they are', async ({ start, batches, fold }, { seed }) => {
    const [from, parts] = [await start(seed), batches(seed)]
    const before = [...bitsOf(from), ...bitsOf(parts)]
    const snapshots: State[] = []
    const kept: (readonly HostArray[])[] = []
    await fold(from, parts, (snapshot) => {
      snapshots.push(snapshot)
      kept.push(bitsOf(snapshot))
    })
    return every([
      when(same([...bitsOf(from), ...bitsOf(parts)], before), () => 'the start or a batch changed'),
      when(snapshots.length === parts.length, () => `${snapshots.length} snapshots of ${parts.length} steps`),
      ...snapshots.map((snapshot, i) => when(same(bitsOf(snapshot), kept[i]), () => `snapshot ${i} changed`)),
    ])
  }),
]
