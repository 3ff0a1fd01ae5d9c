/** Pooling of images. Layers without params, so each is a function, too: `maxPool2d(2)`, `maxPool2d(x, 2)`. */
import { full } from '../../array/create.js'
import { expectFloat } from '../../array/dtype.js'
import { div, equal, select } from '../../array/elementwise.js'
import { fail } from '../../array/error.js'
import { iota } from '../../array/indexing.js'
import { broadcastTo, expandDims, pad, reshape, slice } from '../../array/move.js'
import { argMax, max, mean, sum } from '../../array/reduce.js'
import { type Shape, showShape } from '../../array/shape.js'
import { isTensor, type Tensor } from '../../array/tensor.js'
import { overlapAdd, type WindowOptions, window } from '../../array/window.js'
import { stateless } from '../build.js'
import type { Layer, None } from '../layer.js'
import { steady } from '../staged.js'
import type { Images } from './conv2d.js'
import { type Geometry, geometryOf, type Padding, type Pair, paddingFor, pairOf } from './geometry.js'

/** How windows move over an image. */
export interface PoolOptions {
  /** Height and width of the windows. */
  readonly kernel: Pair
  /** The kernel unless given, so that windows tile the image. */
  readonly stride?: Pair
  /** 0 unless given. */
  readonly padding?: Padding
}

/** How windows move over an image, and what a mean counts. */
export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as elements of the average; true unless given. */
  readonly countIncludePad?: boolean
}

type Two = readonly [number, number]
type Valued = readonly [y: Tensor, pullback: (cotangent: Tensor) => Tensor]

interface Pool {
  readonly name: string
  readonly kernel: Two
  readonly geometry: Geometry
  /** Whether padding was asked for. */
  readonly padded: boolean
}

const poolOf = (name: string, options: number | PoolOptions): Pool => {
  const { kernel, stride = kernel, padding = 0 } = typeof options === 'number' ? { kernel: options } : options
  return {
    name,
    kernel: pairOf(name, 'kernel', kernel, 1),
    geometry: geometryOf(name, { stride, padding }),
    padded: padding !== 0,
  }
}

interface Windows {
  /** Images, with the padding. */
  readonly padded: Tensor
  /** [N, C, kH, kW, oH, oW] */
  readonly view: Tensor
  /** From the cotangent of the view to that of the images. */
  readonly back: (cotangent: Tensor) => Tensor
}

const checkImages = (name: string, x: Tensor): void => {
  expectFloat(name, x.dtype)
  if (x.shape.length !== 4)
    fail(name, 'images of rank 4', showShape(x.shape), 'Images are batch, channel, height, width.')
}

const windowsOf = ({ name, kernel, geometry }: Pool, x: Tensor, outside: number): Windows => {
  checkImages(name, x)
  const [n, channels, height, width] = x.shape
  const padding = paddingFor(name, geometry, kernel, [height, width])
  if (padding.some(([before, after], i) => before >= kernel[i] || after >= kernel[i]))
    fail(
      name,
      `padding smaller than the window ${showShape(kernel)}`,
      padding.map(showShape).join(' and '),
      'A window of padding alone has no largest element and no mean.',
    )
  const [[top, bottom], [left, right]] = padding
  const options: WindowOptions = { size: kernel, stride: geometry.stride, dilation: [1, 1] }
  const padded = pad(
    x,
    [
      [0, 0],
      [0, 0],
      [top, bottom],
      [left, right],
    ],
    outside,
  ) as Tensor
  return {
    padded,
    view: window(padded, options),
    back: (cotangent) =>
      slice(
        overlapAdd(cotangent, padded.shape.slice(2), options),
        [0, 0, top, left],
        [n, channels, top + height, left + width],
      ),
  }
}

/** The largest of the places on axis 2 of [N, C, places, ...], and the cotangent routed to the first of them. */
const largest = (x: Tensor): Valued => [
  max(x, 2),
  (cotangent) => {
    const chosen = expandDims(argMax(x, 2) as Tensor<Shape, 'int32'>, 2)
    const places = x.shape[2]
    const place = reshape(iota([places]), [places, ...x.shape.slice(3).map(() => 1)]) as Tensor<Shape, 'int32'>
    return select(equal(place, chosen) as Tensor<Shape, 'bool'>, expandDims(cotangent, 2), 0) as Tensor
  },
]

const maxPooled = (pool: Pool, x: Tensor): Valued => {
  const { view, back } = windowsOf(pool, x, Number.NEGATIVE_INFINITY)
  const places = pool.kernel[0] * pool.kernel[1]
  const [n, channels, , , height, width] = view.shape
  const [y, pullback] = largest(reshape(view, [n, channels, places, height, width]))
  return [y, (cotangent) => back(reshape(pullback(cotangent), view.shape))]
}

/** How many elements of the images each window covers: [oH, oW], or one number where padding counts. */
const countsOf = (pool: Pool, x: Tensor, includePad: boolean): Tensor | number => {
  if (includePad || !pool.padded) return pool.kernel[0] * pool.kernel[1]
  const ones = full([1, 1, ...x.shape.slice(2)], 1, x.dtype) as Tensor
  return sum(windowsOf(pool, ones, 0).view, [0, 1, 2, 3])
}

