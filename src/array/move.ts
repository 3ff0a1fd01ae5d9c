/**
 * Functions that only move elements. None of them computes anything, and most cost nothing: engines read through them.
 */
import { build, operand } from './build.js'
import type { DType } from './dtype.js'
import { fail } from './error.js'
import { attributesDraft, interned, internedCopy, shapeDraft } from './intern.js'
import { noAttributes } from './node.js'
import { checkShape, normalizeAxes, normalizeAxis, type Shape, sameShape, showShape, sizeOf } from './shape.js'
import type { Mutable, Tensor } from './tensor.js'
import type { Asked, Axis, Out, Permute, Resized, Transpose } from './typing.js'

/**
 * The same elements, in row-major order, under another shape. One size may be -1: it is worked out.
 *
 * @throws PullbackError when the numbers of elements differ
 */
export const reshape = <D extends DType, const T extends Shape>(x: Tensor<Shape, D>, shape: T): Tensor<Asked<T>, D> => {
  const size = sizeOf(x.shape)
  const asked = shape.indexOf(-1) < 0 ? shape : withUnknown(shape, size)
  let valid = sizeOf(asked) === size
  for (let i = 0; i < asked.length; i++) valid &&= Number.isInteger(asked[i]) && asked[i] >= 0
  if (!valid)
    fail(
      'reshape',
      `a shape of ${size} elements for ${showShape(x.shape)}`,
      showShape(shape),
      'Keep the number of elements.',
    )
  if (sameShape(asked, x.shape)) return x as Tensor<Asked<T>, D>
  return build('reshape', x.dtype, internedCopy(asked), noAttributes, x) as Tensor<Asked<T>, D>
}

/** The shape of `size` elements with its first -1 worked out. */
const withUnknown = (shape: Shape, size: number): Shape => {
  const out = shape.slice()
  const known = -sizeOf(shape)
  out[shape.indexOf(-1)] = known === 0 ? 0 : size / known
  return out
}

/**
 * Axis i of the result is axis `permutation[i]` of x. attributes: the permutation.
 *
 * @throws PullbackError when the axes are no permutation
 * @example
 * import { ones, permute } from 'pullback'
 *
 * permute(ones([2, 3, 5]), [2, 0, 1]).shape // => [5, 2, 3]
 */
export const permute = <S extends Shape, D extends DType, const P extends readonly Axis<S>[] & { length: S['length'] }>(
  x: Tensor<S, D>,
  permutation: P,
): Out<Permute<S, P>, D> => {
  const rank = x.shape.length
  if (permutation.length !== rank) fail('permute', `${rank} axes`, showShape(permutation), 'Name every axis once.')
  const axes = attributesDraft(rank)
  const shape = shapeDraft(rank)
  let identity = true
  let met = 0
  for (let i = 0; i < rank; i++) {
    const axis = normalizeAxis('permute', permutation[i], rank)
    axes[i] = axis
    shape[i] = x.shape[axis]
    identity &&= axis === i
    met |= 1 << axis
  }
  // This throws where an axis comes twice. With more axes than a word has bits it is called to find out.
  if (rank > 30 || met !== (1 << rank) - 1) normalizeAxes('permute', axes, rank)
  return (identity ? x : build('permute', x.dtype, internedCopy(shape), internedCopy(axes), x)) as never
}

/**
 * The last two axes exchanged.
 *
 * @throws PullbackError when the rank is below 2
 * @example
 * import { tensor, toArray, transpose } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(transpose(tensor([[1, 2], [3, 4]])))) // => Float32Array [1, 3, 2, 4]
 */
export const transpose = <S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<Transpose<S>, D> => {
  const rank = x.shape.length
  if (rank < 2) fail('transpose', 'rank 2 or more', showShape(x.shape), 'Reshape to a matrix first.')
  const axes = new Array<number>(rank)
  for (let i = 0; i < rank; i++) axes[i] = i
  axes[rank - 2] = rank - 1
  axes[rank - 1] = rank - 2
  return permute(x as Tensor<Shape, D>, axes)
}

