/** Normalisation of each example by itself: over its last axes, or over groups of channels. */

import { expectFloat } from '../../array/dtype.js'
import { add, mul, sub } from '../../array/elementwise.js'
import { checkFinite, fail } from '../../array/error.js'
import { reshape } from '../../array/move.js'
import { mean, sum } from '../../array/reduce.js'
import { type Shape, showShape, sizeOf } from '../../array/shape.js'
import type { Mutable, Tensor } from '../../array/tensor.js'
import { constant } from '../../init/constant.js'
import { checkInput, checkParams, checkSizes, drawRecord, parametric } from '../build.js'
import { initialize } from '../initialize.js'
import { type Layer, type None, oneArray } from '../layer.js'
import type { Channelwise, NormParams } from './batchNorm.js'
import { inverseDeviation, statisticsOf } from './standardize.js'

/** What `layerNorm` takes beside its sizes. */
export interface LayerNormOptions {
  /** Added to the variance; 1e-5 unless given. */
  readonly epsilon?: number
}

type Params = { readonly gamma: Tensor; readonly beta: Tensor }

const drawGain =
  (name: string, shape: Shape) => (input: Parameters<Layer<Tensor, Tensor, Params, None>['init']>[0]) => {
    const spec = oneArray(name, input)
    return drawRecord<Params>({
      gamma: initialize(constant(1), shape, undefined, spec),
      beta: initialize(constant(0), shape, undefined, spec),
    })
  }

/** The cotangent through the statistics: (g - mean(g) - z mean(g z)) / deviation, for the cotangent g of z. */
const throughStatistics = (g: Tensor, z: Tensor, inverse: Tensor, axes: readonly number[]): Tensor =>
  mul(sub(sub(g, mean(g, axes, true) as Tensor), mul(z, mean(mul(g, z), axes, true) as Tensor)), inverse)

/** The learned scale and shift of each element of the shape that is normalised. */
export interface SizedNormParams<S extends Shape> {
  readonly gamma: Tensor<S>
  readonly beta: Tensor<S>
}

/** A number of features, or the sizes of several axes. */
export interface LayerNorm {
  <F extends number, Lead extends number[] = number[]>(
    features: F,
    options?: LayerNormOptions,
  ): Layer<Tensor<[...Lead, F]>, Tensor<[...Lead, F]>, SizedNormParams<[F]>, None>
  <const F extends number | Shape, T extends Tensor>(
    features: F,
    options?: LayerNormOptions,
  ): Layer<T, T, SizedNormParams<F extends Shape ? Mutable<F> : Shape>, None>
}

/**
 * Each example standardised over its last axes, whose sizes are `features`, then scaled and shifted element by element.
 *
 * Params: gamma, beta of the shape of `features`.
 *
 * Source: Ba, Kiros and Hinton, "Layer Normalization" (2016).
 *
 * @throws PullbackError when an input does not end in `features`, or epsilon is negative or not finite
 * @example
 * import { layerNorm, rng } from 'pullback'
 *
 * const [{ output }] = layerNorm(64).init({ shape: [8, 10, 64], dtype: 'float32' })(rng(0))
 * output // => { shape: [8, 10, 64], dtype: 'float32' }
 */
