/** Batch normalisation. */

import { sharedNumber } from '../../array/build.js'
import { full } from '../../array/create.js'
import { add, cast, mul, square, sub } from '../../array/elementwise.js'
import { checkFinite, fail } from '../../array/error.js'
import { reshape } from '../../array/move.js'
import { sum } from '../../array/reduce.js'
import { showShape, sizeOf } from '../../array/shape.js'
import { literal, type Tensor } from '../../array/tensor.js'
import { fields, tuple } from '../../array/tuple.js'
import type { Random } from '../../random/rng.js'
import { checkCotangent, checkInput, checkParams, checkSizes, floatDTypeOf, pure, specOf, standIn } from '../build.js'
import { type Apply, type Initial, type Layer, oneArray, type Spec } from '../layer.js'
import { type AnyApply, steady } from '../staged.js'
import { inverseDeviation } from './standardize.js'

/** The learned scale and shift of each of C channels. */
export interface NormParams<C extends number> {
  /** The scale; ones at the beginning. */
  readonly gamma: Tensor<[C]>
  /** The shift; zeros at the beginning. */
  readonly beta: Tensor<[C]>
}

/** Arrays of channels (axis 1), with or without places after them. */
export type Channelwise<N extends number, C extends number, Places extends number[]> = Tensor<[N, C, ...Places]>

/** Running statistics, for inference. */
export interface NormState<C extends number> {
  readonly mean: Tensor<[C]>
  /** Of the unbiased variances of batches. */
  readonly variance: Tensor<[C]>
}

/** What `batchNorm` takes beside its channels. */
export interface BatchNormOptions {
  /** The weight of a new batch in the running statistics; 0.1 unless given. */
  readonly momentum?: number
  /** Added to the variance; 1e-5 unless given. */
  readonly epsilon?: number
}

type Params = NormParams<number>
type State = NormState<number>
type Step = Apply<Params, State, Tensor, Tensor>
const paramsOf = fields('gamma', 'beta')
const stateOf = fields('mean', 'variance')

/** All axes but the channels' (axis 1). */
const otherAxes = (x: Tensor): number[] => [0, ...x.shape.slice(2).map((_, i) => i + 2)]
/** Vectors of channels, to be broadcast against arrays like x, with channels on axis 1. */
const alongChannels = (x: Tensor): ((v: Tensor) => Tensor) => {
  const shape = x.shape.slice(1).fill(1, 1)
  return (v) => reshape(v, shape)
}

type Check = (x: Tensor, params: Params, state: State) => void

const checkOf = (channels: number): Check => {
  const axis = { axis: 1, size: channels }
  const paramShapes = { gamma: [channels], beta: [channels] }
  const stateShapes = { mean: [channels], variance: [channels] }
  return (x, params, state) => {
    if (x.shape.length < 2)
      fail('batchNorm', 'an array of rank 2 or more', showShape(x.shape), 'Axis 0 is the batch, axis 1 the channels.')
    checkInput('batchNorm', x, axis)
    checkParams('batchNorm', params, paramShapes, x.dtype)
    checkParams('batchNorm', state, stateShapes, x.dtype)
  }
}

/**
 * The batch's own statistics. With n elements a channel, z the standardised x, and all sums over them:
 * dbeta = sum(dy), dgamma = sum(dy z), dx = gamma / deviation (dy - dbeta / n - z dgamma / n):
 * two reductions, and one elementwise pass that the engine fuses.
 *
 * Statistics stay vectors of channels until something is broadcast against them, and numbers are shared: there are as
 * many nodes to build in every step as need be.
 */
