/** Functions of one array, element by element. */
import { binaryNode, unaryNode } from '../build.js'
import { expectFloat, type NumericDType } from '../dtype.js'
import type { Unary } from '../dual.js'
import { fail } from '../error.js'
import type { UnaryOp } from '../node.js'
import type { AnyTensor } from '../tensor.js'

const unary = (op: UnaryOp): Unary =>
  ((x: AnyTensor) => {
    expectFloat(op, x.dtype)
    return unaryNode(op, x)
  }) as Unary

const numeric = (op: UnaryOp): Unary<NumericDType> =>
  ((x: AnyTensor) => {
    if (x.dtype === 'bool') fail(op, 'a number', 'bool', `Write cast(x, 'float32') first.`)
    return unaryNode(op, x)
  }) as Unary<NumericDType>

/**
 * -x
 *
 * @throws PullbackError when x is bool
 * @example
 * import { neg, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(neg(tensor([1, -2])))) // => Float32Array [-1, 2]
 */
export const neg = numeric('neg')

/**
 * |x|
 *
 * @throws PullbackError when x is bool
 * @example
 * import { abs, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(abs(tensor([1, -2])))) // => Float32Array [1, 2]
 */
export const abs = numeric('abs')

/**
 * -1, 0 or 1 by the sign of x; NaN of NaN.
 *
 * @throws PullbackError when x is bool
 * @example
 * import { sign, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(sign(tensor([-3, 0, 0.5])))) // => Float32Array [-1, 0, 1]
 */
export const sign = numeric('sign')

/**
 * e^x
 *
 * @throws PullbackError when x is no float
 * @example
 * import { exp, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(exp(tensor([0, -Infinity])))) // => Float32Array [1, 0]
 */
export const exp = unary('exp')

/**
 * The natural logarithm; NaN below 0, -infinity at 0.
 *
 * @throws PullbackError when x is no float
 * @example
 * import { log, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(log(tensor([1, 0, -1])))) // => Float32Array [0, -Infinity, NaN]
 */
export const log = unary('log')

/**
 * log(1 + x), accurate for small x.
 *
 * @throws PullbackError when x is no float
 * @example
 * import { log1p, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(log1p(tensor([0, -1])))) // => Float32Array [0, -Infinity]
 */
export const log1p = unary('log1p')

/**
 * The sine of an angle in radians.
 *
 * @throws PullbackError when x is no float
 * @example
 * import { sin, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(sin(tensor([0, Math.PI / 2])))) // => Float32Array [0, 1]
 */
export const sin = unary('sin')

/**
 * The cosine of an angle in radians.
 *
 * @throws PullbackError when x is no float
 * @example
 * import { cos, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(cos(tensor([0, Math.PI])))) // => Float32Array [1, -1]
 */
export const cos = unary('cos')
/** (e^x - e^-x) / (e^x + e^-x) */
export const tanh = unary('tanh')

/**
 * 2 / sqrt(pi) times the integral of e^(-t²) from 0 to x.
 *
 * @throws PullbackError when x is no float
 * @example
 * import { erf, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(erf(tensor([0, 5, -Infinity])))) // => Float32Array [0, 1, -1]
 */
export const erf = unary('erf')

/**
 * The square root; NaN below 0.
 *
 * @throws PullbackError when x is no float
 * @example
 * import { sqrt, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(sqrt(tensor([4, 0.25])))) // => Float32Array [2, 0.5]
 */
export const sqrt = unary('sqrt')

/**
 * The largest whole number not above x.
 *
 * @throws PullbackError when x is no float
 * @example
 * import { floor, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(floor(tensor([1.5, -1.5])))) // => Float32Array [1, -2]
 */
export const floor = unary('floor')

/**
 * x²
 *
 * @example
 * import { square, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(square(tensor([2, -3])))) // => Float32Array [4, 9]
 */
export const square: Unary = ((x: AnyTensor) => binaryNode('mul', x, x)) as Unary

/**
 * 1 / x
 *
 * @example
 * import { reciprocal, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(reciprocal(tensor([2, -4])))) // => Float32Array [0.5, -0.25]
 */
export const reciprocal: Unary = ((x: AnyTensor) => binaryNode('div', 1, x)) as Unary

/**
 * 1 / sqrt(x)
 *
 * @example
 * import { rsqrt, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(rsqrt(tensor([4, 16])))) // => Float32Array [0.5, 0.25]
 */
export const rsqrt: Unary = ((x: AnyTensor) => binaryNode('div', 1, unaryNode('sqrt', x))) as Unary
