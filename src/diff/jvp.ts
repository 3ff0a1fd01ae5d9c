/** Derivatives along directions. */
import { alias } from '../array/control.js'
import { type FloatDType, isFloat } from '../array/dtype.js'
import { leaves, mapTree, unflatten } from '../array/tree.js'
import { zeros } from '../array/untyped.js'
import { matchingLeaves } from './cotangent.js'
import { differentiable, grad, type Loss } from './differentiable.js'
import { vjp } from './vjp.js'

/**
 * The value of a pure function and its derivative J v along `tangents`, a tuple like the arguments.
 *
 * The pullback is linear in its cotangent, so J v is the pullback of the pullback: its value does not depend on the
 * cotangent in between, which therefore never appears in the dataflow.
 *
 * @throws PullbackError when a tangent's structure, shapes or dtypes are not those of its argument
 * @example
 * import { jvp, mul, type Tensor, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * const [, tangent] = jvp((x: Tensor) => mul(x, x))([tensor([1, 2, 3])], [tensor([1, 0, 10])])
 * toArray(reference().evaluateSync(tangent)) // => Float32Array [2, 0, 60]
 */
export const jvp =
  <A extends readonly unknown[], Y>(
    f: (...args: A) => Y,
  ): ((args: A, tangents: A) => readonly [output: Y, tangent: Y]) =>
  (args, tangents) => {
    const directions = matchingLeaves('tangent', args, tangents, 'A tangent has the structure of the arguments.')
    const [output, pullback] = differentiable(f)(...args)
    const between = mapTree(output, ({ shape, dtype }) =>
      isFloat(dtype) ? alias(zeros(shape, dtype)) : zeros(shape, dtype),
    )
    return [output, unflatten(output, vjp(leaves(pullback(between)), directions, leaves(between)))]
  }

/**
 * H v for the Hessian H of a scalar function with respect to its first argument, and a direction v like that argument.
 *
 * @throws PullbackError when the value is not a float scalar, or the direction is not like the argument
 * @example
 * import { hessianVectorProduct, pow, sum, type Tensor, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * const product = hessianVectorProduct((x: Tensor) => sum(pow(x, 3)))(tensor([1, 2]), tensor([1, 10]))
 * toArray(reference().evaluateSync(product)) // => Float32Array [6, 120]
 */
export const hessianVectorProduct =
  <P, R extends readonly unknown[], D extends FloatDType>(
    f: Loss<P, R, D>,
  ): ((params: P, direction: P, ...rest: R) => P) =>
  (params, direction, ...rest) => {
    matchingLeaves('direction', params, direction, 'A direction has the structure, shapes and dtypes of the argument.')
    const [, pullback] = differentiable((own: P) => grad(f)(own, ...rest))(params)
    return pullback(direction)[0]
  }
