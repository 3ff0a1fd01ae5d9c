/**
 * Functions of corresponding elements. Shapes broadcast under NumPy's rules; dtypes must agree; a plain number takes the
 * dtype of the other operand. Binary functions work both ways: `add(a, b)` and `pipe(a, add(b))`.
 *
 * Meaning. Arithmetic is IEEE 754 in the dtype, rounded to nearest even after every operation. int32 and uint32 wrap
 * around; integer division truncates towards zero and gives 0 where the divisor is 0. `mod` takes the sign of the
 * divisor. `maximum` and `minimum` give NaN where an operand is NaN, and 0 is above -0. `sign` of NaN is NaN; of a zero
 * the zero itself. Comparisons with NaN are false. Casting a float to an integer truncates, saturates, and turns NaN
 * into 0; to bool it asks "not 0". exp, log, log1p, sin, cos, tanh, erf and pow are within a few units in the last
 * place of the true value on every device, the same bits on every CPU.
 */

import { binaryNode, build, operand, unaryNode } from './build.js'
import { type DType, expectFloat, type FloatDType, isFloat, isInteger, type NumericDType } from './dtype.js'
import { type Binary, type Comparison, dual, type Unary, type Value } from './dual.js'
import { fail } from './error.js'
import { type BinaryOp, noAttributes, type UnaryOp } from './node.js'
import { broadcastShapes, type Shape } from './shape.js'
import { type AnyTensor, isTensor, literal, type Tensor } from './tensor.js'
import type { Broadcast, BroadcastTo, Out } from './typing.js'

type Numeric = NumericDType

const unary = (op: UnaryOp): Unary =>
  ((x: AnyTensor) => {
    expectFloat(op, x.dtype)
    return unaryNode(op, x)
  }) as Unary

const numeric = (op: UnaryOp): Unary<Numeric> =>
  ((x: AnyTensor) => {
    if (x.dtype === 'bool') fail(op, 'a number', 'bool', `Write cast(x, 'float32') first.`)
    return unaryNode(op, x)
  }) as Unary<Numeric>

const dtypeOfPair = (a: Value, b: Value): DType => (isTensor(a) ? a.dtype : isTensor(b) ? b.dtype : 'float32')

const arithmetic = (op: BinaryOp): Binary =>
  dual((a, b) => {
    if (dtypeOfPair(a, b) === 'bool')
      fail(op, 'numbers', 'bool', `Write cast(x, 'float32') first, or use and, or, xor.`)
    return binaryNode(op, a, b)
  }) as Binary

const bitwise = (op: BinaryOp): Binary<'int32' | 'uint32' | 'bool'> =>
  dual((a, b) => {
    const dtype = dtypeOfPair(a, b)
    if (isFloat(dtype)) fail(op, 'int32, uint32 or bool', dtype, 'Compare first, or cast to an integer dtype.')
    return binaryNode(op, a, b)
  }) as Binary<'int32' | 'uint32' | 'bool'>

const shift = (op: BinaryOp): Binary<'int32' | 'uint32'> =>
  dual((a, b) => {
    const dtype = dtypeOfPair(a, b)
    if (!isInteger(dtype)) fail(op, 'int32 or uint32', dtype, 'Cast or bitcast to an integer dtype.')
    return binaryNode(op, a, b)
  }) as Binary<'int32' | 'uint32'>

/** -x */
export const neg = numeric('neg')
/** |x| */
export const abs = numeric('abs')
/** -1, 0 or 1 by the sign of x */
export const sign = numeric('sign')
/** e^x */
export const exp = unary('exp')
/** The natural logarithm; NaN below 0, -infinity at 0. */
export const log = unary('log')
/** log(1 + x), accurate for small x. */
export const log1p = unary('log1p')
/** The sine of an angle in radians. */
export const sin = unary('sin')
/** The cosine of an angle in radians. */
export const cos = unary('cos')
/** (e^x - e^-x) / (e^x + e^-x) */
export const tanh = unary('tanh')
/** 2 / sqrt(pi) times the integral of e^(-t²) from 0 to x. */
export const erf = unary('erf')
/** The square root; NaN below 0. */
export const sqrt = unary('sqrt')
/** The largest whole number not above x. */
export const floor = unary('floor')

/**
 * a + b
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { add, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(add(tensor([1, 2]), tensor([10, 20])))) // => Float32Array [11, 22]
 */
export const add = arithmetic('add')
/** a - b */
export const sub = arithmetic('sub')
/**
 * a b
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { mul, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(mul(tensor([[1], [2]]), tensor([3, 4])))) // => Float32Array [3, 4, 6, 8]
 */
export const mul = arithmetic('mul')
/**
 * a / b
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { div, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(div(1, tensor([2, 4])))) // => Float32Array [0.5, 0.25]
 */
export const div = arithmetic('div')
/** The larger element; NaN where either is NaN. */
export const maximum = arithmetic('maximum')
/** The smaller element; NaN where either is NaN. */
export const minimum = arithmetic('minimum')
/** a - floor(a / b) b: the remainder with the sign of the divisor. */
export const mod = arithmetic('mod')

