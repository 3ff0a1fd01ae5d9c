/** What the types of derivatives carry; checked by tsc alone. */
import { matmul, mean, mul, type Shape, sum, type Tensor, tensor } from '../../src/array/index.js'
import { differentiable, grad, hessianVectorProduct, jvp, valueAndGradient } from '../../src/diff/index.js'

declare const is: <T>(value: T) => void
declare const w: Tensor<[3, 2]>
declare const x: Tensor<[5, 3]>
declare const p: { readonly w: Tensor<[3, 2]>; readonly layers: readonly [Tensor<[2]>]; readonly steps: number }

const [y, pullback] = differentiable((x: Tensor<[5, 3]>, w: Tensor<[3, 2]>) => matmul(x, w))(x, w)
is<Tensor<[5, 2]>>(y)
const [dx, dw] = pullback(y)
is<Tensor<[5, 3]>>(dx)
is<Tensor<[3, 2]>>(dw)
// @ts-expect-error the cotangent has the shape of the output
pullback(w)
// @ts-expect-error so has each argument
differentiable((x: Tensor<[5, 3]>) => x)(w)

const loss = (own: typeof p, x: Tensor<[5, 3]>) => mean(mul(matmul(x, own.w), 2))
const [value, gradient] = valueAndGradient(loss)(p, x)
is<Tensor<[]>>(value)
is<typeof p>(gradient)
is<typeof p>(grad(loss)(p, x))
is<typeof p>(hessianVectorProduct(loss)(p, p, x))
// @ts-expect-error the batch is missing
grad(loss)(p)
// @ts-expect-error a loss is a scalar
grad((x: Tensor<[5, 3]>) => x)
// @ts-expect-error and a float
grad((_: Tensor<[5, 3]>) => tensor([1], [], 'int32'))

// Unknown shapes fit.
declare const any: Tensor
is<Tensor>(grad((x: Tensor) => sum(mul(x, x)))(any))
declare const unknown: Tensor<Shape, 'float64'>
is<Tensor<Shape, 'float64'>>(grad((x: Tensor<Shape, 'float64'>) => sum(x))(unknown))

const [output, tangent] = jvp((x: Tensor<[5, 3]>, w: Tensor<[3, 2]>) => ({ y: matmul(x, w) }))([x, w], [x, w])
is<{ y: Tensor<[5, 2]> }>(output)
is<{ y: Tensor<[5, 2]> }>(tangent)
// @ts-expect-error a tangent has the shape of its argument
jvp((x: Tensor<[5, 3]>) => x)([x], [w])
