/** Fully connected layers: y = x Wᵀ + b. */
import { matmul } from '../array/contract.js'
import { add } from '../array/elementwise.js'
import { reshape, transpose } from '../array/move.js'
import { sum } from '../array/reduce.js'
import type { Tensor } from '../array/tensor.js'
import { tuple } from '../array/tuple.js'
import type { Initializer } from '../init/initializer.js'
import { checkInput, checkParams, checkSizes, parametric } from './build.js'
import { drawWeightAndBias, type WeightAndBias, weightAlone, weightAndBias } from './initialize.js'
import { type Layer, type None, oneArray } from './layer.js'
import { steady } from './staged.js'

/** The weight is stored out, in, as PyTorch's is. */
export type DenseParams<I extends number, O extends number, B extends boolean = true> = B extends true
  ? { readonly weight: Tensor<[O, I]>; readonly bias: Tensor<[O]> }
  : { readonly weight: Tensor<[O, I]> }

/** What `dense` takes beside its sizes. */
export interface DenseOptions<B extends boolean = true> {
  /** Whether there is a bias; true unless given. */
  readonly bias?: B
  /** `kaimingNormal()` unless given. */
  readonly weightInitializer?: Initializer
  /** Zeros unless given. */
  readonly biasInitializer?: Initializer
}

/** x Wᵀ + b over rows, and its cotangents: dx = dy W, dW = dyᵀ x, db = the sum of dy over the batch. */
export const affine = (
  { weight, bias }: WeightAndBias,
  x: Tensor,
): readonly [Tensor, (cotangent: Tensor) => readonly [WeightAndBias, Tensor]] => {
  const product: Tensor = matmul(x, transpose(weight) as Tensor)
  return tuple(bias === undefined ? product : add(product, bias), (cotangent) => {
    const slope: Tensor = matmul(transpose(cotangent) as Tensor, x)
    const params = bias === undefined ? weightAlone(slope) : weightAndBias(slope, sum(cotangent, 0))
    return tuple(params, matmul(cotangent, weight))
  })
}

const fullyConnected = (
  name: string,
  inputs: number,
  outputs: number,
  options: DenseOptions<boolean>,
  anyRank: boolean,
): Layer<Tensor, Tensor, WeightAndBias, None> => {
  checkSizes(name, { inputs, outputs })
  const fans = { in: inputs, out: outputs }
  const shapes = { weight: [outputs, inputs], ...(options.bias === false ? {} : { bias: [outputs] }) }
  const layer = parametric<Tensor, Tensor, WeightAndBias>(
    name,
    (input) => drawWeightAndBias(options, [outputs, inputs], outputs, fans, oneArray(name, input)),
    (params, x) => {
      checkInput(name, x, anyRank ? { axis: -1, size: inputs } : { rank: 2, axis: 1, size: inputs })
      checkParams(name, params, shapes, x.dtype)
      if (x.shape.length === 2) return affine(params, x)
      const [y, pullback] = affine(params, reshape(x, [-1, inputs]))
      return [
        reshape(y, [...x.shape.slice(0, -1), outputs]),
        (cotangent) => {
          const [cotangents, dx] = pullback(reshape(cotangent, [-1, outputs]))
          return [cotangents, reshape(dx, x.shape)]
        },
      ]
    },
  )
  return steady(layer)
}

/**
 * y = x Wᵀ + b of a batch of feature vectors: [batch, inputs] to [batch, outputs]. Rank 2 only, so that a forgotten
 * `flatten()` does not compile; `linear` takes any rank.
 *
 * Params: weight [outputs, inputs], Kaiming normal unless given; bias [outputs], zeros unless given.
 *
 * @throws PullbackError when sizes are no positive whole numbers, or an input is not [batch, inputs]
 * @example
 * import { chain, dense, relu, rng } from 'pullback'
 *
 * const mlp = chain(dense(784, 256), relu(), dense(256, 10))
 * const [{ output }] = mlp.init({ shape: [32, 784], dtype: 'float32' })(rng(0))
 * output // => { shape: [32, 10], dtype: 'float32' }
 */
export const dense = <I extends number, O extends number, B extends boolean = true, N extends number = number>(
  inputs: I,
  outputs: O,
  options: DenseOptions<B> = {},
): Layer<Tensor<[N, I]>, Tensor<[N, O]>, DenseParams<I, O, B>, None> =>
  fullyConnected('dense', inputs, outputs, options, false) as Layer<
    Tensor<[N, I]>,
    Tensor<[N, O]>,
    DenseParams<I, O, B>,
    None
  >

/**
 * `dense` over the last axis of an array of any rank: [..., inputs] to [..., outputs]. For sequences.
 *
 * @throws PullbackError when sizes are no positive whole numbers, or an input does not end in `inputs`
 * @example
 * import { linear, rng } from 'pullback'
 *
 * const [{ output }] = linear(16, 80).init({ shape: [64, 32, 16], dtype: 'float32' })(rng(0))
 * output // => { shape: [64, 32, 80], dtype: 'float32' }
 */
export const linear = <I extends number, O extends number, B extends boolean = true, Lead extends number[] = number[]>(
  inputs: I,
  outputs: O,
  options: DenseOptions<B> = {},
): Layer<Tensor<[...Lead, I]>, Tensor<[...Lead, O]>, DenseParams<I, O, B>, None> =>
  fullyConnected('linear', inputs, outputs, options, true) as Layer<
    Tensor<[...Lead, I]>,
    Tensor<[...Lead, O]>,
    DenseParams<I, O, B>,
    None
  >
