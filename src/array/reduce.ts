/**
 * Reductions over axes. `axes` empty or left out means all of them.
 *
 * Order of operations, on every device alike (it is the meaning, so it decides the bits). Take the reduced axes in
 * row-major order and join the trailing reduced axes that are neighbours into one row of r elements; what is left counts
 * m rows. A row longer than 4096 is cut into chunks of 4096. Consecutive rows (or chunks) fill a block while they hold at
 * most 4096 elements together, at least one a block. In a block eight lanes start at the identity; element i of a row or
 * chunk goes to lane i mod 8, rows after one another. Lanes join as ((0+4)+(2+6)) + ((1+5)+(3+7)). The results of the
 * blocks, where there is more than one, are a row again, and are reduced by the same rule. Rounding is to the dtype after
 * every operation. `max`, `min` and `argMax` do not depend on an order: NaN wins, and argMax takes the first place of the
 * largest element (of a NaN, if there is one).
 */

import { build } from './build.js'
import { stopGradient } from './control.js'
import { type FloatDType, isFloat, type NumericDType } from './dtype.js'
import { abs, add, div, equal, exp, log, select, square, sub } from './elementwise.js'
import { fail } from './error.js'
import { internedCopy, shapeDraft } from './intern.js'
import { reshape } from './move.js'
import type { ReduceOp } from './node.js'
import { normalizeAxes, type Shape, showShape, sizeOf } from './shape.js'
import type { AnyTensor, Tensor } from './tensor.js'
import type { Axis, Out, Reduce, ReduceAll } from './typing.js'

/**
 * Combines the elements along axes: one, some (negative ones count from the end), or all of them where none are given.
 * With `keepDims` a combined axis stays, with size 1.
 */
export interface Reduction<Domain extends NumericDType = NumericDType> {
  <S extends Shape, D extends Domain, const A extends Axis<S>, K extends boolean = false>(
    x: Tensor<S, D>,
    axes: A | readonly [A, ...A[]],
    keepDims?: K,
  ): Out<Reduce<S, A, K>, D>
  <S extends Shape, D extends Domain, K extends boolean = false>(
    x: Tensor<S, D>,
    axes?: readonly [],
    keepDims?: K,
  ): Out<ReduceAll<S, K>, D>
  <S extends Shape, D extends Domain>(
    x: Tensor<S, D>,
    axes: number | readonly number[],
    keepDims?: boolean,
  ): Tensor<Shape, D>
}

const reducedShape = (shape: Shape, axes: readonly number[], keepDims: boolean): Shape => {
  const out = shapeDraft(keepDims ? shape.length : shape.length - axes.length)
  let at = 0
  for (let i = 0; i < shape.length; i++)
    if (!axes.includes(i)) out[at++] = shape[i]
    else if (keepDims) out[at++] = 1
  return internedCopy(out)
}

/** Axes as a sorted list; empty or left out means all. */
export const reductionAxes = (
  path: string,
  axes: number | readonly number[] | undefined,
  rank: number,
): readonly number[] => {
  const list = axes === undefined ? [] : typeof axes === 'number' ? [axes] : axes
  return list.length === 0 ? Array.from({ length: rank }, (_, i) => i) : normalizeAxes(path, list, rank)
}

const withoutIdentity: readonly ReduceOp[] = ['max', 'min', 'argMax']

/** attributes: the reduced axes, sorted. The node drops them; keepDims is a reshape after it. */
const reduceNode = (
  op: ReduceOp,
  x: AnyTensor,
  axes: number | readonly number[] | undefined,
  keepDims: boolean,
): AnyTensor => {
  if (x.dtype === 'bool') fail(op, 'numbers', 'bool', `Write cast(x, 'float32') first, or use any and all.`)
  const reduced = reductionAxes(op, axes, x.shape.length)
  if (withoutIdentity.includes(op) && sizeOf(reduced.map((axis) => x.shape[axis])) === 0)
    fail(op, 'at least one element to choose from', showShape(x.shape), 'Skip empty batches.')
  const dtype = op === 'argMax' ? 'int32' : x.dtype
  if (reduced.length === 0) return op === 'argMax' ? reduceNode(op, reshape(x, [...x.shape, 1]), -1, false) : x
  const out = build(op, dtype, reducedShape(x.shape, reduced, false), internedCopy(reduced), x)
  return keepDims ? reshape(out, reducedShape(x.shape, reduced, true)) : out
}

const reduction =
  (op: ReduceOp): Reduction =>
  (x: AnyTensor, axes?: number | readonly number[], keepDims = false) =>
    reduceNode(op, x, axes, keepDims)

/**
 * The sum of the elements over all axes, or over those that are given; 0 of none. With `keepDims` they stay, with size
 * 1.
 *
 * @throws PullbackError when an axis does not exist, or is named twice
 * @example
 * import { sum, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]])
 * toArray(reference().evaluateSync(sum(x, 0))) // => Float32Array [5, 7, 9]
 */
