/** Principal components, fitted on the training split: few numbers that keep most of the variance, and whitening. */
import { fail } from '../array/error.js'
import { sizeOf } from '../array/shape.js'
import { symmetricEigen } from './eigen.js'
import type { StoredArray } from './format/storedArray.js'
import { checkExamples, exampleShape } from './standardize.js'

/** How many principal components are kept, and at what scale. */
export interface PrincipalOptions {
  /** How many; all unless given. */
  readonly components?: number
  /** Each component divided by its deviation, so that all have variance 1. */
  readonly whiten?: boolean
  /** Added to variances before the root, when whitening; 1e-5 unless given. */
  readonly epsilon?: number
}

/** What was fitted. Examples of any shape are read as vectors of d numbers. */
export interface PrincipalComponents {
  /** Of the training split, [d]. */
  readonly mean: Float64Array
  /** Directions of largest variance, [components, d], row-major. */
  readonly directions: Float64Array
  /** Along them, largest first. */
  readonly variances: Float64Array
  /** Arrays [N, ...example] to [N, components]. Throws for examples of another shape. */
  readonly apply: (array: StoredArray) => StoredArray<'float32'>
}

const meanOf = ({ data }: StoredArray, rows: number, d: number): Float64Array => {
  const sums = new Float64Array(d)
  for (let i = 0; i < rows * d; i++) sums[i % d] = sums[i % d] + data[i]
  return sums.map((sum) => sum / rows)
}

const covarianceOf = ({ data }: StoredArray, rows: number, mean: Float64Array): Float64Array => {
  const d = mean.length
  const out = new Float64Array(d * d)
  const centred = new Float64Array(d)
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < d; j++) centred[j] = data[row * d + j] - mean[j]
    for (let j = 0; j < d; j++) {
      const x = centred[j] / rows
      if (x !== 0) for (let k = j; k < d; k++) out[j * d + k] = out[j * d + k] + x * centred[k]
    }
  }
  for (let j = 0; j < d; j++) for (let k = 0; k < j; k++) out[j * d + k] = out[k * d + j]!
  return out
}

/**
 * Fits principal components.
 *
 * @throws PullbackError when there is no example, or more components than numbers in an example are asked for
 * @example
 * import { fitPrincipalComponents, storedArray } from 'pullback'
 *
 * const training = storedArray('float32', [3, 2], Float32Array.of(0, 0, 1, 1, 2, 2))
 * const { apply } = fitPrincipalComponents(training, { components: 1 })
 * apply(training).shape // => [3, 1]
 */
export const fitPrincipalComponents = (
  training: StoredArray,
  { components, whiten = false, epsilon = 1e-5 }: PrincipalOptions = {},
): PrincipalComponents => {
  const path = 'fitPrincipalComponents'
  const example = exampleShape(path, training)
  const d = sizeOf(example)
  const rows = training.shape[0]
  const count = components ?? d
  if (!(Number.isInteger(count) && count >= 1 && count <= d))
    fail(path, `a whole number of components from 1 to ${d}`, String(count), 'An example has no more directions.')
  const mean = meanOf(training, rows, d)
  const { values, vectors } = symmetricEigen(covarianceOf(training, rows, mean), d)
  const directions = vectors.slice(0, count * d)
  const variances = values.slice(0, count).map((value) => Math.max(0, value))
  const factors = variances.map((variance) => (whiten ? 1 / Math.sqrt(variance + epsilon) : 1))
  return {
    ...{ mean, directions, variances },
    apply: ({ shape, data }) => {
      checkExamples(path, shape, example)
      const n = shape[0]
      const out = new Float32Array(n * count)
      for (let row = 0; row < n; row++)
        for (let c = 0; c < count; c++) {
          let sum = 0
          for (let j = 0; j < d; j++) sum += (data[row * d + j] - mean[j]) * directions[c * d + j]
          out[row * count + c] = sum * factors[c]
        }
      return { shape: [n, count], dtype: 'float32', data: out }
    },
  }
}
