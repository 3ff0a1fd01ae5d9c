/** Activations with params. */

import { matmul } from '../../array/contract.js'
import { add, equal, minimum, mul, select } from '../../array/elementwise.js'
import { checkFinite } from '../../array/error.js'
import { iota } from '../../array/indexing.js'
import { expandDims, permute, reshape, transpose } from '../../array/move.js'
import { argMax, max, sum } from '../../array/reduce.js'
import type { Shape } from '../../array/shape.js'
import type { Tensor } from '../../array/tensor.js'
import { constant } from '../../init/constant.js'
import type { Initializer } from '../../init/initializer.js'
import { kaimingNormal } from '../../init/scaled.js'
import { checkInput, checkParams, checkSizes, drawRecord, parametric } from '../build.js'
import { initialize } from '../initialize.js'
import { type Layer, type None, oneArray } from '../layer.js'
import { gate } from './rectifiers.js'

/** The slopes below 0. */
export interface PreluParams<C extends number> {
  readonly alpha: Tensor<[C]>
}

/** How many slopes are learned, and where they begin. */
export interface PreluOptions<C extends number> {
  /** 1 for one slope for all, else the number of channels (axis 1), each with a slope of its own. */
  readonly channels?: C
  /** The slope at the beginning; 0.25 unless given. */
  readonly initial?: number
}

/**
 * x where it is positive, else alpha x with a learned alpha, shared or one for each channel (axis 1).
 *
 * Source: He, Zhang, Ren and Sun, "Delving Deep into Rectifiers" (2015).
 *
 * @throws PullbackError when the channels are no positive whole number, or not those of the input, or the initial slope
 * is not finite
 * @example
 * import { chain, conv2d, prelu } from 'pullback'
 *
 * const network = chain(conv2d({ in: 3, out: 16, kernel: 3 }), prelu({ channels: 16 }))
 */
export const prelu = <T extends Tensor, C extends number = 1>(
  options: PreluOptions<C> = {},
): Layer<T, T, PreluParams<C>, None> => {
  const { initial = 0.25 } = options
  const channels = options.channels ?? 1
  checkSizes('prelu', { channels })
  checkFinite('prelu', 'initial', initial)
  const alphaFor = (alpha: Tensor, x: Tensor): Tensor =>
    channels === 1 ? reshape(alpha, []) : reshape(alpha, [channels, ...x.shape.slice(2).map(() => 1)])
  return parametric<Tensor, Tensor, { readonly alpha: Tensor }>(
    'prelu',
    (input) => drawRecord({ alpha: initialize(constant(initial), [channels], undefined, oneArray('prelu', input)) }),
    ({ alpha }, x) => {
      checkInput('prelu', x, channels === 1 ? {} : { axis: 1, size: channels })
      checkParams('prelu', { alpha }, { alpha: [channels] }, x.dtype)
      const slope = alphaFor(alpha, x)
      return [
        gate(x, x, mul(x, slope)),
        (cotangent) => {
          const product = mul(cotangent, minimum(x, 0))
          const axes = x.shape.map((_, i) => i).filter((i) => channels === 1 || i !== 1)
          return [{ alpha: reshape(sum(product, axes), [channels]) }, gate(x, cotangent, mul(cotangent, slope))]
        },
      ]
    },
  ) as unknown as Layer<T, T, PreluParams<C>, None>
}

/** A linear function for each piece. */
export interface MaxoutParams<K extends number, I extends number, O extends number> {
  readonly weight: Tensor<[K, I, O]>
  readonly bias: Tensor<[K, O]>
}

/** The sizes of a maxout layer. */
export interface MaxoutOptions<I extends number, O extends number, K extends number> {
  readonly in: I
  readonly out: O
  /** How many linear pieces each output chooses from; 2 unless given. */
  readonly pieces?: K
  readonly weightInitializer?: Initializer
}

/**
 * The largest of several linear functions, [batch, in] to [batch, out]: y[n, o] = max over p of (x w_p + b_p)[n, o].
 * ReLU and |x| are special cases. Where pieces are equal, the first takes the cotangent.
 *
 * Params: weight [pieces, in, out], bias [pieces, out].
 *
 * Source: Goodfellow, Warde-Farley, Mirza, Courville and Bengio, "Maxout Networks" (2013).
 *
 * @throws PullbackError when a size is no positive whole number, or the input does not fit
 * @example
 * import { maxout, rng } from 'pullback'
 *
 * const layer = maxout({ in: 8, out: 4, pieces: 3 })
 * const [{ params }] = layer.init({ shape: [16, 8], dtype: 'float32' })(rng(0))
 * params.weight.shape // => [3, 8, 4]
 */
export const maxout = <I extends number, O extends number, K extends number = 2, N extends number = number>(
  options: MaxoutOptions<I, O, K>,
): Layer<Tensor<[N, I]>, Tensor<[N, O]>, MaxoutParams<K, I, O>, None> => {
  const { in: inputs, out: outputs, weightInitializer = kaimingNormal({ gain: 1 }) } = options
  const pieces = options.pieces ?? 2
  checkSizes('maxout', { in: inputs, out: outputs, pieces })
  const shapes = { weight: [pieces, inputs, outputs], bias: [pieces, outputs] }
  return parametric<Tensor, Tensor, { readonly weight: Tensor; readonly bias: Tensor }>(
    'maxout',
    (input) => {
      const spec = oneArray('maxout', input)
      return drawRecord({
        weight: initialize(weightInitializer, [pieces, inputs, outputs], { in: inputs, out: outputs }, spec),
        bias: initialize(constant(0), [pieces, outputs], undefined, spec),
      })
    },
    ({ weight, bias }, x) => {
      checkInput('maxout', x, { rank: 2, axis: 1, size: inputs })
      checkParams('maxout', { weight, bias }, shapes, x.dtype)
      const z: Tensor = add(matmul(x, weight), expandDims(bias, 1))
      return [
        max(z, 0),
        (cotangent) => {
          const chosen = equal(reshape(iota([pieces]), [pieces, 1, 1]), argMax(z, 0) as Tensor<Shape, 'int32'>)
          const dz: Tensor = select(chosen, cotangent, 0)
          // the pieces side by side, so that one product sums over them
          const side = reshape(permute(dz, [1, 0, 2]), [x.shape[0], pieces * outputs])
          const wide = reshape(permute(weight, [0, 2, 1]), [pieces * outputs, inputs])
          return [{ weight: matmul(transpose(x), dz), bias: sum(dz, 1) }, matmul(side, wide)]
        },
      ]
    },
  )
}
