/**
 * Preprocessing that is fitted: the numbers come from the training split, and `apply` uses them on any other, so that
 * nothing leaks out of what is held out. Sums are in float64, in row-major order.
 */
import { fail } from '../array/error.js'
import { type Shape, sameShape, showShape, sizeOf } from '../array/shape.js'
import type { StoredArray } from './format/storedArray.js'

/** A fitted transform of arrays of one example shape: (x - shift) / scale. */
export interface Fitted {
  /** Over the feature axes; one number for each column of the table that the fit looked at. */
  readonly shift: Float64Array
  readonly scale: Float64Array
  /** (x - shift) / scale as float32. Throws for examples of another shape. */
  readonly apply: (array: StoredArray) => StoredArray<'float32'>
}

/** Which column an element belongs to: the axes of an example are `outer` columns of `inner` elements each, or one each. */
interface Columns {
  readonly example: Shape
  readonly count: number
  readonly of: (place: number) => number
}

const eachElement = (path: string, array: StoredArray): Columns => {
  const example = exampleShape(path, array)
  return { example, count: sizeOf(example), of: (place) => place }
}

const eachChannel = (path: string, array: StoredArray): Columns => {
  const example = exampleShape(path, array)
  if (example.length < 2)
    fail(path, 'examples of channels and places', showShape(example), 'Images are N, C, H, W: reshape them first.')
  const inner = sizeOf(example.slice(1))
  return { example, count: example[0], of: (place) => Math.floor(place / inner) }
}

/** Refuses examples of another shape than something was fitted on. */
export const checkExamples = (path: string, shape: Shape, example: Shape): void => {
  if (!sameShape(shape.slice(1), example))
    fail(
      path,
      `examples of shape ${showShape(example)}`,
      showShape(shape.slice(1)),
      'Apply it to such data as it was fitted on.',
    )
}

/** The shape of an example of what something is fitted on. */
export const exampleShape = (path: string, { shape, data }: StoredArray): Shape => {
  if (shape.length === 0 || data.length === 0)
    fail(path, 'at least one example', showShape(shape), 'Fit on the training split.')
  return shape.slice(1)
}

const fitted = (path: string, { example, of }: Columns, shift: Float64Array, scale: Float64Array): Fitted => ({
  shift,
  scale,
  apply: ({ shape, data }) => {
    checkExamples(path, shape, example)
    const size = sizeOf(example)
    const out = new Float32Array(data.length)
    const columns = Int32Array.from({ length: size }, (_, place) => of(place))
    for (let i = 0; i < data.length; i++) {
      const column = columns[i % size]
      out[i] = (data[i] - shift[column]) / scale[column]
    }
    return { shape, dtype: 'float32', data: out }
  },
})

/** The mean of f over each column. */
const columnMeans = (
  { data }: StoredArray,
  { example, count, of }: Columns,
  f: (x: number, column: number) => number,
): Float64Array => {
  const size = sizeOf(example)
  const columns = Int32Array.from({ length: size }, (_, place) => of(place))
  const sums = new Float64Array(count)
  for (let i = 0; i < data.length; i++) {
    const column = columns[i % size]
    sums[column] = sums[column] + f(data[i], column)
  }
  return sums.map((sum) => (sum * count) / data.length)
}

/** The smallest and the largest element of each column. */
const extremes = ({ data }: StoredArray, { example, count, of }: Columns): readonly [Float64Array, Float64Array] => {
  const size = sizeOf(example)
  const low = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  const high = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
  for (let i = 0; i < data.length; i++) {
    const column = of(i % size)
    low[column] = Math.min(low[column], data[i])
    high[column] = Math.max(high[column], data[i])
  }
  return [low, high]
}

const ones = (count: number): Float64Array => new Float64Array(count).fill(1)

const standardizing = (path: string, array: StoredArray, columns: Columns): Fitted => {
  const shift = columnMeans(array, columns, (x) => x)
  const variance = columnMeans(array, columns, (x, column) => (x - shift[column]) * (x - shift[column]))
  // A column that never changes says nothing: it becomes 0, and is not divided by 0, nor by how its mean was rounded.
  const [low, high] = extremes(array, columns)
  return fitted(
    path,
    columns,
    shift.map((s, column) => (low[column] === high[column] && !Number.isNaN(s) ? low[column] : s)),
    variance.map((v, column) => (v > 0 && low[column] !== high[column] ? Math.sqrt(v) : 1)),
  )
}

/**
 * Zero mean and unit variance for each feature.
 *
 * @example
 * import { fitStandardize, storedArray } from 'pullback'
 *
 * const training = storedArray('float32', [2, 1], Float32Array.of(1, 3))
 * const standardize = fitStandardize(training)
 * standardize.apply(training).data // => Float32Array [-1, 1]
 */
export const fitStandardize = (training: StoredArray): Fitted =>
  standardizing('fitStandardize', training, eachElement('fitStandardize', training))

/**
 * Zero mean and unit variance for each channel of images N, C, H, W: (x - mean) / deviation, both over N, H and W.
 *
 * @throws PullbackError when there are no examples, or they are no images
 * @example
 * import { fitStandardizeChannels, storedArray } from 'pullback'
 *
 * const images = storedArray('float32', [1, 2, 1, 2], Float32Array.of(1, 3, 10, 30))
 * fitStandardizeChannels(images).apply(images).data // => Float32Array [-1, 1, -1, 1]
 */
export const fitStandardizeChannels = (training: StoredArray): Fitted =>
  standardizing('fitStandardizeChannels', training, eachChannel('fitStandardizeChannels', training))

/**
 * The mean example subtracted, such as the mean image: x - mean, element by element.
 *
 * @throws PullbackError when there are no examples
 * @example
 * import { fitMeanImage, storedArray } from 'pullback'
 *
 * const training = storedArray('float32', [2, 2], Float32Array.of(1, 2, 3, 6))
 * fitMeanImage(training).apply(training).data // => Float32Array [-1, -2, 1, 2]
 */
export const fitMeanImage = (training: StoredArray): Fitted => {
  const columns = eachElement('fitMeanImage', training)
  return fitted(
    'fitMeanImage',
    columns,
    columnMeans(training, columns, (x) => x),
    ones(columns.count),
  )
}

/**
 * Each feature moved and scaled so that the training split fills [0, 1]: (x - min) / (max - min).
 *
 * @throws PullbackError when there are no examples
 * @example
 * import { fitNormalize, storedArray } from 'pullback'
 *
 * const training = storedArray('float32', [3, 1], Float32Array.of(2, 4, 6))
 * fitNormalize(training).apply(training).data // => Float32Array [0, 0.5, 1]
 */
export const fitNormalize = (training: StoredArray): Fitted => {
  const columns = eachElement('fitNormalize', training)
  const [low, high] = extremes(training, columns)
  return fitted(
    'fitNormalize',
    columns,
    low,
    high.map((h, i) => (h > low[i] ? h - low[i] : 1)),
  )
}