/**
 * Repeats along axes of size 1 and new leading axes, until the shape is `shape`.
 *
 * @throws PullbackError when the shape of x does not broadcast to it
 * @example
 * import { broadcastTo, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(broadcastTo(tensor([1, 2]), [2, 2]))) // => Float32Array [1, 2, 1, 2]
 */
export const broadcastTo = <D extends DType, const T extends Shape>(
  x: Tensor<Shape, D>,
  shape: T,
): Tensor<Mutable<T>, D> => {
  checkShape('broadcastTo', shape)
  const lead = shape.length - x.shape.length
  if (lead < 0 || x.shape.some((size, i) => size !== 1 && size !== shape[lead + i]))
    fail(
      'broadcastTo',
      `a shape that ${showShape(x.shape)} broadcasts to`,
      showShape(shape),
      'Sizes agree from the end, or are 1.',
    )
  return (sameShape(x.shape, shape) ? x : build('broadcast', x.dtype, internedCopy(shape), noAttributes, x)) as Tensor<
    Mutable<T>,
    D
  >
}

/**
 * `value` around x: `padding[i]` counts the elements [before, after] on axis i.
 * attributes: before and after of each axis in turn; the second input is the scalar.
 *
 * @throws PullbackError when there is not one pair of amounts for each axis
 * @example
 * import { pad, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(pad(tensor([1, 2], [2]), [[1, 2]]))) // => Float32Array [0, 1, 2, 0, 0]
 */
export const pad = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  padding: readonly (readonly [before: number, after: number])[],
  value: number | Tensor<[], D> = 0,
): Tensor<Resized<S>, D> => {
  const rank = x.shape.length
  const amounts = attributesDraft(2 * rank)
  const shape = shapeDraft(rank)
  let valid = padding.length === rank
  let total = 0
  for (let i = 0; valid && i < rank; i++) {
    const before = padding[i][0]
    const after = padding[i][1]
    valid = Number.isInteger(before) && Number.isInteger(after) && before >= 0 && after >= 0
    amounts[2 * i] = before
    amounts[2 * i + 1] = after
    shape[i] = x.shape[i] + before + after
    total += before + after
  }
  if (!valid)
    fail(
      'pad',
      `${x.shape.length} pairs of non-negative integers`,
      JSON.stringify(padding),
      'Give [before, after] for each axis; slice to crop.',
    )
  if (total === 0) return x
  checkShape('pad', shape)
  return build('pad', x.dtype, internedCopy(shape), internedCopy(amounts), x, operand(value, x.dtype)) as never
}

/**
 * Elements from `begin` up to but without `end` in every axis, every `step`-th. Negative bounds count from the end.
 * attributes: begin, then step, of all axes.
 *
 * @throws PullbackError when bounds are not within the shape
 * @example
 * import { slice, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(slice(tensor([1, 2, 3, 4], [4]), [1], [-1]))) // => Float32Array [2, 3]
 */
export const slice = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  begin: readonly number[],
  end: readonly number[] = x.shape,
  step: readonly number[] = x.shape.map(() => 1),
): Tensor<Resized<S>, D> => {
  const rank = x.shape.length
  const shape = shapeDraft(rank)
  const attributes = attributesDraft(2 * rank)
  let valid = begin.length === rank && end.length === rank && step.length === rank
  for (let i = 0; valid && i < rank; i++) {
    const size = x.shape[i]
    const from = begin[i] < 0 ? begin[i] + size : begin[i]
    const to = end[i] < 0 ? end[i] + size : end[i]
    valid = Number.isInteger(from) && Number.isInteger(to) && Number.isInteger(step[i])
    valid &&= from >= 0 && to <= size && from <= to && step[i] >= 1
    attributes[i] = from
    attributes[rank + i] = step[i]
    shape[i] = Math.ceil((to - from) / step[i])
  }
  if (!valid)
    fail(
      'slice',
      `0 <= begin <= end <= size in every axis of ${showShape(x.shape)}`,
      `${showShape(begin)} to ${showShape(end)} by ${showShape(step)}`,
      'Give one bound for each axis.',
    )
  if (sameShape(shape, x.shape)) return x
  return build('slice', x.dtype, internedCopy(shape), internedCopy(attributes), x) as never
}

