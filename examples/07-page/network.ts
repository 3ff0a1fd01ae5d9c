/** What is trained, and on what: the network and the data of example 03. */
import {
  accuracy,
  adam,
  conv2d,
  crossEntropy,
  type Dataset,
  dataset,
  dense,
  fitStandardizeChannels,
  flatten,
  initializer,
  maxPool2d,
  named,
  relu,
  rng,
  schedule,
  step,
  storedArray,
  stratifiedSplit,
} from 'pullback'

export const [count, side, batchSize, epochCount, rate] = [10_000, 28, 64, 10, 0.004]

const small = { weightInitializer: initializer.kaimingUniform({ gain: 1 / Math.sqrt(3) }) }

/** LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998), with the rectifiers and the max-pooling of later years. */
export const lenet = named(
  { conv1: conv2d({ in: 1, out: 6, kernel: 5, padding: 2, ...small }) },
  { relu1: relu() },
  { pool1: maxPool2d(2) },
  { conv2: conv2d({ in: 6, out: 16, kernel: 5, ...small }) },
  { relu2: relu() },
  { pool2: maxPool2d(2) },
  { flatten: flatten() },
  { fc1: dense(400, 120, small) },
  { relu3: relu() },
  { fc2: dense(120, 84, small) },
  { relu4: relu() },
  { fc3: dense(84, 10, small) },
)

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
