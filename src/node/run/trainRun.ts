/**
 * Trains a run in its folder: the fold, with what a person wants of it around it.
 *
 * Law: a run that was stopped or killed at any moment, and was continued, ends in the bits of one that was not. What the
 * steps depend on is in the checkpoint, which is written whole; the place in the data is the number of the step.
 */
import { existsSync } from 'node:fs'
import { type Either, left, mapLeft, right } from '#fp/Either'
import { pipe } from '#fp/function'
import { chain, mapLeft as mapLeftTask, type TaskEither } from '#fp/TaskEither'
import type { Shape } from '../../array/shape.js'
import type { Tensor } from '../../array/tensor.js'
import { batchCount, batches, type EpochBatch, epochs } from '../../data/batches.js'
import type { Dataset } from '../../data/dataset.js'
import type { Device } from '../../engine/device.js'
import type { Layer } from '../../layer/layer.js'
import type { Optimizer } from '../../optim/optimizer.js'
import { curves, type EpochRecord } from '../../plot/curves.js'
import { foldIn, type Rng } from '../../random/rng.js'
import { decodeCheckpoint, encodeCheckpoint } from '../../train/checkpoint.js'
import { evaluate } from '../../train/evaluate.js'
import { fingerprint } from '../../train/fingerprint.js'
import { fold, type StepEvent } from '../../train/fold.js'
import { computesAtOnce } from '../../train/replay.js'
import { initialTrainState, type TrainState } from '../../train/state.js'
import { type Measure, step } from '../../train/step.js'
import { attempt, type Must } from '../attempt.js'
import { badFormat, type FileError, fileError } from '../file/fileError.js'
import { appendJsonLines, type JsonRecord, readJsonLines, truncateJsonLines } from '../file/jsonLines.js'
import { readFile } from '../file/readFile.js'
import { writeFileAtomic, writeTextAtomic } from '../file/writeFileAtomic.js'
import type { Interrupt } from '../interrupt.js'
import { type Progress, showMeasures } from '../progress.js'
import { sha256 } from '../sha256.js'
import { renderSvg } from '../svg.js'
import { readMeasures, writtenMeasures } from './measures.js'
import { addBatch, meansOf, noSums, notesOf, type Position, positionOf, startPosition } from './position.js'
import { type Run, type RunRecord, writeRecord } from './record.js'

type Labels = Tensor<Shape, 'int32'>
type LabelledBatch = EpochBatch<Tensor, Labels>

/** All that a run of a classifier is made of. */
export interface Training<P, S> {
  readonly layer: Layer<Tensor, Tensor, P, S>
  readonly optimizer: Optimizer
  readonly loss: Measure<Tensor, Labels>
  /** Measured beside the loss, on both splits. */
  readonly metrics: Readonly<Record<string, Measure<Tensor, Labels>>>
  readonly training: Dataset<'float32', 'int32'>
  readonly heldOut: Dataset<'float32', 'int32'>
  readonly batchSize: number
  readonly epochs: number
  /** What is drawn, the order of the data among it. */
  readonly generator: Rng
  /** Above the curves. */
  readonly title: string
}

/** What a run needs of the world: a device, and where it reports, and how it is asked to stop. */
export interface RunOptions {
  readonly device: Device
  readonly progress: Progress
  readonly interrupt: Interrupt
  /** Milliseconds between checkpoints within an epoch; 5000 unless told. */
  readonly saveEvery?: number
}

interface Start<P, S> {
  readonly state: TrainState<P, S>
  readonly position: Position
  readonly history: readonly EpochRecord[]
}

/** The epochs among the lines of `metrics.jsonl`. */
const historyOf = (path: string, lines: readonly JsonRecord[]): Either<FileError, readonly EpochRecord[]> => {
  const history: EpochRecord[] = []
  for (const [i, line] of lines.entries()) {
    if (!('heldOut' in line)) continue
    const [training, heldOut] = [readMeasures(line.training), readMeasures(line.heldOut)]
    if (typeof line.epoch !== 'number' || training === undefined || heldOut === undefined)
      return left(
        fileError(
          path,
          `line ${i + 1} to hold the measures of an epoch`,
          'something else',
          'It was written by another program, or is damaged: begin the run anew.',
        ),
      )
    history.push({ epoch: line.epoch, training, heldOut })
  }
  return right(history)
}

