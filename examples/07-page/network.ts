/** What is trained, and on what: the network and the data of example 03. */
import {
  accuracy,
  adam,
  crossEntropy,
  type Dataset,
  dataset,
  fitStandardizeChannels,
  rng,
  schedule,
  step,
  storedArray,
  stratifiedSplit,
} from 'pullback'
import { lenet } from '../digitNetworks.js'

export const [count, side, batchSize, epochCount, rate] = [10_000, 28, 64, 10, 0.004]

export const optimizerOf = (steps: number) => adam(schedule.cosine({ initial: rate, steps }))
export const descentOf = (steps: number) =>
  step({ layer: lenet, loss: crossEntropy, optimizer: optimizerOf(steps), metrics: { accuracy } })

export type Digits = Dataset<'float32', 'int32'>
export interface Data {
  readonly training: Digits
  readonly heldOut: Digits
  /** What is done to every picture before the network sees it. */
  readonly standardize: (pixels: Float32Array) => Float32Array
}

/** The digits of the page's own file: labels, then pixels, one byte each. */
export const dataOf = (bytes: Uint8Array): Data => {
  const images = storedArray(
    'float32',
    [count, 1, side, side],
    Float32Array.from(bytes.subarray(count), (x) => x / 255),
  )
  const labels = storedArray('int32', [count], Int32Array.from(bytes.subarray(0, count)))
  const [{ training, heldOut }] = stratifiedSplit(dataset(images, labels), 2000)(rng(0))
  const { apply } = fitStandardizeChannels(training.inputs)
  return {
    training: dataset(apply(training.inputs), training.targets),
    heldOut: dataset(apply(heldOut.inputs), heldOut.targets),
    standardize: (pixels) => apply(storedArray('float32', [1, 1, side, side], pixels)).data,
  }
}