const trainOf = (channels: number, momentum: number, epsilon: number): Step => {
  const check = checkOf(channels)
  const [past, present] = [sharedNumber(1 - momentum), sharedNumber(momentum)]
  const kept = (old: Tensor, batch: Tensor): Tensor => add(mul(old, past(old)), mul(batch, present(old)))
  return (params, state, x) => {
    check(x, params, state)
    const n = sizeOf(x.shape) / channels
    if (n < 2)
      fail(
        'batchNorm',
        'more than one element a channel in training',
        showShape(x.shape),
        'Train on larger batches, or use layerNorm or groupNorm.',
      )
    const axes = otherAxes(x)
    const along = alongChannels(x)
    const share = literal(1 / n, x.dtype)
    const mean: Tensor = mul(sum(x, axes) as Tensor, share)
    const centred: Tensor = sub(x, along(mean))
    const variance: Tensor = mul(sum(square(centred), axes) as Tensor, share)
    const inverse = inverseDeviation(variance, epsilon)
    const scale = along(mul(inverse, params.gamma) as Tensor)
    const y: Tensor = add(mul(centred, scale), along(params.beta))
    return tuple(
      y,
      (cotangent) => {
        checkCotangent('batchNorm', y, cotangent)
        const beta: Tensor = sum(cotangent, axes)
        const gamma: Tensor = mul(sum(mul(cotangent, centred), axes) as Tensor, inverse)
        const slope: Tensor = mul(mul(gamma, inverse), share)
        const dx: Tensor = mul(sub(sub(cotangent, along(mul(beta, share))), mul(centred, along(slope))), scale)
        return tuple(paramsOf(gamma, beta), dx)
      },
      stateOf(kept(state.mean, mean), kept(state.variance, mul(variance, n / (n - 1)))),
    )
  }
}

/** The running statistics: an affine map of each channel. */
const inferOf = (channels: number, epsilon: number): Step => {
  const check = checkOf(channels)
  return (params, state, x) => {
    check(x, params, state)
    const along = alongChannels(x)
    const inverse = inverseDeviation(state.variance, epsilon)
    const centred: Tensor = sub(x, along(state.mean))
    const scale = along(mul(inverse, params.gamma) as Tensor)
    const y: Tensor = add(mul(centred, scale), along(params.beta))
    return [
      y,
      (cotangent) => {
        checkCotangent('batchNorm', y, cotangent)
        const axes = otherAxes(x)
        return [
          { gamma: mul(sum(mul(cotangent, centred), axes) as Tensor, inverse), beta: sum(cotangent, axes) },
          mul(cotangent, scale),
        ]
      },
      state,
    ]
  }
}

/**
 * Each channel (axis 1) of an array of rank 2 or more, standardised over all other axes, then scaled and shifted:
 * y = (x - mean) / sqrt(variance + epsilon) gamma + beta. Training takes the batch's statistics (biased variance), and
 * returns running ones (unbiased variance) as state; inference takes those.
 *
 * Params: gamma, beta [channels]; state: mean, variance [channels].
 *
 * Source: Ioffe and Szegedy, "Batch Normalization" (2015).
 *
 * @throws PullbackError when an input has other channels, training sees one element a channel, momentum is not from 0 to
 * 1, or epsilon is negative or not finite
 * @example
 * import { batchNorm, chain, conv2d, relu } from 'pullback'
 *
 * const block = chain(conv2d({ in: 3, out: 16, kernel: 3, bias: false }), batchNorm(16), relu())
 */
export const batchNorm = <C extends number, N extends number = number, Places extends number[] = number[]>(
  channels: C,
  { momentum = 0.1, epsilon = 1e-5 }: BatchNormOptions = {},
): Layer<Channelwise<N, C, Places>, Channelwise<N, C, Places>, NormParams<C>, NormState<C>> => {
  checkSizes('batchNorm', { channels })
  if (!(momentum >= 0 && momentum <= 1))
    fail('batchNorm', 'a momentum from 0 to 1', String(momentum), 'It is the weight of the new batch.')
  checkFinite('batchNorm', 'epsilon', epsilon, 0)
  const infer = inferOf(channels, epsilon)
  const init = (input: Spec): Random<Initial<Params, State>> => {
    const spec = oneArray('batchNorm', input)
    const filled = (value: number): Tensor<[number]> =>
      cast(full([channels], value), floatDTypeOf(spec)) as Tensor<[number]>
    const params = { gamma: filled(1), beta: filled(0) }
    const state = { mean: filled(0), variance: filled(1) }
    const output = specOf(infer(params, state, standIn('batchNorm', spec) as Tensor)[0])
    return pure({ params, state, output })
  }
  const train = trainOf(channels, momentum, epsilon)
  const layer: Layer<Tensor, Tensor, Params, State> = { kind: 'batchNorm', init, train: pure(train), infer }
  return steady(layer, train as AnyApply)
}
