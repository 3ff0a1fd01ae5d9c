/** Attention in several subspaces at once. */
import { fail } from '../../array/error.js'
import { permute, reshape } from '../../array/move.js'
import type { Tensor } from '../../array/tensor.js'
import { constant } from '../../init/constant.js'
import type { Initializer } from '../../init/initializer.js'
import { xavierUniform } from '../../init/scaled.js'
import type { Random } from '../../random/rng.js'
import { checkInput, checkParams, checkSizes, drawRecord, parametric, specOf, sumCotangents } from '../build.js'
import { affine, type DenseParams } from '../dense.js'
import { initialize, type WeightAndBias } from '../initialize.js'
import { type ArraySpec, inputsOf, type Layer, type None, oneArray } from '../layer.js'
import { type AttentionOptions, attended } from './scaledDotProduct.js'

/** The sizes of multi-head attention, and who sees whom. */
export interface MultiHeadAttentionOptions<E extends number> extends AttentionOptions {
  /** Features of inputs and outputs. */
  readonly features: E
  /** How many heads; they divide the features. */
  readonly heads: number
  /** Xavier uniform unless given. */
  readonly weightInitializer?: Initializer
}

/** The projections, each as of `dense`. */
export interface MultiHeadAttentionParams<E extends number> {
  readonly query: DenseParams<E, E>
  readonly key: DenseParams<E, E>
  readonly value: DenseParams<E, E>
  readonly out: DenseParams<E, E>
}

type Three = readonly [query: Tensor, key: Tensor, value: Tensor]
type Params = Readonly<Record<'query' | 'key' | 'value' | 'out', WeightAndBias>>
type Projected = readonly [Tensor, (cotangent: Tensor) => readonly [WeightAndBias, Tensor]]

/** `affine` of the last axis of batch, time, feature. */
const project = (params: WeightAndBias, x: Tensor): Projected => {
  const features = x.shape[2]
  const [y, pullback] = affine(params, reshape(x, [-1, features]))
  return [
    reshape(y, [x.shape[0], x.shape[1], y.shape[1]]),
    (cotangent) => {
      const [gradient, dx] = pullback(reshape(cotangent, [-1, cotangent.shape[2]]))
      return [gradient, reshape(dx, x.shape)]
    },
  ]
}

/** [batch, time, feature] to [batch, head, time, feature of the head], and back. */
const split = (x: Tensor, heads: number): Tensor => {
  const [n, t, e] = x.shape
  return permute(reshape(x, [n, t, heads, e / heads]) as Tensor, [0, 2, 1, 3])
}
const merge = (x: Tensor): Tensor => {
  const [n, h, t, d] = x.shape
  return reshape(permute(x, [0, 2, 1, 3]), [n, t, h * d])
}

const forward =
  (name: string, features: number, heads: number, options: AttentionOptions) =>
  (params: Params, inputs: Three): readonly [Tensor, (cotangent: Tensor) => readonly [Params, Three]] => {
    for (const x of inputs) checkInput(name, x, { rank: 3, axis: 2, size: features })
    for (const part of ['query', 'key', 'value', 'out'] as const)
      checkParams(`${name}.${part}`, params[part], { weight: [features, features], bias: [features] }, inputs[0].dtype)
    const [query, fromQuery] = project(params.query, inputs[0])
    const [key, fromKey] = project(params.key, inputs[1])
    const [value, fromValue] = project(params.value, inputs[2])
    const [seen, fromSeen] = attended(name, [split(query, heads), split(key, heads), split(value, heads)], options)
    const [output, fromOutput] = project(params.out, merge(seen))
    return [
      output,
      (cotangent) => {
        const [out, dSeen] = fromOutput(cotangent)
        const [dQuery, dKey, dValue] = fromSeen(split(dSeen, heads))
        const [q, dq] = fromQuery(merge(dQuery))
        const [k, dk] = fromKey(merge(dKey))
        const [v, dv] = fromValue(merge(dValue))
        return [{ query: q, key: k, value: v, out }, [dq, dk, dv]]
      },
    ]
  }