export const layerNorm: LayerNorm = (features: number | Shape, { epsilon = 1e-5 }: LayerNormOptions = {}) => {
  const sizes: readonly number[] = typeof features === 'number' ? [features] : features
  if (sizes.length === 0) fail('layerNorm', 'at least one axis', 'none', 'Give the sizes of the last axes.')
  for (const size of sizes) checkSizes('layerNorm', { features: size })
  checkFinite('layerNorm', 'epsilon', epsilon, 0)
  return parametric<Tensor, Tensor, Params>('layerNorm', drawGain('layerNorm', sizes), ({ gamma, beta }, x) => {
    expectFloat('layerNorm', x.dtype)
    const lead = x.shape.length - sizes.length
    if (lead < 0 || sizes.some((size, i) => x.shape[lead + i] !== size))
      fail(
        'layerNorm',
        `a shape that ends in ${showShape(sizes)}`,
        showShape(x.shape),
        'Give the sizes of the last axes.',
      )
    checkParams('layerNorm', { gamma, beta }, { gamma: sizes, beta: sizes }, x.dtype)
    const axes = sizes.map((_, i) => lead + i)
    const { centred, variance } = statisticsOf(x, axes)
    const inverse = inverseDeviation(variance, epsilon)
    const z: Tensor = mul(centred, inverse)
    const others = x.shape.map((_, i) => i).slice(0, lead)
    const total = (t: Tensor): Tensor => (lead === 0 ? t : sum(t, others))
    return [
      add(mul(z, gamma), beta),
      (cotangent) => [
        { gamma: total(mul(cotangent, z)), beta: total(cotangent) },
        throughStatistics(mul(cotangent, gamma), z, inverse, axes),
      ],
    ]
  })
}

/** The channels of `groupNorm`, and their groups. */
export interface GroupNormOptions {
  readonly groups: number
  /** Added to the variance; 1e-5 unless given. */
  readonly epsilon?: number
}

/**
 * Each example standardised over groups of its channels (axis 1) and all axes after them, then scaled and shifted
 * channel by channel. One group is a layer norm over channels and places, as many as channels an instance norm.
 *
 * Params: gamma, beta [channels].
 *
 * Source: Wu and He, "Group Normalization" (2018).
 *
 * @throws PullbackError when the groups do not divide the channels, an input has others, or epsilon is negative or not
 * finite
 * @example
 * import { groupNorm, rng } from 'pullback'
 *
 * const [{ output }] = groupNorm(6, { groups: 2 }).init({ shape: [2, 6, 4, 5], dtype: 'float32' })(rng(0))
 * output // => { shape: [2, 6, 4, 5], dtype: 'float32' }
 */
export const groupNorm = <C extends number, N extends number = number, Places extends number[] = number[]>(
  channels: C,
  { groups, epsilon = 1e-5 }: GroupNormOptions,
): Layer<Channelwise<N, C, Places>, Channelwise<N, C, Places>, NormParams<C>, None> => {
  checkSizes('groupNorm', { channels, groups })
  checkFinite('groupNorm', 'epsilon', epsilon, 0)
  if (channels % groups !== 0)
    fail('groupNorm', `groups that divide ${channels} channels`, `${groups}`, 'Choose other sizes.')
  return parametric<Tensor, Tensor, Params>('groupNorm', drawGain('groupNorm', [channels]), ({ gamma, beta }, x) => {
    if (x.shape.length < 2)
      fail('groupNorm', 'rank 2 or more', showShape(x.shape), 'Axis 0 is the batch, axis 1 the channels.')
    checkInput('groupNorm', x, { axis: 1, size: channels })
    checkParams('groupNorm', { gamma, beta }, { gamma: [channels], beta: [channels] }, x.dtype)
    // batch, group, channel of the group, place
    const shape = [x.shape[0], groups, channels / groups, sizeOf(x.shape.slice(2))]
    const channelwise = (v: Tensor): Tensor => reshape(v, [groups, channels / groups, 1])
    const axes = [2, 3]
    const { centred, variance } = statisticsOf(reshape(x, shape), axes)
    const inverse = inverseDeviation(variance, epsilon)
    const z: Tensor = mul(centred, inverse)
    return [
      reshape(add(mul(z, channelwise(gamma)), channelwise(beta)) as Tensor, x.shape),
      (cotangent) => {
        const dy: Tensor = reshape(cotangent, shape)
        return [
          {
            gamma: reshape(sum(mul(dy, z), [0, 3]) as Tensor, [channels]),
            beta: reshape(sum(dy, [0, 3]) as Tensor, [channels]),
          },
          reshape(throughStatistics(mul(dy, channelwise(gamma)), z, inverse, axes), x.shape),
        ]
      },
    ]
  })
}
