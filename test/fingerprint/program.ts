/**
 * Four short trainings, and one hash of the bits of each: of the params, the state, the optimizer's state and the losses.
 * It runs wherever JavaScript does; the engines that it runs in must agree.
 */
import * as p from 'pullback'
import { backendOn } from '../../src/backend/cpu/backend.js'
import { control } from '../../src/backend/cpu/kernel/threads.js'
import { createRuntime } from '../../src/backend/cpu/runtime/runtime.js'
import { labelData, uniformData } from '../bench/data.js'
import { cnn, lastOfLstm, mlp, resnet } from '../bench/models.js'

type Net = p.Layer<p.AnyTensor, p.Tensor<[number, number]>, unknown, unknown>

interface Training {
  readonly net: unknown
  readonly optimizer: p.Optimizer
  readonly input: p.Shape
  readonly batch: number
}

const trainings: Readonly<Record<string, Training>> = {
  mlp: { net: mlp(), optimizer: p.adamw(0.001), input: [128, 784], batch: 128 },
  cnn: { net: cnn(), optimizer: p.adam(0.001), input: [32, 1, 28, 28], batch: 32 },
  resnet: { net: resnet(), optimizer: p.momentum(0.01), input: [8, 3, 32, 32], batch: 8 },
  lstm: { net: lastOfLstm(), optimizer: p.adam(0.001), input: [16, 32, 32], batch: 32 },
}
const steps = 3

const sha256 = async (bytes: Uint8Array): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const loss = p.crossEntropy as unknown as (output: p.Tensor<[number, number]>, targets: p.AnyTensor) => p.Tensor<[]>

const train = async (device: p.Device, { net, optimizer, input, batch }: Training): Promise<string> => {
  const layer = net as Net
  const descend = p.step({ layer, optimizer, loss })
  const [start] = p.initialTrainState(layer, optimizer, { shape: input, dtype: 'float32' })(p.rng(0))
  const batches = Array.from({ length: steps }, (_, i) => ({
    inputs: uniformData(input, i),
    targets: labelData(batch, 10, i),
  }))
  const losses: number[] = []
  const { state } = await p.fold(device, descend, start, batches, {
    onStep: ({ metrics }) => void losses.push(metrics.loss),
  })
  const { params, state: statistics, optimizer: moments } = state
  return p.fingerprint({ params, statistics, moments, losses: p.tensor(losses, [steps], 'float64') }, sha256)
}

export interface Fingerprints {
  readonly engine: string
  /** What the device says it has. */
  readonly threads: number
  /** Workers that were seen to run. */
  readonly workers: number
  readonly hashes: Readonly<Record<string, string>>
}

export const fingerprints = async (engine: string, threads: number): Promise<Fingerprints> => {
  const runtime = createRuntime(threads)
  const device = p.deviceOf(backendOn(runtime))
  const hashes: Record<string, string> = {}
  for (const [name, training] of Object.entries(trainings)) hashes[name] = await train(device, training)
  const workers = runtime.memory.words()[control.started >> 2]!
  return { engine, threads: device.settings.threads as number, workers, hashes }
}
