/** Data sets in memory: host arrays whose first axis counts the examples. Plain immutable data. */
import { type DType, hostArrayFrom } from '../array/dtype.js'
import { fail } from '../array/error.js'
import type { Shape } from '../array/shape.js'
import { showShape, sizeOf } from '../array/shape.js'
import { leaf, type Tensor } from '../array/tensor.js'
import { checkStored, type StoredArray, type StoredArrays, type StoredType } from './format/storedArray.js'

/** What is learned from, and what is to be learned; row i of both is example i. */
export interface Dataset<X extends StoredType = StoredType, T extends StoredType = StoredType> {
  readonly inputs: StoredArray<X>
  readonly targets: StoredArray<T>
}

/**
 * A data set of two arrays.
 *
 * @throws PullbackError when one of them has no first axis, or they count differently
 * @example
 * import { dataset, storedArray } from 'pullback'
 *
 * const and = dataset(
 *   storedArray('float32', [4, 2], Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1)),
 *   storedArray('int32', [4], Int32Array.of(0, 0, 0, 1)),
 * )
 */
export const dataset = <X extends StoredType, T extends StoredType>(
  inputs: StoredArray<X>,
  targets: StoredArray<T>,
): Dataset<X, T> => {
  checkStored('dataset: inputs', inputs)
  checkStored('dataset: targets', targets)
  if (inputs.shape.length === 0 || inputs.shape[0] !== targets.shape[0])
    fail(
      'dataset',
      'inputs and targets with a first axis of one size',
      `${showShape(inputs.shape)} and ${showShape(targets.shape)}`,
      'Give one target for each input.',
    )
  return { inputs, targets }
}

/**
 * The number of examples: the first size of the inputs.
 *
 * @example
 * import { dataset, exampleCount, storedArray } from 'pullback'
 *
 * const [inputs, targets] = [new Float32Array(5), new Int32Array(5)]
 * const data = dataset(storedArray('float32', [5, 1], inputs), storedArray('int32', [5], targets))
 * exampleCount(data) // => 5
 */
export const exampleCount = ({ inputs }: Dataset): number => inputs.shape[0]

/**
 * Rows of an array along its first axis, copied.
 *
 * @throws PullbackError when there is no such row
 * @example
 * import { storedArray, takeRows } from 'pullback'
 *
 * const array = storedArray('float32', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6))
 * takeRows(array, [2, 0]).data // => Float32Array [5, 6, 1, 2]
 */
export const takeRows = <D extends StoredType>(array: StoredArray<D>, rows: ArrayLike<number>): StoredArray<D> => {
  const [count, ...rest] = array.shape
  const size = sizeOf(rest)
  const data = new (array.data.constructor as new (length: number) => Float32Array)(rows.length * size)
  const source = array.data as Float32Array
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    if (!(Number.isInteger(row) && row >= 0 && row < count))
      fail('takeRows', `rows from 0 to ${count - 1}`, String(row), 'Count whole rows from 0.')
    if (size < 16) for (let k = 0; k < size; k++) data[i * size + k] = source[row * size + k]!
    else data.set(source.subarray(row * size, row * size + size), i * size)
  }
  return { shape: [rows.length, ...rest], dtype: array.dtype, data: data as StoredArrays[D] }
}

/**
 * The examples of these numbers, in this order.
 *
 * @throws PullbackError when there is no such example
 * @example
 * import { dataset, storedArray, subset } from 'pullback'
 *
 * const [inputs, targets] = [Float32Array.of(5, 6, 7), Int32Array.of(0, 1, 2)]
 * const data = dataset(storedArray('float32', [3, 1], inputs), storedArray('int32', [3], targets))
 * subset(data, [2, 0]).inputs.data // => Float32Array [7, 5]
 */
export const subset = <X extends StoredType, T extends StoredType>(
  { inputs, targets }: Dataset<X, T>,
  rows: ArrayLike<number>,
): Dataset<X, T> => ({ inputs: takeRows(inputs, rows), targets: takeRows(targets, rows) })

/** Bytes become float32; other element types are those of tensors. */
export type TensorType<D extends StoredType> = D extends DType ? D : 'float32'

/**
 * A tensor over the array, whose elements nobody may change from then on. Bytes become float32 of the same value.
 *
 * @example
 * import { storedArray, toTensor } from 'pullback'
 *
 * const pixels = toTensor(storedArray('uint8', [2], Uint8Array.of(0, 255)))
 * pixels.dtype // => 'float32'
 */
export const toTensor = <D extends StoredType>({
  dtype,
  data,
  shape,
}: StoredArray<D>): Tensor<Shape, TensorType<D>> => {
  const type = (dtype === 'uint8' ? 'float32' : dtype) as TensorType<D>
  const host = dtype === 'uint8' ? hostArrayFrom('float32', data) : data
  return leaf({ kind: 'host', data: host }, shape, type)
}