export const sum = reduction('sum')

/**
 * The product of the elements, over all axes or those given; 1 of none.
 *
 * @example
 * import { prod, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(prod(tensor([[1, 2, 3], [4, 5, 6]]), 0))) // => Float32Array [4, 10, 18]
 */
export const prod = reduction('prod')
/**
 * The largest element.
 *
 * @throws PullbackError when there is no element to choose from
 * @example
 * import { max, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]])
 * toArray(reference().evaluateSync(max(x, 1))) // => Float32Array [3, 6]
 */
export const max = reduction('max')

/**
 * The smallest element, over all axes or those given; NaN where one is NaN.
 *
 * @throws PullbackError when there is no element to choose from
 * @example
 * import { min, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(min(tensor([[1, 2, 3], [6, 5, 4]]), 1))) // => Float32Array [1, 4]
 */
export const min = reduction('min')

/**
 * The index of the first largest element along one axis, as int32.
 *
 * @throws PullbackError when there is no element to choose from
 * @example
 * import { argMax, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(argMax(tensor([[1, 9], [7, 2]]), 1))) // => Int32Array [1, 0]
 */
export const argMax = <S extends Shape, D extends NumericDType, const A extends Axis<S>, K extends boolean = false>(
  x: Tensor<S, D>,
  axis: A,
  keepDims?: K,
): Out<Reduce<S, A, K>, 'int32'> => reduceNode('argMax', x, axis, keepDims ?? false) as never

type Loosely = (x: AnyTensor, axes?: number | readonly number[], keepDims?: boolean) => AnyTensor
const floatReduction =
  (name: string, f: Loosely): Reduction<FloatDType> =>
  (x: AnyTensor, axes?: number | readonly number[], keepDims?: boolean) => {
    if (!isFloat(x.dtype)) fail(name, 'float32 or float64', x.dtype, `Write cast(x, 'float32') first.`)
    return f(x, axes, keepDims)
  }

const loosely = (f: unknown): Loosely => f as Loosely
const [addAny, subAny, divAny] = [add, sub, div] as readonly ((a: AnyTensor, b: AnyTensor | number) => AnyTensor)[]
const equalAny = equal as (a: AnyTensor, b: number) => Tensor<Shape, 'bool'>
const [absAny, expAny, logAny, squareAny] = [abs, exp, log, square] as readonly ((x: AnyTensor) => AnyTensor)[]

const countOf = (x: AnyTensor, axes: number | readonly number[] | undefined): number => {
  let count = 1
  for (const axis of reductionAxes('mean', axes, x.shape.length)) count *= x.shape[axis]
  return count
}

/**
 * sum / count. NaN of none.
 *
 * @throws PullbackError when the dtype is no float
 * @example
 * import { mean, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]])
 * toArray(reference().evaluateSync(mean(x, 1))) // => Float32Array [2, 5]
 */
export const mean: Reduction<FloatDType> = floatReduction('mean', (x, axes, keepDims) =>
  divAny(loosely(sum)(x, axes, keepDims), countOf(x, axes)),
)

/**
 * The biased variance: mean((x - mean(x))²).
 *
 * @example
 * import { tensor, toArray, variance } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(variance(tensor([1, 3])))) // => Float32Array [1]
 */
export const variance: Reduction<FloatDType> = floatReduction('variance', (x, axes, keepDims) =>
  loosely(mean)(squareAny(subAny(x, loosely(mean)(x, axes, true))), axes, keepDims),
)

/**
 * log(sum(exp(x))), shifted by the largest element so that nothing overflows. Infinity where an element is infinity,
 * -infinity where all are -infinity, NaN where one is NaN.
 *
 * The gradient is softmax(x). Where the result is infinite it is NaN at elements as infinite as the result, and at those
 * whose e^x overflows.
 *
 * @example
 * import { logSumExp, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(logSumExp(tensor([1000, -Infinity])))) // => Float32Array [1000]
 */
export const logSumExp: Reduction<FloatDType> = floatReduction('logSumExp', (x, axes, keepDims = false) => {
  const shift = finiteShift(loosely(max)(x, axes, true))
  const total = addAny(logAny(loosely(sum)(expAny(subAny(x, shift)), axes, true)), shift)
  return keepDims
    ? total
    : reshape(total, reducedShape(x.shape, reductionAxes('logSumExp', axes, x.shape.length), false))
})

/** The shift is a constant to the derivative; where the largest is infinite it is 0: infinity - infinity would be NaN. */
const finiteShift = (largest: AnyTensor): AnyTensor =>
  stopGradient(select(equalAny(absAny(largest), Number.POSITIVE_INFINITY), 0, largest as Tensor) as AnyTensor)
