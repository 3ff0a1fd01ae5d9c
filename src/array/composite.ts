/**
 * Functions made of primitives: smooth nonlinearities, tests, products and statistics. Derivatives follow from the
 * primitives; the formulas are chosen so that neither values nor derivatives overflow.
 */
import { stopGradient } from './control.js'
import { expectFloat, type FloatDType, type NumericDType } from './dtype.js'
import type { Unary } from './dual.js'
import { select as typedSelect } from './elementwise.js'
import { fail } from './error.js'
import { type Reduction, max as typedMax, mean as typedMean, sum as typedSum } from './reduce.js'
import { type Shape, sameShape, showShape } from './shape.js'
import type { AnyTensor as Any, Tensor } from './tensor.js'
import type { Axis, Out, Reduce, ReduceAll } from './typing.js'
import {
  abs,
  add,
  cast,
  div,
  equal,
  exp,
  less,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  not,
  reshape,
  select,
  sqrt,
  sub,
  tanh,
} from './untyped.js'

type Axes = number | readonly number[]
const reduction = (f: unknown): ((x: Any, axes?: Axes, keepDims?: boolean) => Any) =>
  f as (x: Any, axes?: Axes, keepDims?: boolean) => Any
const [sum, mean, max] = [reduction(typedSum), reduction(typedMean), reduction(typedMax)] as const

const float = (name: string, f: (x: Any) => Any): Unary =>
  ((x: Any) => {
    expectFloat(name, x.dtype)
    return f(x)
  }) as Unary

/** 1 / (1 + e^-x), as (1 + tanh(x / 2)) / 2, which never overflows; within 1e-7 of the value in float32. */
export const sigmoid: Unary = float('sigmoid', (x) => add(mul(tanh(mul(x, 0.5)), 0.5), 0.5))

/** From here on softplus is the identity, also in float64: log(1 + e^-40) is below its last place. */
const linear = 40
/** log(1 + e^x). Its derivative is the sigmoid. */
export const softplus: Unary = float('softplus', (x) => add(log1p(exp(minimum(x, linear))), maximum(sub(x, linear), 0)))

/**
 * log(1 / (1 + e^-x)) = -softplus(-x), which does not overflow.
 *
 * @example
 * import { logSigmoid, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(logSigmoid(tensor([-1000])))) // => Float32Array [-1000]
 */
export const logSigmoid: Unary = float('logSigmoid', (x) => neg(softplus(neg(x) as Tensor)))

/**
 * e^x - 1, accurate near 0: tanh(x / 2) (e^x + 1).
 *
 * @example
 * import { expm1, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(expm1(tensor([0, -Infinity])))) // => Float32Array [0, -1]
 */
export const expm1: Unary = float('expm1', (x) => mul(tanh(mul(x, 0.5)), add(exp(x), 1)))

/** The largest element is a constant to the derivative; 0 where all are -infinity, or -inf - -inf would be NaN. */
const shifted = (x: Any, axis: number): Any => {
  const largest = max(x, axis, true)
  return sub(x, stopGradient(select(equal(largest, Number.NEGATIVE_INFINITY), 0, largest)))
}

/** e^x / sum(e^x) along an axis, the last one unless given. A number added to all elements changes nothing. */
export const softmax = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, axis = -1): Tensor<S, D> => {
  expectFloat('softmax', x.dtype)
  const e = exp(shifted(x, axis))
  return div(e, sum(e, axis, true)) as Tensor<S, D>
}

/** log(softmax(x)), without the rounding of small probabilities to 0. */
export const logSoftmax = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, axis = -1): Tensor<S, D> => {
  expectFloat('logSoftmax', x.dtype)
  const z = shifted(x, axis)
  return sub(z, log(sum(exp(z), axis, true))) as Tensor<S, D>
}

/**
 * x, moved to the nearer bound where it is outside of [low, high]. NaN stays.
 *
 * @example
 * import { clip, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(clip(tensor([-2, 0.5, 2]), -1, 1))) // => Float32Array [-1, 0.5, 1]
 */
export const clip = <S extends Shape, D extends NumericDType>(
  x: Tensor<S, D>,
  low: number,
  high: number,
): Tensor<S, D> => {
  if (!(low <= high)) fail('clip', 'a lower bound not above the upper one', `${low} and ${high}`, 'Exchange them.')
  return minimum(maximum(x, low), high) as Tensor<S, D>
}

/**
 * NumPy's name of {@link typedSelect | select}: where `condition` holds the element of `a`, else that of `b`.
 *
 * @example
 * import { greater, tensor, toArray, where } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const x = tensor([-1, 2])
 * toArray(reference().evaluateSync(where(greater(x, 0), x, 0))) // => Float32Array [0, 2]
 */
export const where = typedSelect

/**
 * Whether an element is NaN.
 *
 * @example
 * import { isNaN, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(isNaN(tensor([1, NaN, Infinity])))) // => Uint8Array [0, 1, 0]
 */
