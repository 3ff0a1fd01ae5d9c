/** Scaled dot-product attention. */
import { matmul } from '../../array/contract.js'
import { expectFloat } from '../../array/dtype.js'
import { less, mul, select, sub } from '../../array/elementwise.js'
import { fail } from '../../array/error.js'
import { iota } from '../../array/indexing.js'
import { reshape, transpose } from '../../array/move.js'
import { sum } from '../../array/reduce.js'
import { type Shape, sameShape, showShape } from '../../array/shape.js'
import { isTensor, type Tensor } from '../../array/tensor.js'
import { softmaxOver } from '../activation/softmax.js'
import { specOf, stateless } from '../build.js'
import { inputsOf, type Layer, type None } from '../layer.js'

/** Who sees whom. */
export interface AttentionOptions {
  /** Whether each query sees only keys that are not later than it; false unless given. */
  readonly causal?: boolean
}

type Three = readonly [query: Tensor, key: Tensor, value: Tensor]

const checkShapes = (name: string, [query, key, value]: Three): void => {
  for (const x of [query, key, value]) expectFloat(name, x.dtype)
  const [q, k, v] = [query.shape, key.shape, value.shape]
  const n = q.length
  if (
    n < 2 ||
    k.length !== n ||
    v.length !== n ||
    q[n - 1] !== k[n - 1] ||
    k[n - 2] !== v[n - 2] ||
    !sameShape(q.slice(0, -2), k.slice(0, -2)) ||
    !sameShape(k.slice(0, -2), v.slice(0, -2))
  )
    fail(
      name,
      'query [..., m, d], key [..., n, d] and value [..., n, e]',
      `${showShape(q)}, ${showShape(k)} and ${showShape(v)}`,
      'Leading axes are equal: batch and heads.',
    )
}

/** Scores of later keys become -infinity. */
const hideLater = (scores: Tensor): Tensor => {
  const [m, n] = scores.shape.slice(-2) as readonly number[]
  const later = less(reshape(iota([m]), [m, 1]), iota([n])) as Tensor<Shape, 'bool'>
  return select(later, Number.NEGATIVE_INFINITY, scores)
}

/** Attention with its pullback. */
export const attended = (
  name: string,
  inputs: Three,
  { causal = false }: AttentionOptions,
): readonly [Tensor, (cotangent: Tensor) => Three] => {
  checkShapes(name, inputs)
  const [query, key, value] = inputs
  const scale = 1 / Math.sqrt(query.shape[query.shape.length - 1])
  const scores: Tensor = mul(matmul(query, transpose(key) as Tensor) as Tensor, scale)
  const [weights] = softmaxOver(causal ? hideLater(scores) : scores, -1)
  return [
    matmul(weights, value),
    (cotangent) => {
      const dWeights: Tensor = matmul(cotangent, transpose(value) as Tensor)
      // hidden keys have weight 0, and so a cotangent of 0
      const dScores: Tensor = mul(
        mul(weights, sub(dWeights, sum(mul(dWeights, weights), -1, true) as Tensor) as Tensor) as Tensor,
        scale,
      )
      return [
        matmul(dScores, key),
        matmul(transpose(dScores) as Tensor, query),
        matmul(transpose(weights) as Tensor, cotangent),
      ]
    },
  ]
}

/** Attention as a layer of a tuple, and as a function of three arrays. */
export interface Attention {
  <Q extends Tensor, K extends Tensor, V extends Tensor>(
    options?: AttentionOptions,
  ): Layer<readonly [query: Q, key: K, value: V], Tensor, None, None>
  (query: Tensor, key: Tensor, value: Tensor, options?: AttentionOptions): Tensor
}

/**
 * softmax(q kᵀ / sqrt(d)) v over the last two axes: query [..., m, d], key [..., n, d], value [..., n, e] to
 * [..., m, e]. With arrays the function; without, the layer of a tuple [query, key, value].
 *
 * Source: Vaswani et al., "Attention Is All You Need" (2017).
 *
 * @throws PullbackError when shapes do not fit
 * @example
 * import { ones, scaledDotProductAttention } from 'pullback'
 *
 * const x = ones([2, 3, 5, 4])
 * scaledDotProductAttention(x, x, x, { causal: true }).shape // => [2, 3, 5, 4]
 */
export const scaledDotProductAttention: Attention = ((
  first?: Tensor | AttentionOptions,
  key?: Tensor,
  value?: Tensor,
  options?: AttentionOptions,
) => {
  const name = 'scaledDotProductAttention'
  if (isTensor(first)) return attended(name, [first, key!, value!], options ?? {})[0]
  return stateless<Three, Tensor>(name, (inputs) => {
    inputsOf(name, specOf(inputs), 3)
    return attended(name, inputs, first ?? {})
  })
}) as Attention
