/**
 * Derivatives of pure functions of trees of arrays, derived from the dataflow that they build.
 *
 * Laws: 1. The output is f's. 2. There is one cotangent for each argument, with the shapes and dtypes of its leaves.
 * 3. The pullback is linear, and may be called any number of times. 4. <v, pullback(c)> = <Jv, c>. 5. The pullback is
 * dataflow: it may be differentiated again, and second derivatives are symmetric.
 */
import { alias } from '../array/control.js'
import { type FloatDType, isFloat } from '../array/dtype.js'
import { fail } from '../array/error.js'
import { showShape } from '../array/shape.js'
import { type AnyTensor, isTensor, literal, type Tensor } from '../array/tensor.js'
import { leaves, mapLeaves, unflatten } from '../array/tree.js'
import { matchingLeaves } from './cotangent.js'
import { vjp } from './vjp.js'

/** A value, and the map from its cotangent to cotangents of the arguments. */
export type WithPullback<A extends readonly unknown[], Y> = readonly [
  output: Y,
  pullback: (cotangent: Y) => Readonly<A>,
]

/** Arguments under identities of their own: a tensor that is passed twice, or also captured, is told apart. */
const aliased = <T>(tree: T): T => mapLeaves(tree, (x) => (isFloat(x.dtype) ? alias(x) : x))

const cotangentFix = 'A cotangent has the structure, shapes and dtypes of the output.'

/**
 * The value of a pure function with its pullback, the map from a cotangent c of the output to cᵀ J for each argument.
 *
 * Arguments and output are trees of tensors. Cotangents of integer and bool leaves are zeros; host values pass through as
 * they are. What `f` uses without taking it as an argument is a constant. Cotangents that nobody evaluates cost nothing.
 *
 * @throws PullbackError (from the pullback) when the cotangent's structure, shapes or dtypes are not those of the output
 * @example
 * import { differentiable, mul, type Tensor, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * const [, pullback] = differentiable((x: Tensor, y: Tensor) => mul(x, y))(tensor([1, 2]), tensor([3, 4]))
 * const [x] = reference().evaluateSync(pullback(tensor([1, 10])))
 * toArray(x) // => Float32Array [3, 40]
 */
export const differentiable =
  <A extends readonly unknown[], Y>(f: (...args: A) => Y): ((...args: A) => WithPullback<A, Y>) =>
  (...args) => {
    const own = aliased(args)
    const output = f(...own)
    const [outputs, inputs] = [leaves(output), leaves(own)]
    return [
      output,
      (cotangent) =>
        unflatten(args, vjp(outputs, matchingLeaves('cotangent', output, cotangent, cotangentFix), inputs)),
    ]
  }

const checkScalar = (loss: unknown): AnyTensor => {
  const fix = 'Reduce it to one number: mean(loss) or sum(loss).'
  if (!isTensor(loss)) return fail('gradient', 'a loss that is a scalar tensor', typeof loss, fix)
  if (loss.shape.length > 0 || !isFloat(loss.dtype))
    fail('gradient', 'a scalar loss, float32 or float64', `${loss.dtype} ${showShape(loss.shape)}`, fix)
  return loss
}

/** A function whose value is one number. `rest` are constants to the derivative: a batch, say. */
export type Loss<P, R extends readonly unknown[], D extends FloatDType> = (params: P, ...rest: R) => Tensor<[], D>

/**
 * The value of a scalar function and its gradient with respect to its first argument, a tree.
 *
 * @throws PullbackError when the value is not a float scalar
 * @example
 * import { mul, sum, type Tensor, tensor, toArray, valueAndGradient } from 'pullback'
 * import { reference } from 'pullback/reference'
 * const [, gradient] = valueAndGradient((x: Tensor) => sum(mul(x, x)))(tensor([1, 2, 3]))
 * toArray(reference().evaluateSync(gradient)) // => Float32Array [2, 4, 6]
 */
export const valueAndGradient =
  <P, R extends readonly unknown[], D extends FloatDType>(
    f: Loss<P, R, D>,
  ): ((params: P, ...rest: R) => readonly [value: Tensor<[], D>, gradient: P]) =>
  (params, ...rest) => {
    const own = aliased(params)
    const value = f(own, ...rest)
    const one = literal(1, checkScalar(value).dtype)
    return [value, unflatten(params, vjp([value as AnyTensor], [one as AnyTensor], leaves(own)))]
  }

/**
 * The gradient of a scalar function with respect to its first argument, a tree; see {@link valueAndGradient}.
 *
 * @throws PullbackError when the value is not a float scalar
 * @example
 * import { grad, mul, sum, type Tensor, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * const gradient = grad((x: Tensor) => sum(mul(x, x)))(tensor([1, 2, 3]))
 * toArray(reference().evaluateSync(gradient)) // => Float32Array [2, 4, 6]
 */
export const grad =
  <P, R extends readonly unknown[], D extends FloatDType>(f: Loss<P, R, D>): ((params: P, ...rest: R) => P) =>
  (params, ...rest) =>
    valueAndGradient(f)(params, ...rest)[1]
