/**
 * Batches: tensors over a few examples at a time, in an order that is a function of a generator and the epoch alone. So
 * a run can start anywhere in the stream, and finds the batches of an uninterrupted one.
 */
import { fail } from '../array/error.js'
import type { Shape } from '../array/shape.js'
import type { Tensor } from '../array/tensor.js'
import { permutation } from '../random/permutation.js'
import { foldIn, type Rng } from '../random/rng.js'
import { type Dataset, exampleCount, subset, type TensorType, toTensor } from './dataset.js'
import type { StoredType } from './format/storedArray.js'

/** A tree that a step takes: inputs and targets, and where in the data they stand (host values). */
export interface Batch<X, T> {
  readonly inputs: X
  readonly targets: T
}

/** How a data set is cut into batches. */
export interface BatchOptions {
  /** Examples in a batch. */
  readonly size: number
  /** Shuffles the examples; left out, they come in their own order. */
  readonly shuffle?: Rng
  /** Leaves out a last batch that is not full. */
  readonly dropLast?: boolean
}

/**
 * Batches in one epoch: examples / size, rounded up, or down with `dropLast`.
 *
 * @throws PullbackError when the size is no positive whole number, or there would be no batch
 * @example
 * import { batchCount, dataset, storedArray } from 'pullback'
 *
 * const [inputs, targets] = [new Float32Array(5), new Int32Array(5)]
 * const data = dataset(storedArray('float32', [5, 1], inputs), storedArray('int32', [5], targets))
 * batchCount(data, { size: 2 }) // => 3
 */
export const batchCount = (data: Dataset, { size, dropLast = false }: BatchOptions): number => {
  if (!(Number.isInteger(size) && size > 0))
    fail('batches: size', 'a whole number above 0', String(size), 'Take 32 to 256 examples at a time.')
  const examples = exampleCount(data)
  if (examples === 0) fail('batches', 'at least one example', 'none', 'Check what was read, or how it was split.')
  if (dropLast && size > examples)
    fail('batches: size', `at most the ${examples} examples`, String(size), 'A batch that is not full is left out.')
  return dropLast ? Math.floor(examples / size) : Math.ceil(examples / size)
}

const batchAt = <X extends StoredType, T extends StoredType>(
  data: Dataset<X, T>,
  order: Int32Array | undefined,
  size: number,
  index: number,
): Batch<Tensor<Shape, TensorType<X>>, Tensor<Shape, TensorType<T>>> => {
  const begin = index * size
  const end = Math.min(begin + size, exampleCount(data))
  const rows = order?.subarray(begin, end) ?? Int32Array.from({ length: end - begin }, (_, i) => begin + i)
  const { inputs, targets } = subset(data, rows)
  return { inputs: toTensor(inputs), targets: toTensor(targets) }
}

/**
 * All examples once, in batches. May be iterated again, and gives the same again.
 *
 * @throws PullbackError when the size is no positive whole number
 * @example
 * import { batches, dataset, storedArray } from 'pullback'
 *
 * const data = dataset(storedArray('float32', [5, 2], new Float32Array(10)), storedArray('int32', [5], new Int32Array(5)))
 * const sizes = [...batches(data, { size: 2 })].map(({ inputs }) => inputs.shape) // => [[2, 2], [2, 2], [1, 2]]
 */
export const batches = <X extends StoredType, T extends StoredType>(
  data: Dataset<X, T>,
  options: BatchOptions,
): Iterable<Batch<Tensor<Shape, TensorType<X>>, Tensor<Shape, TensorType<T>>>> => {
  const count = batchCount(data, options)
  return {
    *[Symbol.iterator]() {
      const order = options.shuffle && permutation(exampleCount(data))(options.shuffle)[0]
      for (let index = 0; index < count; index++) yield batchAt(data, order, options.size, index)
    },
  }
}

/** A batch of a longer run, and where it stands there. */
export interface EpochBatch<X, T> extends Batch<X, T> {
  readonly epoch: number
  /** Number of the batch within its epoch. */
  readonly index: number
  /** Whether the epoch ends with it. */
  readonly last: boolean
}

/** How often a data set is gone through, and how it is cut into batches. */
export interface EpochOptions extends BatchOptions {
  readonly epochs: number
  /** Batches to leave out at the start: the step at which a run goes on. */
  readonly from?: number
}

/**
 * All examples `epochs` times, in batches, shuffled anew for each epoch: the order of epoch e is that of
 * `foldIn(shuffle, e)`, whatever came before.
 *
 * @example
 * import { dataset, epochs, rng, storedArray } from 'pullback'
 *
 * const data = dataset(storedArray('float32', [3, 1], Float32Array.of(1, 2, 3)), storedArray('int32', [3], Int32Array.of(0, 1, 0)))
 * const stream = epochs(data, { size: 2, epochs: 10, shuffle: rng(0) })
 * const resumed = epochs(data, { size: 2, epochs: 10, shuffle: rng(0), from: 7 })
 * const count = [...stream].length // => 20
 */
export const epochs = <X extends StoredType, T extends StoredType>(
  data: Dataset<X, T>,
  { epochs: total, from = 0, ...options }: EpochOptions,
): Iterable<EpochBatch<Tensor<Shape, TensorType<X>>, Tensor<Shape, TensorType<T>>>> => {
  const count = batchCount(data, options)
  if (!(Number.isInteger(total) && total >= 0))
    fail('epochs', 'a whole number of epochs', String(total), 'An epoch is one pass over all examples.')
  if (!(Number.isInteger(from) && from >= 0))
    fail('epochs: from', 'a whole number of batches', String(from), 'Pass the number of steps that are done.')
  return {
    *[Symbol.iterator]() {
      for (let epoch = Math.floor(from / count); epoch < total; epoch++) {
        const order = options.shuffle && permutation(exampleCount(data))(foldIn(options.shuffle, epoch))[0]
        for (let index = Math.max(0, from - epoch * count); index < count; index++)
          yield { ...batchAt(data, order, options.size, index), epoch, index, last: index === count - 1 }
      }
    },
  }
}