const compare = (f: (a: Value, b: Value) => AnyTensor): Comparison => dual(f) as Comparison
const not = (x: AnyTensor): AnyTensor => binaryNode('xor', x, literal(true, 'bool'))
/** a < b */
export const less = compare((a, b) => binaryNode('less', a, b, 'bool'))
/** a > b */
export const greater = compare((a, b) => binaryNode('less', b, a, 'bool'))
/**
 * a = b; false where either is NaN.
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { equal, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(equal(tensor([1, 2], [2], 'int32'), 2))) // => Uint8Array [0, 1]
 */
export const equal = compare((a, b) => binaryNode('equal', a, b, 'bool'))
/** not (a = b) */
export const notEqual = compare((a, b) => not(binaryNode('equal', a, b, 'bool')))
/** a <= b */
export const lessEqual = compare((a, b) =>
  binaryNode('or', binaryNode('less', a, b, 'bool'), binaryNode('equal', a, b, 'bool')),
)
/** a >= b */
export const greaterEqual = compare((a, b) =>
  binaryNode('or', binaryNode('less', b, a, 'bool'), binaryNode('equal', a, b, 'bool')),
)

/** Bitwise on integers, logical on bools. */
export const and = bitwise('and')
/** Bitwise on integers, logical on bools. */
export const or = bitwise('or')
/** Bitwise on integers, logical on bools. */
export const xor = bitwise('xor')
/** a shifted left by b bits, 0 <= b < 32. */
export const shiftLeft = shift('shiftLeft')
/** a shifted right by b bits: with the sign for int32, with zeros for uint32. */
export const shiftRight = shift('shiftRight')

/** Logical negation. */
export const logicalNot = <S extends Shape>(x: Tensor<S, 'bool'>): Tensor<S, 'bool'> => not(x) as Tensor<S, 'bool'>

/**
 * The element in another dtype; see the header for rounding.
 *
 * @example
 * import { cast, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(cast(tensor([1.9, -1.9, NaN]), 'int32'))) // => Int32Array [1, -1, 0]
 */
export const cast = <S extends Shape, D extends DType>(x: Tensor<S, DType>, dtype: D): Tensor<S, D> =>
  (x.dtype === dtype ? x : unaryNode('cast', x, dtype)) as Tensor<S, D>

/**
 * The same 32 bits read as another dtype of 32 bits.
 *
 * @throws PullbackError when a dtype has not 32 bits
 * @example
 * import { bitcast, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(bitcast(tensor([1], [1]), 'uint32'))) // => Uint32Array [1065353216]
 */
export const bitcast = <S extends Shape, D extends 'float32' | 'int32' | 'uint32'>(
  x: Tensor<S, 'float32'> | Tensor<S, 'int32'> | Tensor<S, 'uint32'>,
  dtype: D,
): Tensor<S, D> => {
  const from = x.dtype as DType
  if (from === 'float64' || from === 'bool')
    fail('bitcast', 'a dtype of 32 bits', from, 'bitcast reads float32, int32 and uint32.')
  return (from === dtype ? x : unaryNode('bitcast', x, dtype)) as Tensor<S, D>
}

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

const powPrimitive = arithmetic('pow') as (a: AnyTensor, b: AnyTensor | number) => AnyTensor
const integerPower = (x: AnyTensor, n: number): AnyTensor => {
  if (n === 1) return x
  const half = integerPower(x, n >> 1)
  const square = binaryNode('mul', half, half)
  return n % 2 === 0 ? square : binaryNode('mul', square, x)
}

/**
 * a to the power b. A whole number b with 1 <= |b| <= 64 becomes multiplications (square and multiply, then one
 * division), as part of the program's structure; anything else is the transcendental function, NaN for negative a and
 * a b that is not whole.
 *
 * @throws PullbackError when operands are no floats of one dtype
 * @example
 * import { pow, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(pow(tensor([2, 3]), 2))) // => Float32Array [4, 9]
 */
export const pow: Binary<FloatDType> = dual((a, b) => {
  expectFloat('pow', dtypeOfPair(a, b))
  if (typeof b === 'number' && isTensor(a) && Number.isInteger(b) && b !== 0 && Math.abs(b) <= 64) {
    const power = integerPower(a, Math.abs(b))
    return b > 0 ? power : binaryNode('div', 1, power)
  }
  return powPrimitive(a as AnyTensor, b)
}) as Binary<FloatDType>

/** x² */
export const square: Unary = ((x: AnyTensor) => binaryNode('mul', x, x)) as Unary
/** 1 / x */
export const reciprocal: Unary = ((x: AnyTensor) => binaryNode('div', 1, x)) as Unary
/** 1 / sqrt(x) */
export const rsqrt: Unary = ((x: AnyTensor) => binaryNode('div', 1, unaryNode('sqrt', x))) as Unary
