/** Convolution layers. */
import { expectFloat } from '../../array/dtype.js'
import { add } from '../../array/elementwise.js'
import { fail } from '../../array/error.js'
import { reshape } from '../../array/move.js'
import { sum } from '../../array/reduce.js'
import type { Tensor } from '../../array/tensor.js'
import { tuple } from '../../array/tuple.js'
import { type Fans, fansOf, type Initializer } from '../../init/initializer.js'
import { checkParams, checkSizes, parametric } from '../build.js'
import { drawWeightAndBias, type WeightAndBias, weightAlone, weightAndBias } from '../initialize.js'
import { type Layer, type None, oneArray } from '../layer.js'
import { steady } from '../staged.js'
import {
  type Convolved,
  convolved,
  type TransposedOptions,
  transposeConvolved,
  transposedGeometryOf,
} from './convolve2d.js'
import { type ConvolutionOptions, geometryOf, pairOf } from './geometry.js'

/** Images: batch, channel, height, width. */
export type Images<N extends number, C extends number> = Tensor<[N, C, number, number]>

type Kernel = number | readonly [number, number]
type HeightOf<K extends Kernel> = K extends readonly [infer H extends number, number]
  ? H
  : K extends number
    ? K
    : number
type WidthOf<K extends Kernel> = K extends readonly [number, infer W extends number] ? W : K extends number ? K : number

/** The weight is stored out, in / groups, kernel height, kernel width, as PyTorch's is. */
export type ConvParams<I extends number, O extends number, K extends Kernel, B extends boolean = true> = B extends true
  ? { readonly weight: Tensor<[O, I, HeightOf<K>, WidthOf<K>]>; readonly bias: Tensor<[O]> }
  : { readonly weight: Tensor<[O, I, HeightOf<K>, WidthOf<K>]> }

interface Channels<I extends number, O extends number, K extends Kernel, B extends boolean> {
  /** Channels of the input. */
  readonly in: I
  /** Channels of the output: the number of filters. */
  readonly out: O
  /** Height and width of the filters. */
  readonly kernel: K
  /** Whether there is a bias for each output channel; true unless given. */
  readonly bias?: B
  /** `kaimingNormal()` unless given. */
  readonly weightInitializer?: Initializer
  /** Zeros unless given. */
  readonly biasInitializer?: Initializer
}

/** The sizes of `conv2d`, and what it begins with. */
export interface Conv2dOptions<
  I extends number,
  O extends number,
  K extends Kernel,
  B extends boolean = true,
  G extends number = 1,
> extends Channels<I, O, K, B>,
    Omit<ConvolutionOptions, 'groups'> {
  /** Channels are split into this many groups that do not see each other; 1 unless given. */
  readonly groups?: G
}

/** The sizes of `convTranspose2d`, and what it begins with. */
export interface ConvTranspose2dOptions<I extends number, O extends number, K extends Kernel, B extends boolean = true>
  extends Channels<I, O, K, B>,
    TransposedOptions {}

type AnyChannels = Channels<number, number, Kernel, boolean>
type Convolve = (x: Tensor, weight: Tensor) => Convolved

const convolution = (
  name: string,
  options: AnyChannels,
  shape: readonly number[],
  fans: Fans,
  convolve: Convolve,
): Layer<Tensor, Tensor, WeightAndBias, None> => {
  const outputs = options.out
  const shapes = { weight: shape, ...(options.bias === false ? {} : { bias: [outputs] }) }
  const layer = parametric<Tensor, Tensor, WeightAndBias>(
    name,
    (input) => drawWeightAndBias(options, shape, outputs, fans, oneArray(name, input)),
    (params, x) => {
      expectFloat(name, x.dtype)
      checkParams(name, params, shapes, x.dtype)
      const [y, pullback] = convolve(x, params.weight)
      const { bias } = params
      if (bias === undefined)
        return tuple(y, (cotangent) => {
          const [weight, dx] = pullback(cotangent)
          return tuple(weightAlone(weight), dx)
        })
      return tuple(add(y, reshape(bias, [outputs, 1, 1]) as Tensor) as Tensor, (cotangent) => {
        const [weight, dx] = pullback(cotangent)
        return tuple(weightAndBias(weight, sum(cotangent, [0, 2, 3])), dx)
      })
    },
  )
  return steady(layer)
}