const drawParams = (features: number, initializer: Initializer, spec: ArraySpec): Random<Params> => {
  const fans = { in: features, out: features }
  const one = drawRecord<{ readonly weight: Tensor; readonly bias: Tensor }>({
    weight: initialize(initializer, [features, features], fans, spec),
    bias: initialize(constant(0), [features], fans, spec),
  })
  return drawRecord<Params>({ query: one, key: one, value: one, out: one })
}

const check = (name: string, features: number, heads: number): void => {
  checkSizes(name, { features, heads })
  if (features % heads !== 0) fail(name, `heads that divide ${features} features`, String(heads), 'Choose other sizes.')
}

/**
 * Multi-head attention of a tuple [query, key, value], each [batch, time, features], to [batch, time, features]: the
 * inputs are projected, split into heads, attend (`scaledDotProductAttention`), and are joined and projected again.
 *
 * Params: query, key, value, out, each { weight [features, features], bias [features] }. PyTorch's in_proj_weight is the
 * first three weights stacked.
 *
 * Source: Vaswani et al., "Attention Is All You Need" (2017).
 *
 * @throws PullbackError when heads do not divide the features, or inputs are not [batch, time, features]
 * @example
 * import { multiHeadAttention, rng } from 'pullback'
 *
 * const attend = multiHeadAttention({ features: 8, heads: 2 })
 * const [query, key] = [[3, 4, 8], [3, 5, 8]].map((shape) => ({ shape, dtype: 'float32' as const }))
 * const [{ output }] = attend.init([query, key, key])(rng(0))
 * output // => { shape: [3, 4, 8], dtype: 'float32' }
 */
export const multiHeadAttention = <E extends number, N extends number = number, T extends number = number>(
  options: MultiHeadAttentionOptions<E>,
): Layer<
  readonly [query: Tensor<[N, T, E]>, key: Tensor<[N, number, E]>, value: Tensor<[N, number, E]>],
  Tensor<[N, T, E]>,
  MultiHeadAttentionParams<E>,
  None
> => {
  const { features, heads, weightInitializer = xavierUniform() } = options
  const name = 'multiHeadAttention'
  check(name, features, heads)
  const attend = forward(name, features, heads, options)
  return parametric<Three, Tensor, Params>(
    name,
    (input) => drawParams(features, weightInitializer, oneArray(name, inputsOf(name, input, 3)[0])),
    (params, inputs) => {
      inputsOf(name, specOf(inputs), 3)
      return attend(params, inputs)
    },
  ) as ReturnType<typeof multiHeadAttention<E, N, T>>
}

/**
 * Multi-head attention of a sequence to itself: [batch, time, features] to the same. Params as of `multiHeadAttention`.
 *
 * @throws PullbackError as `multiHeadAttention`
 * @example
 * import { chain, input, layerNorm, residual, selfAttention } from 'pullback'
 *
 * const block = chain(
 *   input<[number, number, 64]>(),
 *   residual(chain(layerNorm(64), selfAttention({ features: 64, heads: 4, causal: true }))),
 * )
 */
export const selfAttention = <E extends number, N extends number = number, T extends number = number>(
  options: MultiHeadAttentionOptions<E>,
): Layer<Tensor<[N, T, E]>, Tensor<[N, T, E]>, MultiHeadAttentionParams<E>, None> => {
  const { features, heads, weightInitializer = xavierUniform() } = options
  const name = 'selfAttention'
  check(name, features, heads)
  const attend = forward(name, features, heads, options)
  return parametric<Tensor, Tensor, Params>(
    name,
    (input) => drawParams(features, weightInitializer, oneArray(name, input)),
    (params, x) => {
      const [output, pullback] = attend(params, [x, x, x])
      return [
        output,
        (cotangent) => {
          const [gradient, three] = pullback(cotangent)
          return [gradient, sumCotangents(name, three)]
        },
      ]
    },
  ) as ReturnType<typeof selfAttention<E, N, T>>
}
