/** Training steps in the fold: forward, backward and update, and the loss read. */

import type { AnyTensor, Layer, Optimizer, Shape, Tensor } from 'pullback'
import * as p from 'pullback'
import { labelData, uniformData } from '../data.js'
import { stopwatch } from '../measure.js'
import { cnn, deep, lastOfLstm, mlp, resnet } from '../models.js'
import type { Figures, Workload } from '../workload.js'

type Net = Layer<AnyTensor, Tensor<[number, number]>, unknown, unknown>
type Pair = { readonly inputs: AnyTensor; readonly targets: AnyTensor }

interface Run {
  readonly net: unknown
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

/** A run until `enough` says so after a step; it also hears the step's number. */
const trained = async (
  { device }: Parameters<Workload>[0],
  { net, optimizer, input, batch }: Run,
  enough: (count: number) => boolean,
): Promise<void> => {
  const layer = net as Net
  const descend = p.step({ layer, optimizer, loss })
  const [start] = p.initialTrainState(layer, optimizer, { shape: input, dtype: 'float32' })(p.rng(0))
  const pair = { inputs: uniformData(input, 3), targets: labelData(batch, 10) }
  await p.fold(device, descend, start, again(pair), {
    replay: 0,
    onStep: ({ count }) => (enough(count) ? 'stop' : undefined),
  })
}

const training =
  (run: () => Run): Workload =>
  async (context) => {
    const { tick, result } = stopwatch(context.started)
    const made = run()
    await trained(context, made, tick)
    return { ...result(), flops: made.flops }
  }

const mlpRun = (): Run => ({ net: mlp(), optimizer: p.adam(0.001), input: [128, 784], batch: 128, flops: 128.9e6 })

const megabytes = (): number => process.memoryUsage.rss() / 2 ** 20

/** Resident memory after 1,000 and after 10,000 steps. */
const soak: Workload = async (context): Promise<Figures> => {
  let early = 0
  await trained(context, mlpRun(), (count) => {
    if (count === 1000) early = megabytes()
    return count === 10_000
  })
  return { runs: 10_000, rss_1000_mb: early, rss_10000_mb: megabytes() }
}

export const trainings: Readonly<Record<string, Workload>> = {
  mlp: training(mlpRun),
  cnn: training(() => ({ net: cnn(), optimizer: p.adam(0.001), input: [64, 1, 28, 28], batch: 64, flops: 317e6 })),
  resnet: training(() => ({
    net: resnet(),
    optimizer: p.momentum(0.01),
    input: [32, 3, 32, 32],
    batch: 32,
    flops: 2.37e9,
  })),
  lstm: training(() => ({ net: lastOfLstm(), optimizer: p.adam(0.001), input: [32, 32, 32], batch: 32, flops: 470e6 })),
  deep: training(() => ({ net: deep(), optimizer: p.momentum(0.01), input: [2, 3, 32, 32], batch: 2, flops: 1.1e9 })),
  soak,
}
