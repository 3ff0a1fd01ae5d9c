/** How a window of two spatial axes moves, worked out for an image. Axes are height, width. */
import { fail } from '../../array/error.js'
import { type Shape, showShape } from '../../array/shape.js'

/** One number for both axes, or one for each: height, width. */
export type Pair = number | readonly [height: number, width: number]

/** Zeros around an image: for both axes, for each, before and after of each, or as many as keep ceil(size / stride). */
export type Padding =
  | Pair
  | 'same'
  | readonly [height: readonly [before: number, after: number], width: readonly [before: number, after: number]]

/** How filters move over an image. */
export interface ConvolutionOptions {
  /** 1 unless given. */
  readonly stride?: Pair
  /** 0 unless given. */
  readonly padding?: Padding
  /** Distance of neighbouring kernel places in the image; 1 unless given. */
  readonly dilation?: Pair
  /** Channels are split into this many groups that do not see each other; 1 unless given. */
  readonly groups?: number
}

type Two = readonly [number, number]

/** Options with every axis spelt out. */
export interface Geometry {
  readonly stride: Two
  readonly padding: 'same' | readonly [Two, Two]
  readonly dilation: Two
  readonly groups: number
}

export const pairOf = (name: string, what: string, value: Pair, least: number): Two => {
  const pair: readonly number[] = typeof value === 'number' ? [value, value] : value
  if (pair.length !== 2 || pair.some((n) => !Number.isInteger(n) || n < least))
    fail(
      name,
      `${what} as a whole number from ${least}, or a pair of them`,
      JSON.stringify(value),
      'Pairs are height, width.',
    )
  return pair as Two
}

export const geometryOf = (
  name: string,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvolutionOptions,
): Geometry => {
  const pairs = padding === 'same' ? padding : paddingOf(name, padding)
  if (!Number.isInteger(groups) || groups < 1)
    fail(name, 'groups as a positive whole number', String(groups), 'Leave it out for one group.')
  return {
    stride: pairOf(name, 'stride', stride, 1),
    padding: pairs,
    dilation: pairOf(name, 'dilation', dilation, 1),
    groups,
  }
}

const isAsymmetric = (padding: Padding): padding is readonly [readonly [number, number], readonly [number, number]] =>
  typeof padding === 'object' && Array.isArray(padding[0])

const paddingOf = (name: string, padding: Exclude<Padding, 'same'>): readonly [Two, Two] => {
  if (isAsymmetric(padding)) return [pairOf(name, 'padding', padding[0], 0), pairOf(name, 'padding', padding[1], 0)]
  const [height, width] = pairOf(name, 'padding', padding, 0)
  return [
    [height, height],
    [width, width],
  ]
}

/** What a kernel covers along one axis. */
export const extentOf = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1

/**
 * Zeros before and after each axis of an image of `sizes`. 'same' makes as many windows as ceil(size / stride), with the
 * odd zero at the end (so do TensorFlow and, for stride 1, PyTorch).
 *
 * @throws PullbackError when the kernel does not fit into the padded image
 */
export const paddingFor = (name: string, geometry: Geometry, kernel: Shape, sizes: Shape): readonly [Two, Two] => {
  const { padding, stride, dilation } = geometry
  const extent = (i: 0 | 1): number => extentOf(kernel[i], dilation[i])
  const same = (i: 0 | 1): Two => {
    const total = Math.max(0, (Math.ceil(sizes[i] / stride[i]) - 1) * stride[i] + extent(i) - sizes[i])
    return [Math.floor(total / 2), Math.ceil(total / 2)]
  }
  const pairs = padding === 'same' ? ([same(0), same(1)] as const) : padding
  const padded = (i: 0 | 1): number => sizes[i] + pairs[i][0] + pairs[i][1]
  if (padded(0) < extent(0) || padded(1) < extent(1))
    fail(
      name,
      `an image that a kernel of ${showShape([extent(0), extent(1)])} fits into`,
      `${showShape([padded(0), padded(1)])}, with padding`,
      'Use a smaller kernel, more padding, or fewer poolings before.',
    )
  return pairs
}
