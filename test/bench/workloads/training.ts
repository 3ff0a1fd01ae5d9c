/** Training steps in the fold: forward, backward and update, and the loss read. */

import type { AnyTensor, Layer, Optimizer, Shape, Tensor } from 'pullback'
import * as p from 'pullback'
import { labelData, uniformData } from '../data.js'
import { stopwatch, type Timing } from '../measure.js'
import { cnn, deep, lastOfLstm, mlp, resnet } from '../models.js'
import type { Figures, Workload } from '../workload.js'

type Net = Layer<AnyTensor, Tensor<[number, number]>, unknown, unknown>
type Pair = { readonly inputs: AnyTensor; readonly targets: AnyTensor }

interface Run {
  readonly net: () => unknown
  readonly optimizer: Optimizer
  readonly input: Shape
  readonly batch: number
  readonly flops: number
}

const loss = (output: Tensor<[number, number]>, targets: AnyTensor) =>
  (p.crossEntropy as unknown as (output: unknown, targets: unknown) => Tensor<[]>)(output, targets)

function* again(pair: Pair): Generator<Pair> {
  for (;;) yield pair
}

const batchOf = ({ input, batch }: Run): Pair => ({ inputs: uniformData(input, 3), targets: labelData(batch, 10) })

const prepared = ({ net, optimizer, input }: Run) => {
  const layer = net() as Net
  const [start] = p.initialTrainState(layer, optimizer, { shape: input, dtype: 'float32' })(p.rng(0))
  return { descend: p.step({ layer, optimizer, loss }), start }
}

/** A run over one batch until `enough` says so after a step; it also hears the step's number. */
const trained = async (
  { device }: Parameters<Workload>[0],
  run: Run,
  pair: Pair,
  enough: (count: number) => boolean,
): Promise<void> => {
  const { descend, start } = prepared(run)
  await p.fold(device, descend, start, again(pair), {
    replay: 0,
    onStep: ({ count }) => (enough(count) ? 'stop' : undefined),
  })
}

/** What one step is: on a GPU what it is told to do, elsewhere which part of a step kernels do not account for. */
const explained = async (
  { device }: Parameters<Workload>[0],
  run: Run,
  pair: Pair,
  timing: Timing,
): Promise<Figures> => {
  const { descend, start } = prepared(run)
  const isSync = 'evaluateSync' in device
  const tree = descend(await device.place(start), pair)
  const { kernels, dispatches, pipelines, bytes, workspaceBytes } = await device.explain(tree, { run: isSync })
  const busy = kernels.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0)
  return isSync
    ? { kernels: kernels.length, outside_kernels: 1 - busy / timing.median_ms }
    : { kernels: kernels.length, dispatches, pipelines, bytes_moved: bytes, workspace_bytes: workspaceBytes }
}

/**
 * The first call begins with the batch at hand, as the peers' do. Theirs find the parameters, too; here these are drawn,
 * and the optimizer's state made, within the call.
 */
const training =
  (run: () => Run): Workload =>
  async (context) => {
    const made = run()
    const pair = batchOf(made)
    const { tick, result } = stopwatch(performance.now())
    await trained(context, made, pair, tick)
    const timing = result()
    return { ...timing, ...(await explained(context, made, pair, timing)), flops: made.flops }
  }

const mlpRun = (): Run => ({ net: mlp, optimizer: p.adam(0.001), input: [128, 784], batch: 128, flops: 128.9e6 })

const megabytes = (): number => process.memoryUsage.rss() / 2 ** 20

/** A device that is too slow for all steps of the soak is let off after so long. */
const soakMs = 600_000

/** Resident memory after 1,000 and after 10,000 steps, or after the last one that there was time for. */
const soak: Workload = async (context): Promise<Figures> => {
  let early = 0
  let steps = 0
  const run = mlpRun()
  await trained(context, run, batchOf(run), (count) => {
    steps = count
    if (count === 1000) early = megabytes()
    return count === 10_000 || (count >= 1000 && performance.now() - context.started > soakMs)
  })
  const late = megabytes()
  return { runs: steps, rss_1000_mb: early, ...(steps === 10_000 ? { rss_10000_mb: late } : { rss_last_mb: late }) }
}

export const trainings: Readonly<Record<string, Workload>> = {
  mlp: training(mlpRun),
  cnn: training(() => ({ net: cnn, optimizer: p.adam(0.001), input: [64, 1, 28, 28], batch: 64, flops: 317e6 })),
  resnet: training(() => ({
    net: resnet,
    optimizer: p.momentum(0.01),
    input: [32, 3, 32, 32],
    batch: 32,
    flops: 2.37e9,
  })),
  lstm: training(() => ({ net: lastOfLstm, optimizer: p.adam(0.001), input: [32, 32, 32], batch: 32, flops: 470e6 })),
  deep: training(() => ({ net: deep, optimizer: p.momentum(0.01), input: [2, 3, 32, 32], batch: 2, flops: 1.1e9 })),
  soak,
}
