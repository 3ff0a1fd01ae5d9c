/** A choice between two arrays, element by element. */
import { build, operand } from '../build.js'
import type { DType } from '../dtype.js'
import { dtypeOfPair } from '../dual.js'
import { fail } from '../error.js'
import { noAttributes } from '../node.js'
import { broadcastShapes, type Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import type { Broadcast, BroadcastTo, Out } from '../typing.js'

/**
 * Where `condition` holds the element of `a`, else that of `b`; shapes broadcast. The other element is not looked at.
 *
 * @throws PullbackError when the condition is not bool, or dtypes or shapes of the branches do not agree
 * @example
 * import { greater, select, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const x = tensor([-1, 2])
 * toArray(reference().evaluateSync(select(greater(x, 0), x, 0))) // => Float32Array [0, 2]
 */
export const select = <C extends Shape, A extends Shape, B extends Shape, D extends DType>(
  condition: Tensor<C, 'bool'>,
  a: Tensor<A, D> | number,
  b: Tensor<B, D> | number,
): Out<BroadcastTo<C, Broadcast<A, B>>, D> => {
  const dtype = dtypeOfPair(a, b)
  const x = operand(a, dtype)
  const y = operand(b, dtype)
  if ((condition.dtype as DType) !== 'bool')
    fail('select', 'a bool condition', condition.dtype, 'Compare first: greater(x, 0).')
  if (x.dtype !== y.dtype) fail('select', 'branches of one dtype', `${x.dtype} and ${y.dtype}`, 'Cast one of them.')
  const shape = broadcastShapes('select', condition.shape, broadcastShapes('select', x.shape, y.shape))
  return build('select', dtype, shape, noAttributes, condition, x, y) as never
}