/** Where the run goes on: at its checkpoint, or at the beginning where there is none. */
const startOf = async <P, S>(
  must: Must<FileError>,
  { folder, record }: Run,
  initial: TrainState<P, S>,
): Promise<Start<P, S>> => {
  const read = async (): Promise<Pick<Start<P, S>, 'state' | 'position'>> => {
    if (!existsSync(folder.model)) return { state: initial, position: startPosition }
    const bytes = await must(readFile(folder.model))
    const named = mapLeft((error: Parameters<typeof badFormat>[1]) => badFormat(folder.model, error))
    const { tree, notes } = await must(named(decodeCheckpoint(initial)(bytes)))
    return { state: tree, position: await must(named(positionOf(record.configuration, notes))) }
  }
  const { state, position } = await read()
  await must(truncateJsonLines(folder.metrics)(position.lines))
  const lines = await must(readJsonLines(folder.metrics))
  return { state, position, history: await must(historyOf(folder.metrics, lines)) }
}

/** The measures of a record's last epoch. */
const lastOf = (history: readonly EpochRecord[]): Pick<RunRecord, 'training' | 'heldOut'> => {
  const last = history[history.length - 1]
  return last === undefined ? {} : { training: last.training, heldOut: last.heldOut }
}

/** Lets timers and signals through: a loop that never waits for the world starves them. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Opens a run and trains until the last epoch is done or an interrupt asks to stop, and gives the record that it wrote.
 *
 * Files, each written whole: `metrics.jsonl` has a line for each step (loss and metrics of its batch) and one for each
 * epoch (means over both splits); `model.safetensors` is the checkpoint; `curves.svg` and `run.json` come at the end.
 * Measures that are not finite are the texts 'NaN', 'Infinity' and '-Infinity' there, since JSON has no such numbers.
 *
 * @example
 * import { mkdtemp } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { adam, chain, crossEntropy, dataset, dense, flatten, rng, storedArray } from 'pullback'
 * import { cpu } from 'pullback/cpu'
 * import { beginRun, trainRun } from 'pullback/node'
 *
 * const data = dataset(
 *   storedArray('float32', [4, 2], Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1)),
 *   storedArray('int32', [4], Int32Array.of(0, 0, 0, 1)),
 * )
 * const training = {
 *   ...{ layer: chain(flatten(), dense(2, 2)), optimizer: adam(0.1), loss: crossEntropy, metrics: {} },
 *   ...{ training: data, heldOut: data, batchSize: 2, epochs: 3, generator: rng(0), title: 'and' },
 * }
 * const progress = { report: () => {}, line: () => {} }
 * const interrupt = { asked: () => false, release: () => {} }
 * const root = await mkdtemp(join(tmpdir(), 'pullback-'))
 * const record = await trainRun(beginRun(root, 'and', {}), training, { device: cpu(), progress, interrupt })()
 * record._tag // => 'Right'
 */