const checkGroups = (name: string, inputs: number, outputs: number, groups: number): void => {
  if (inputs % groups !== 0 || outputs % groups !== 0)
    fail(name, `in and out that ${groups} groups divide`, `${inputs} and ${outputs}`, 'Choose other sizes.')
}

/**
 * Convolution of images: [N, in, H, W] to [N, out, H', W'], with sizes as `convolve2d` says.
 *
 * Params: weight [out, in / groups, kH, kW], Kaiming normal unless given; bias [out], zeros unless given. `padding`
 * takes 'same', too. In front of a batch norm the bias is idle: `bias: false`.
 *
 * @throws PullbackError when sizes are no positive whole numbers, groups do not divide the channels, an input is not
 * [N, in, H, W], or the kernel is larger than the padded input
 * @example
 * import { conv2d, rng } from 'pullback'
 *
 * const layer = conv2d({ in: 1, out: 6, kernel: 5, padding: 2 })
 * const [{ output }] = layer.init({ shape: [64, 1, 28, 28], dtype: 'float32' })(rng(0))
 * output // => { shape: [64, 6, 28, 28], dtype: 'float32' }
 */
export const conv2d = <
  I extends number,
  O extends number,
  const K extends Kernel,
  B extends boolean = true,
  G extends number = 1,
  N extends number = number,
>(
  options: Conv2dOptions<I, O, K, B, G>,
): Layer<Images<N, I>, Images<N, O>, ConvParams<1 extends G ? I : number, O, K, B>, None> => {
  const geometry = geometryOf('conv2d', options)
  const { in: inputs, out: outputs } = options
  const kernel = pairOf('conv2d', 'kernel', options.kernel, 1)
  checkSizes('conv2d', { in: inputs, out: outputs })
  checkGroups('conv2d', inputs, outputs, geometry.groups)
  const shape = [outputs, inputs / geometry.groups, ...kernel]
  return convolution('conv2d', options, shape, fansOf(shape, geometry.groups), (x, weight) =>
    convolved('conv2d', x, weight, geometry),
  ) as Layer<Images<N, I>, Images<N, O>, ConvParams<1 extends G ? I : number, O, K, B>, None>
}

/** The weight is stored in, out / groups, kernel height, kernel width, as PyTorch's is. */
export type ConvTransposeParams<
  I extends number,
  O extends number,
  K extends Kernel,
  B extends boolean = true,
> = B extends true
  ? { readonly weight: Tensor<[I, number, HeightOf<K>, WidthOf<K>]>; readonly bias: Tensor<[O]> }
  : { readonly weight: Tensor<[I, number, HeightOf<K>, WidthOf<K>]> }

/**
 * Transposed convolution of images: [N, in, H, W] to [N, out, H', W'], with sizes as `convolveTransposed2d` says.
 *
 * Params: weight [in, out / groups, kH, kW], Kaiming normal unless given; bias [out], zeros unless given.
 *
 * @throws PullbackError as `conv2d`
 * @example
 * import { convTranspose2d, rng } from 'pullback'
 *
 * const layer = convTranspose2d({ in: 8, out: 3, kernel: 2, stride: 2 })
 * const [{ output }] = layer.init({ shape: [4, 8, 7, 7], dtype: 'float32' })(rng(0))
 * output // => { shape: [4, 3, 14, 14], dtype: 'float32' }
 */
export const convTranspose2d = <
  I extends number,
  O extends number,
  const K extends Kernel,
  B extends boolean = true,
  N extends number = number,
>(
  options: ConvTranspose2dOptions<I, O, K, B>,
): Layer<Images<N, I>, Images<N, O>, ConvTransposeParams<I, O, K, B>, None> => {
  const geometry = transposedGeometryOf('convTranspose2d', options)
  const { in: inputs, out: outputs } = options
  const kernel = pairOf('convTranspose2d', 'kernel', options.kernel, 1)
  checkSizes('convTranspose2d', { in: inputs, out: outputs })
  checkGroups('convTranspose2d', inputs, outputs, geometry.groups)
  const shape = [inputs, outputs / geometry.groups, ...kernel]
  // one output sums over the inputs of its group: the fans of the convolution the other way round
  const { in: fanOut, out: fanIn } = fansOf(shape, geometry.groups)
  return convolution('convTranspose2d', options, shape, { in: fanIn, out: fanOut }, (x, weight) =>
    transposeConvolved('convTranspose2d', x, weight, geometry),
  ) as Layer<Images<N, I>, Images<N, O>, ConvTransposeParams<I, O, K, B>, None>
}
