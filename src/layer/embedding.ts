/** Rows of a table by index. */
import { zerosLike } from '../array/create.js'
import { type IntegerDType, isInteger } from '../array/dtype.js'
import { fail } from '../array/error.js'
import { gather, scatterAdd } from '../array/indexing.js'
import type { Shape } from '../array/shape.js'
import { hostData, type Tensor } from '../array/tensor.js'
import type { Initializer } from '../init/initializer.js'
import { normal } from '../init/sampled.js'
import { checkParams, checkSizes, drawRecord, parametric } from './build.js'
import { initialize } from './initialize.js'
import { type Layer, type None, oneArray } from './layer.js'

/** A vector of E numbers for each of V words. */
export interface EmbeddingParams<V extends number, E extends number> {
  readonly weight: Tensor<[V, E]>
}

/** What `embedding` takes beside its sizes. */
export interface EmbeddingOptions {
  /** Standard normal unless given. */
  readonly weightInitializer?: Initializer
}

type Indices = Tensor<Shape, IntegerDType>

/** Indices on the host are looked at; on a device, one outside the table reads zeros and adds nothing. */
const checkIndices = (indices: Indices, count: number): void => {
  if (!isInteger(indices.dtype))
    fail('embedding', 'int32 or uint32 indices', indices.dtype, `Make them with tensor(values, shape, 'int32').`)
  const outside = hostData(indices)?.find((index) => index < 0 || index >= count)
  if (outside !== undefined)
    fail('embedding', `indices from 0 to ${count - 1}`, `${outside}`, 'Check the vocabulary, or make the table larger.')
}

/**
 * Row i of a learned table for each index i: indices of any shape [...] to [..., size].
 *
 * Params: weight [count, size], standard normal unless given. Indices get zeros as cotangents.
 *
 * @throws PullbackError when indices are no integers, or host indices are outside the table
 * @example
 * import { embedding, rng } from 'pullback'
 *
 * const [{ output }] = embedding(1000, 64).init({ shape: [8, 10], dtype: 'int32' })(rng(0))
 * output // => { shape: [8, 10, 64], dtype: 'float32' }
 */
export const embedding = <V extends number, E extends number, B extends number[] = [number, number]>(
  count: V,
  size: E,
  { weightInitializer = normal({ deviation: 1 }) }: EmbeddingOptions = {},
): Layer<Tensor<B, 'int32'>, Tensor<[...B, E]>, EmbeddingParams<V, E>, None> => {
  checkSizes('embedding', { count, size })
  return parametric<Indices, Tensor, { readonly weight: Tensor }>(
    'embedding',
    (input) =>
      drawRecord({
        weight: initialize(weightInitializer, [count, size], { in: count, out: size }, oneArray('embedding', input)),
      }),
    ({ weight }, indices) => {
      checkIndices(indices, count)
      checkParams('embedding', { weight }, { weight: [count, size] })
      const places = indices as Tensor<Shape, 'int32'>
      return [
        gather(weight, places),
        (cotangent) => [{ weight: scatterAdd(places, cotangent, count) }, zerosLike(indices)],
      ]
    },
  ) as Layer<Tensor<B, 'int32'>, Tensor<[...B, E]>, EmbeddingParams<V, E>, None>
}