export const trainRun = <P, S>(
  open: TaskEither<FileError, Run>,
  training: Training<P, S>,
  options: RunOptions,
): TaskEither<FileError, RunRecord> =>
  attempt(async (must) => {
    const { device, progress, interrupt, saveEvery = 5000 } = options
    const { layer, optimizer, loss, metrics, batchSize } = training
    const measures = { loss, ...metrics }
    const descend = step({ layer, loss, optimizer, metrics })
    const [initial] = initialTrainState(layer, optimizer, {
      shape: [batchSize, ...training.training.inputs.shape.slice(1)],
      dtype: 'float32',
    })(foldIn(training.generator, 'model'))
    const stream = (from: number) =>
      epochs(training.training, {
        ...{ size: batchSize, epochs: training.epochs, from },
        shuffle: foldIn(training.generator, 'order'),
      })
    // A first step, built and not run: what does not fit is found before there is a folder.
    for (const batch of stream(0)) {
      descend(initial, batch)
      break
    }
    const run = await must(open)
    const { folder, record } = run
    const start = await startOf(must, run, initial)
    const began = performance.now()
    const stepsInEpoch = batchCount(training.training, { size: batchSize })
    const steps = training.epochs * stepsInEpoch
    progress.line(`${training.title}: step ${start.state.step} of ${steps}, in ${folder.path}`)
    let { position } = start
    let history = start.history
    let lines: readonly JsonRecord[] = []
    let saved = began
    let examples = 0

    const isDue = (): boolean => performance.now() - saved > saveEvery
    const save = async (state: TrainState<P, S>): Promise<void> => {
      await must(appendJsonLines(folder.metrics)(lines))
      const seconds = start.position.seconds + (performance.now() - began) / 1000
      position = { ...position, lines: position.lines + lines.length, seconds }
      lines = []
      await must(writeFileAtomic(folder.model)(encodeCheckpoint(state, notesOf(record.configuration, position))))
      saved = performance.now()
    }

    const endEpoch = async (state: TrainState<P, S>, epoch: number): Promise<void> => {
      const held = await evaluate(device, layer, state, batches(training.heldOut, { size: 500 }), measures)
      const means: EpochRecord = { epoch, training: meansOf(position.sums), heldOut: held }
      history = [...history, means]
      const [inTraining, heldOut] = [writtenMeasures(means.training), writtenMeasures(held)]
      lines = [...lines, { epoch, training: inTraining, heldOut, step: state.step }]
      position = { ...position, sums: noSums }
      progress.line(
        `epoch ${epoch}/${training.epochs}  training: ${showMeasures(means.training)}  held out: ${showMeasures(held)}`,
      )
    }

    const onStep = async ({
      state,
      batch,
      metrics: measured,
      settled,
      snapshot,
      count,
    }: StepEvent<TrainState<P, S>, LabelledBatch, string>): Promise<'stop' | undefined> => {
      const size = batch.targets.shape[0]
      const epoch = batch.epoch + 1
      examples += size
      lines = [...lines, { step: state.step, epoch, ...writtenMeasures(measured) }]
      position = { ...position, sums: addBatch(position.sums, size, measured) }
      const seconds = (performance.now() - began) / 1000
      progress.report({
        ...{ step: state.step, steps, epoch, epochs: training.epochs, measures: meansOf(position.sums) },
        speed: examples / seconds,
        secondsLeft: ((steps - state.step) * seconds) / count,
      })
      if (batch.last) await endEpoch(state, epoch)
      await breathe()
      if (!settled) return undefined
      const stop = interrupt.asked()
      if (batch.last || stop || isDue()) await save(await snapshot())
      return stop ? 'stop' : undefined
    }

    const { state } = await fold(device, descend, start.state, stream(start.state.step), {
      onStep,
      // Not at every step does a device that answers later have to be waited for.
      readEvery: computesAtOnce(device) ? 1 : 8,
      settle: (_, { last }) => last || interrupt.asked() || isDue(),
    })
    if (history.length > 0) await must(drawCurves(folder.curves, history, training.title))
    const done = state.step >= steps
    const ended: RunRecord = {
      ...record,
      device: device.name,
      settings: device.settings,
      status: done ? 'finished' : 'stopped',
      steps: state.step,
      seconds: position.seconds,
      ...lastOf(history),
      ...(done ? { fingerprint: await fingerprint(state.params, sha256) } : {}),
    }
    await must(writeRecord(folder, ended))
    progress.line(
      done
        ? `fingerprint ${ended.fingerprint}, ${ended.seconds.toFixed(1)} s`
        : `stopped at step ${state.step}; go on with --resume ${folder.path}`,
    )
    return ended
  })

const drawCurves = (path: string, history: readonly EpochRecord[], title: string): TaskEither<FileError, void> =>
  pipe(
    renderSvg(curves(history, { title })),
    mapLeftTask(({ message }) => fileError(path, 'a picture', 'none', message)),
    chain(writeTextAtomic(path)),
  )
