/**
 * Products that sum over an axis.
 *
 * Order of operations of `matmul`, on every device: the k axis is cut into blocks of 256. Within a block one
 * accumulator starts at 0 and adds the products in ascending k, each product and each sum rounded. The result is the first
 * block's, plus the second's, and so on in ascending order. (On WebGPU a product and a sum may be contracted into one
 * rounding.)
 */
import { build } from './build.js'
import { type FloatDType, isFloat } from './dtype.js'
import { fail } from './error.js'
import { internedCopy, shapeDraft } from './intern.js'
import { noAttributes } from './node.js'
import { broadcastShapes, type Shape, showShape } from './shape.js'
import type { AnyTensor, Tensor } from './tensor.js'
import type { Check, MatMul, Out } from './typing.js'

const productShape = (x: Shape, y: Shape): Shape => {
  // Mostly one of them is a plain matrix, and the other has the leading axes.
  const lead =
    x.length > 2 && y.length > 2 ? broadcastShapes('matmul', x.slice(0, -2), y.slice(0, -2)) : x.length > 2 ? x : y
  const rank = Math.max(x.length, y.length)
  const out = shapeDraft(rank)
  for (let i = 0; i < rank - 2; i++) out[i] = lead[i]
  out[rank - 2] = x[x.length - 2]
  out[rank - 1] = y[y.length - 1]
  return internedCopy(out)
}

const matmulNode = (a: AnyTensor, b: AnyTensor): AnyTensor => {
  const [x, y] = [a.shape, b.shape]
  if (x.length < 2 || y.length < 2)
    fail(
      'matmul',
      'operands of rank 2 or more',
      `${showShape(x)} and ${showShape(y)}`,
      'Reshape a vector to [1, n] or [n, 1].',
    )
  if (x[x.length - 1] !== y[y.length - 2])
    fail(
      'matmul',
      `inner sizes that agree`,
      `${showShape(x)} and ${showShape(y)}: ${x[x.length - 1]} and ${y[y.length - 2]}`,
      'Transpose one of them, or check which axis is which.',
    )
  if (a.dtype !== b.dtype || !isFloat(a.dtype))
    fail('matmul', 'operands of one float dtype', `${a.dtype} and ${b.dtype}`, 'Cast one of them.')
  return build('matmul', a.dtype, productShape(x, y), noAttributes, a, b)
}

/** Matrix products over the last two axes; leading axes broadcast. Both ways: `matmul(a, b)`, `pipe(a, matmul(b))`. */
export interface MatMulFunction {
  <A extends Shape, B extends Shape, D extends FloatDType>(
    a: Tensor<A, D>,
    b: Tensor<B, NoInfer<D>> & Check<MatMul<A, B>>,
  ): Out<MatMul<A, B>, D>
  <B extends Shape, D extends FloatDType>(
    b: Tensor<B, D>,
  ): <A extends Shape>(a: Tensor<A, D> & Check<MatMul<A, B>>) => Out<MatMul<A, B>, D>
}

/**
 * y[..., i, j] = sum over k of a[..., i, k] b[..., k, j]
 *
 * @throws PullbackError when inner sizes or dtypes differ, or leading axes do not broadcast
 * @example
 * import { matmul, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(matmul(tensor([[1, 2]]), tensor([[3], [4]])))) // => Float32Array [11]
 */
export const matmul: MatMulFunction = ((...args: readonly AnyTensor[]) =>
  args.length === 1 ? (a: AnyTensor) => matmulNode(a, args[0]) : matmulNode(args[0], args[1])) as MatMulFunction