/**
 * The order of the elements along `axes` reversed. attributes: the axes.
 *
 * @throws PullbackError when there is no such axis
 * @example
 * import { flip, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(flip(tensor([[1, 2], [3, 4]]), 1))) // => Float32Array [2, 1, 4, 3]
 */
export const flip = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  axes: number | readonly number[],
): Tensor<S, D> => {
  const normal = normalizeAxes('flip', typeof axes === 'number' ? [axes] : axes, x.shape.length)
  const real = normal.filter((axis) => x.shape[axis] > 1)
  return (real.length === 0 ? x : build('flip', x.dtype, x.shape, interned(real), x)) as Tensor<S, D>
}

/**
 * A new axis of size 1 at `axis` of the result.
 *
 * @example
 * import { expandDims, ones } from 'pullback'
 *
 * expandDims(ones([2, 3]), -1).shape // => [2, 3, 1]
 */
export const expandDims = <D extends DType>(x: Tensor<Shape, D>, axis: number): Tensor<Shape, D> => {
  const at = normalizeAxis('expandDims', axis, x.shape.length + 1)
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)])
}

/**
 * Axes of size 1 dropped.
 *
 * @throws PullbackError when an axis has another size than 1
 * @example
 * import { ones, squeeze } from 'pullback'
 *
 * squeeze(ones([2, 1, 3]), 1).shape // => [2, 3]
 */
export const squeeze = <D extends DType>(x: Tensor<Shape, D>, axes: number | readonly number[]): Tensor<Shape, D> => {
  const normal = normalizeAxes('squeeze', typeof axes === 'number' ? [axes] : axes, x.shape.length)
  for (const axis of normal)
    if (x.shape[axis] !== 1) fail('squeeze', `size 1 at axis ${axis}`, showShape(x.shape), 'Name axes of size 1.')
  return reshape(
    x,
    x.shape.filter((_, i) => !normal.includes(i)),
  )
}

/**
 * A window of static `sizes` whose corner is known at run time: `starts` is int32 of shape [rank]. The corner is moved
 * so that the window fits. Random crops do not miss the plan cache this way.
 *
 * @throws PullbackError when sizes do not fit, or starts are not int32 [rank]
 * @example
 * import { dynamicSlice, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(dynamicSlice(tensor([1, 2, 3, 4]), tensor([2], [1], 'int32'), [2]))) // => Float32Array [3, 4]
 */
export const dynamicSlice = <D extends DType, const T extends Shape>(
  x: Tensor<Shape, D>,
  starts: Tensor<Shape, 'int32'>,
  sizes: T,
): Tensor<Mutable<T>, D> => {
  if (sizes.length !== x.shape.length || sizes.some((n, i) => !Number.isInteger(n) || n < 0 || n > x.shape[i]))
    fail('dynamicSlice', `sizes within ${showShape(x.shape)}`, showShape(sizes), 'Give one size for each axis.')
  if (!sameShape(starts.shape, [x.shape.length]) || (starts.dtype as DType) !== 'int32')
    fail(
      'dynamicSlice',
      `int32 starts of shape [${x.shape.length}]`,
      `${starts.dtype} ${showShape(starts.shape)}`,
      'Give one start for each axis.',
    )
  return build('dynamicSlice', x.dtype, [...sizes], noAttributes, x, starts) as Tensor<Mutable<T>, D>
}