export const isNaN = <S extends Shape>(x: Tensor<S, FloatDType>): Tensor<S, 'bool'> =>
  not(equal(x, x)) as Tensor<S, 'bool'>

/**
 * Whether an element is neither NaN nor infinite.
 *
 * @example
 * import { isFinite, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(isFinite(tensor([1, NaN, Infinity])))) // => Uint8Array [1, 0, 0]
 */
export const isFinite = <S extends Shape>(x: Tensor<S, FloatDType>): Tensor<S, 'bool'> =>
  less(abs(x), Number.POSITIVE_INFINITY) as Tensor<S, 'bool'>

/** A reduction of bools over axes; all of them when left out or empty. */
export interface BoolReduction {
  <S extends Shape, const A extends Axis<S>, K extends boolean = false>(
    x: Tensor<S, 'bool'>,
    axes: A | readonly [A, ...A[]],
    keepDims?: K,
  ): Out<Reduce<S, A, K>, 'bool'>
  <S extends Shape, K extends boolean = false>(
    x: Tensor<S, 'bool'>,
    axes?: readonly [],
    keepDims?: K,
  ): Out<ReduceAll<S, K>, 'bool'>
}

const expectBool = (name: string, x: Any): void => {
  if (x.dtype !== 'bool') fail(name, 'bool', x.dtype, 'Compare first: notEqual(x, 0).')
}
/**
 * Whether at least one element is true; false of none.
 *
 * @example
 * import { any, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(any(tensor([[true, false], [false, false]]), 1))) // => Uint8Array [1, 0]
 */
export const any = ((x: Any, axes?: Axes, keepDims?: boolean) => {
  expectBool('any', x)
  return less(0, sum(cast(x, 'int32'), axes, keepDims))
}) as BoolReduction
/**
 * Whether every element is true; true of none.
 *
 * @example
 * import { all, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(all(tensor([[true, false], [true, true]]), 1))) // => Uint8Array [0, 1]
 */
export const all = ((x: Any, axes?: Axes, keepDims?: boolean) => {
  expectBool('all', x)
  return equal(sum(cast(not(x), 'int32'), axes, keepDims), 0)
}) as BoolReduction

/**
 * The sum of the squares, over all axes or those given.
 *
 * @example
 * import { normSquared, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(normSquared(tensor([[3, 4], [1, 2]]), 1))) // => Float32Array [25, 5]
 */
export const normSquared = ((x: Any, axes?: Axes, keepDims?: boolean) => sum(mul(x, x), axes, keepDims)) as Reduction

/**
 * The sum of the products of corresponding elements of two arrays of one shape: their inner product.
 *
 * @example
 * import { dot, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(dot(tensor([1, 2]), tensor([3, 4])))) // => Float32Array [11]
 */
export const dot = <S extends Shape, D extends NumericDType>(
  a: Tensor<S, D>,
  b: Tensor<S, NoInfer<D>>,
): Tensor<[], D> => {
  if (!sameShape(a.shape, b.shape))
    fail('dot', showShape(a.shape), showShape(b.shape), 'Both arrays have one shape; for matrix products use matmul.')
  return sum(mul(a, b)) as Tensor<[], D>
}

/**
 * y[i, j] = a[i] b[j]
 *
 * @example
 * import { outer, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(outer(tensor([1, 2], [2]), tensor([3, 4], [2])))) // => Float32Array [3, 4, 6, 8]
 */
export const outer = <N extends number, M extends number, D extends NumericDType>(
  a: Tensor<[N], D>,
  b: Tensor<[M], NoInfer<D>>,
): Tensor<[N, M], D> => {
  if (a.shape.length !== 1 || b.shape.length !== 1)
    fail('outer', 'two vectors', `${showShape(a.shape)} and ${showShape(b.shape)}`, 'Reshape to one axis first.')
  return mul(reshape(a, [a.shape[0], 1]), b) as Tensor<[N, M], D>
}

/**
 * The mean and the biased variance over axes, all of them when left out. The mean is computed once.
 *
 * @example
 * import { meanAndVariance, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * reference().evaluateSync(meanAndVariance(tensor([1, 3]))).map((x) => toArray(x)[0]) // => [2, 1]
 */
export const meanAndVariance = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  axes: Axes = [],
  keepDims = false,
): readonly [mean: Tensor<Shape, D>, variance: Tensor<Shape, D>] => {
  const center = mean(x, axes, true)
  const distance = sub(x, center)
  const spread = mean(mul(distance, distance), axes, keepDims)
  return [(keepDims ? center : reshape(center, spread.shape)) as Tensor<Shape, D>, spread as Tensor<Shape, D>]
}

/**
 * The square root of the biased variance. Its derivative is infinite where all elements are equal.
 *
 * @example
 * import { standardDeviation, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(standardDeviation(tensor([[1, 3], [2, 10]]), 1))) // => Float32Array [1, 4]
 */
export const standardDeviation = ((x: Any, axes?: Axes, keepDims?: boolean) =>
  sqrt(meanAndVariance(x as Tensor<Shape, FloatDType>, axes, keepDims)[1])) as Reduction<FloatDType>
