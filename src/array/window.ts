/**
 * Sliding windows: what convolution and pooling are made of. Padding is `pad` before (with 0, or -infinity for a
 * maximum) and a slice after, so the primitives have none of their own; an engine reads through all of them.
 *
 * `window` and `overlapAdd` are adjoint: <overlapAdd(y), x> = <y, window(x)>.
 */
import { build } from './build.js'
import type { DType, NumericDType } from './dtype.js'
import { fail } from './error.js'
import { attributesDraft, interned, internedCopy, shapeDraft } from './intern.js'
import { pad, permute, reshape, slice } from './move.js'
import { type Shape, showShape } from './shape.js'
import type { Tensor } from './tensor.js'

/** One entry for each spatial axis; the spatial axes are the last ones. */
export interface WindowOptions {
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
}

/** How many windows fit along one axis. */
export const windowCount = (length: number, size: number, stride: number, dilation: number): number =>
  Math.floor((length - dilation * (size - 1) - 1) / stride) + 1

const isPositive = (n: number): boolean => Number.isInteger(n) && n >= 1

const check = (name: string, { size, stride, dilation }: WindowOptions, rank: number): void => {
  const n = size.length
  let valid = stride.length === n && dilation.length === n && n <= rank
  for (let i = 0; i < n; i++) valid &&= isPositive(size[i]) && isPositive(stride[i]) && isPositive(dilation[i])
  if (!valid)
    fail(
      name,
      'size, stride and dilation of positive integers, one for each spatial axis',
      `${[size, stride, dilation].map(showShape).join(', ')}`,
      'Spatial axes are the last ones.',
    )
}

const attributesOf = ({ size, stride, dilation }: WindowOptions): readonly number[] => {
  const n = size.length
  const out = attributesDraft(3 * n)
  for (let i = 0; i < n; i++) {
    out[i] = size[i]
    out[n + i] = stride[i]
    out[2 * n + i] = dilation[i]
  }
  return internedCopy(out)
}
const isTiling = ({ size, stride, dilation }: WindowOptions): boolean =>
  size.every((n, i) => stride[i] === n && (dilation[i] === 1 || n === 1))

/**
 * [..., spatial] becomes [..., size, count]: y[..., k, o] = x[..., o stride + k dilation].
 * attributes: sizes, strides, dilations.
 *
 * @throws PullbackError when the window does not fit
 * @example
 * import { tensor, toArray, window } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(window(tensor([1, 2, 3]), { size: [2], stride: [1], dilation: [1] }))) // => Float32Array [1, 2, 2, 3]
 */
export const window = <D extends DType>(x: Tensor<Shape, D>, options: WindowOptions): Tensor<Shape, D> => {
  const { size, stride, dilation } = options
  const n = size.length
  check('window', options, x.shape.length)
  const lead = x.shape.length - n
  const shape = shapeDraft(lead + 2 * n)
  let fits = true
  for (let i = 0; i < lead; i++) shape[i] = x.shape[i]
  for (let i = 0; i < n; i++) {
    const count = windowCount(x.shape[lead + i], size[i], stride[i], dilation[i])
    shape[lead + i] = size[i]
    shape[lead + n + i] = count
    fits &&= count >= 1
  }
  if (!fits)
    fail(
      'window',
      `a window that fits into ${showShape(x.shape.slice(lead))}`,
      `size ${showShape(size)} with dilation ${showShape(dilation)}`,
      'Use a smaller kernel, or pad the input.',
    )
  if (isTiling(options)) {
    // Windows that do not overlap are a reshape, which costs nothing.
    const kept = x.shape.slice(0, lead)
    const counts = shape.slice(lead + n)
    const used = slice(
      x,
      x.shape.map(() => 0),
      [...kept, ...counts.map((count, i) => count * size[i])],
    )
    const split = reshape(used as Tensor<Shape, D>, [...kept, ...counts.flatMap((count, i) => [count, size[i]])])
    return permute(split, tilingOrder(lead, n))
  }
  return build('window', x.dtype, internedCopy(shape), attributesOf(options), x) as Tensor<Shape, D>
}

/** From [lead, count0, size0, count1, size1, ...] to [lead, sizes, counts]; its inverse is `untilingOrder`. */
const tilingOrder = (lead: number, n: number): number[] => [
  ...Array.from({ length: lead }, (_, i) => i),
  ...Array.from({ length: n }, (_, i) => lead + 2 * i + 1),
  ...Array.from({ length: n }, (_, i) => lead + 2 * i),
]
const untilingOrder = (lead: number, n: number): number[] => [
  ...Array.from({ length: lead }, (_, i) => i),
  ...Array.from({ length: n }, (_, i) => [lead + n + i, lead + i]).flat(),
]

/**
 * [..., size, count] becomes [..., spatial]: every element is added to the place that `window` reads it from. Places
 * that no window covers are 0. At each place the window elements are added in ascending row-major order of k, from 0.
 * attributes: sizes, strides, dilations.
 *
 * @throws PullbackError when the windows are not those of `spatial`
 * @example
 * import { ones, overlapAdd, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const x = overlapAdd(ones([2, 3]), [4], { size: [2], stride: [1], dilation: [1] })
 * toArray(reference().evaluateSync(x)) // => Float32Array [1, 2, 2, 1]
 */
export const overlapAdd = <D extends NumericDType>(
  y: Tensor<Shape, D>,
  spatial: Shape,
  options: WindowOptions,
): Tensor<Shape, D> => {
  const { size, stride, dilation } = options
  const n = size.length
  check('overlapAdd', options, y.shape.length)
  const lead = y.shape.slice(0, y.shape.length - 2 * n)
  const counts = spatial.map((length, i) => windowCount(length, size[i], stride[i], dilation[i]))
  const expected = [...lead, ...size, ...counts]
  if (spatial.length !== n || expected.some((length, i) => length !== y.shape[i]))
    fail(
      'overlapAdd',
      showShape(expected),
      showShape(y.shape),
      `These are the windows of spatial sizes ${showShape(spatial)}.`,
    )
  if (isTiling(options)) {
    const joined = counts.map((count, i) => count * size[i])
    const tiles = reshape(permute(y, untilingOrder(lead.length, n)) as Tensor<Shape, D>, [...lead, ...joined])
    return pad(tiles as Tensor<Shape, D>, [
      ...lead.map(() => [0, 0] as const),
      ...spatial.map((length, i) => [0, length - joined[i]] as const),
    ])
  }
  return build('overlapAdd', y.dtype, interned([...lead, ...spatial]), attributesOf(options), y) as Tensor<Shape, D>
}