const averagePooled = (pool: Pool, includePad: boolean, x: Tensor): Valued => {
  const { view, back } = windowsOf(pool, x, 0)
  const counts = countsOf(pool, x, includePad)
  const perElement = (total: Tensor): Tensor => div(total, counts as Tensor)
  return [
    perElement(sum(view, [2, 3])),
    (cotangent) => back(broadcastTo(expandDims(expandDims(perElement(cotangent), 2), 2), view.shape)),
  ]
}

const checkPlaces = (name: string, x: Tensor): void => {
  checkImages(name, x)
  if (x.shape[2] * x.shape[3] === 0)
    fail(name, 'images of at least one place', showShape(x.shape), 'Use fewer poolings before.')
}

const globalAverage = (x: Tensor): Valued => {
  checkPlaces('globalAvgPool2d', x)
  const places = x.shape[2] * x.shape[3]
  return [
    mean(x, [2, 3]),
    (cotangent) => broadcastTo(reshape(div(cotangent, places), [...cotangent.shape, 1, 1]) as Tensor, x.shape),
  ]
}

const globalMaximum = (x: Tensor): Valued => {
  checkPlaces('globalMaxPool2d', x)
  const [n, channels, height, width] = x.shape
  const [y, pullback] = largest(reshape(x, [n, channels, height * width]))
  return [y, (cotangent) => reshape(pullback(cotangent), x.shape)]
}

/** A pooling as a layer, and as a function of images. */
export interface Pooling<O> {
  <N extends number, C extends number>(options: number | O): Layer<Images<N, C>, Images<N, C>, None, None>
  <N extends number, C extends number>(x: Images<N, C>, options: number | O): Images<N, C>
}

const pooling = <O>(name: string, prepare: (options: number | O) => (x: Tensor) => Valued): Pooling<O> =>
  ((first: Tensor | number | O, second?: number | O) =>
    isTensor(first)
      ? prepare(second as number | O)(first)[0]
      : steady(stateless<Tensor, Tensor>(name, prepare(first)))) as Pooling<O>

/**
 * The largest element of each window: [N, C, H, W] to [N, C, H', W']. The pullback routes the cotangent to the first
 * largest element. Padding is -infinity, so it never wins.
 *
 * @throws PullbackError when the input is not [N, C, H, W], a window is larger than the padded input, or
 * padding is as large as a window
 * @example
 * import { maxPool2d, ones } from 'pullback'
 *
 * const layer = maxPool2d(2) // stride 2, unless { kernel, stride } say otherwise
 * maxPool2d(ones([1, 3, 9, 8]), { kernel: 3, stride: 2, padding: 1 }).shape // => [1, 3, 5, 4]
 */
export const maxPool2d: Pooling<PoolOptions> = pooling('maxPool2d', (options) => {
  const pool = poolOf('maxPool2d', options)
  return (x) => maxPooled(pool, x)
})

/**
 * The mean of each window: [N, C, H, W] to [N, C, H', W'].
 *
 * @throws PullbackError when the input is not [N, C, H, W], a window is larger than the padded input, or
 * padding is as large as a window
 * @example
 * import { avgPool2d, ones } from 'pullback'
 *
 * avgPool2d(ones([1, 3, 9, 8]), { kernel: 3, stride: 2, padding: 1, countIncludePad: false }).shape // => [1, 3, 5, 4]
 */
export const avgPool2d: Pooling<AveragePoolOptions> = pooling('avgPool2d', (options) => {
  const pool = poolOf('avgPool2d', options)
  const includePad = typeof options === 'number' ? true : (options.countIncludePad ?? true)
  return (x) => averagePooled(pool, includePad, x)
})

/** A global pooling as a layer, and as a function of images. */
export interface GlobalPooling {
  <N extends number, C extends number>(): Layer<Images<N, C>, Tensor<[N, C]>, None, None>
  <N extends number, C extends number>(x: Images<N, C>): Tensor<[N, C]>
}

const globalPooling = (name: string, pooled: (x: Tensor) => Valued): GlobalPooling =>
  ((x?: Tensor) => (x === undefined ? steady(stateless<Tensor, Tensor>(name, pooled)) : pooled(x)[0])) as GlobalPooling

/**
 * The mean of each channel over the image: [N, C, H, W] to [N, C].
 *
 * Source: Lin, Chen and Yan, "Network in Network" (2014).
 *
 * @example
 * import { globalAvgPool2d, rng } from 'pullback'
 *
 * const [{ output }] = globalAvgPool2d().init({ shape: [2, 64, 7, 5], dtype: 'float32' })(rng(0))
 * output // => { shape: [2, 64], dtype: 'float32' }
 */
export const globalAvgPool2d: GlobalPooling = globalPooling('globalAvgPool2d', globalAverage)

/**
 * The largest element of each channel: [N, C, H, W] to [N, C]. The pullback routes the cotangent to the first of them.
 *
 * @throws PullbackError when the input is not [N, C, H, W], or has no places
 * @example
 * import { globalMaxPool2d, ones } from 'pullback'
 *
 * globalMaxPool2d(ones([2, 3, 8, 7])).shape // => [2, 3]
 */
export const globalMaxPool2d: GlobalPooling = globalPooling('globalMaxPool2d', globalMaximum)
