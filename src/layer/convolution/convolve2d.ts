/** Convolution of images as functions of arrays, and with their cotangents for the layers. */
import { expectFloat } from '../../array/dtype.js'
import { fail } from '../../array/error.js'
import { showShape } from '../../array/shape.js'
import type { Tensor } from '../../array/tensor.js'
import { tuple } from '../../array/tuple.js'
import { windowCount } from '../../array/window.js'
import {
  correlate,
  correlateFilter,
  correlateInput,
  correlateWindows,
  type Fitted,
  filterOfWindows,
  windowsOf,
} from './correlate.js'
import {
  type ConvolutionOptions,
  extentOf,
  type Geometry,
  geometryOf,
  type Pair,
  paddingFor,
  pairOf,
} from './geometry.js'

/** Output, and the cotangents of image and weight: dataflow, so nobody computes the one that is not used. */
export type Convolved = readonly [y: Tensor, pullback: (cotangent: Tensor) => readonly [weight: Tensor, x: Tensor]]

const checkOperands = (name: string, x: Tensor, weight: Tensor, channels: number, groups: number): void => {
  expectFloat(name, x.dtype)
  if (x.shape.length !== 4)
    fail(name, 'images of rank 4', showShape(x.shape), 'Images are batch, channel, height, width.')
  if (weight.shape.length !== 4)
    fail(name, 'a weight of rank 4', showShape(weight.shape), 'Weights are out, in / groups, kernel height and width.')
  if (x.shape[1] !== channels)
    fail(
      name,
      `${channels} channels`,
      `${x.shape[1]} in ${showShape(x.shape)}`,
      'Make this size that of the layer before.',
    )
  if (weight.shape[0] % groups !== 0)
    fail(name, `output channels that ${groups} groups divide`, `${weight.shape[0]}`, 'Choose other sizes.')
}

/** Convolution with its pullback; `name` is what errors begin with. */
export const convolved = (name: string, x: Tensor, weight: Tensor, geometry: Geometry): Convolved => {
  const { groups } = geometry
  checkOperands(name, x, weight, weight.shape[1] * groups, groups)
  const kernel = weight.shape.slice(2)
  const sizes = x.shape.slice(2)
  const { stride, dilation } = geometry
  const fitted: Fitted = { stride, dilation, groups, padding: paddingFor(name, geometry, kernel, sizes) }
  const windows = windowsOf(x, kernel, fitted)
  return tuple(correlateWindows(windows, weight, groups), (cotangent) =>
    tuple(filterOfWindows(windows, cotangent, kernel, groups), correlateInput(cotangent, weight, sizes, fitted)),
  )
}

/**
 * The cross-correlation that networks call convolution, of images N, C, H, W with filters O, C / groups, kH, kW:
 *
 *   y[n, o, i, j] = sum over c, a, b of w[o, c, a, b] x[n, c, i stride + a dilation - padding, ...]
 *
 * Output sizes are floor((size + padding - dilation (kernel - 1) - 1) / stride) + 1.
 *
 * @throws PullbackError when channels do not fit, or the kernel is larger than the padded image
 * @example
 * import { convolve2d, ones } from 'pullback'
 *
 * const y = convolve2d(ones([1, 3, 8, 8]), ones([4, 3, 3, 3]), { padding: 1, stride: 2 })
 * y.shape // => [1, 4, 4, 4]
 */
export const convolve2d = <N extends number, O extends number>(
  x: Tensor<[N, number, number, number]>,
  weight: Tensor<[O, number, number, number]>,
  options: ConvolutionOptions = {},
): Tensor<[N, O, number, number]> => convolved('convolve2d', x, weight, geometryOf('convolve2d', options))[0]

/** How filters move in a transposed convolution, and how large its output is. */
export interface TransposedOptions extends Omit<ConvolutionOptions, 'padding'> {
  /** Cut off around the output; 0 unless given. */
  readonly padding?: Pair | readonly [readonly [number, number], readonly [number, number]]
  /** Rows and columns added at the end of the output, where several sizes have one image; 0 unless given. */
  readonly outputPadding?: Pair
}

export interface TransposedGeometry extends Geometry {
  readonly outputPadding: readonly [number, number]
}

export const transposedGeometryOf = (
  name: string,
  { outputPadding = 0, ...options }: TransposedOptions,
): TransposedGeometry => ({
  ...geometryOf(name, options),
  outputPadding: pairOf(name, 'outputPadding', outputPadding, 0),
})

/** The transposed convolution with its pullback: `convolved` with image and output exchanged. */
export const transposeConvolved = (
  name: string,
  x: Tensor,
  weight: Tensor,
  geometry: TransposedGeometry,
): Convolved => {
  const { groups, stride, dilation, outputPadding } = geometry
  checkOperands(name, x, weight, weight.shape[0], groups)
  const kernel = weight.shape.slice(2)
  // the padding as it is, without asking whether a kernel fits: the image is the smaller one here
  const padding = paddingFor(
    name,
    geometry,
    kernel,
    kernel.map((k, i) => extentOf(k, dilation[i])),
  )
  const sizes = x.shape
    .slice(2)
    .map(
      (size, i) =>
        (size - 1) * stride[i] - padding[i][0] - padding[i][1] + extentOf(kernel[i], dilation[i]) + outputPadding[i],
    )
  const counts = sizes.map((size, i) =>
    windowCount(size + padding[i][0] + padding[i][1], kernel[i], stride[i], dilation[i]),
  )
  if (sizes.some((size) => size < 1) || counts.some((count, i) => count !== x.shape[2 + i]))
    fail(
      name,
      'padding smaller than the output, and outputPadding smaller than the stride',
      `output ${showShape(sizes)} of an image ${showShape(x.shape)}`,
      'Change padding or outputPadding.',
    )
  const fitted: Fitted = { stride, dilation, groups, padding }
  return [
    correlateInput(x, weight, sizes, fitted),
    (cotangent) => [correlateFilter(cotangent, x, kernel, fitted), correlate(cotangent, weight, fitted)],
  ]
}

/**
 * The adjoint of `convolve2d` in its image, with weights in, out / groups, kH, kW: it makes images larger. Output sizes
 * are (size - 1) stride - padding + dilation (kernel - 1) + 1 + outputPadding.
 *
 * Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016).
 *
 * @throws PullbackError when channels do not fit, or no convolution has such an output
 * @example
 * import { convolveTransposed2d, ones } from 'pullback'
 *
 * const y = convolveTransposed2d(ones([1, 3, 4, 4]), ones([3, 8, 2, 2]), { stride: 2 })
 * y.shape // => [1, 8, 8, 8]
 */
export const convolveTransposed2d = <N extends number>(
  x: Tensor<[N, number, number, number]>,
  weight: Tensor<[number, number, number, number]>,
  options: TransposedOptions = {},
): Tensor<[N, number, number, number]> =>
  transposeConvolved('convolveTransposed2d', x, weight, transposedGeometryOf('convolveTransposed2d', options))[0]
