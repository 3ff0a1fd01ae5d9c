/** Arithmetic of two arrays, element by element. */
import { binaryNode } from '../build.js'
import { expectFloat, type FloatDType } from '../dtype.js'
import { type Binary, dtypeOfPair, dual } from '../dual.js'
import { fail } from '../error.js'
import type { BinaryOp } from '../node.js'
import { type AnyTensor, isTensor } from '../tensor.js'

const arithmetic = (op: BinaryOp): Binary =>
  dual((a, b) => {
    if (dtypeOfPair(a, b) === 'bool')
      fail(op, 'numbers', 'bool', `Write cast(x, 'float32') first, or use and, or, xor.`)
    return binaryNode(op, a, b)
  }) as Binary

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

/**
 * a - b
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { sub, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(sub(tensor([5, 7]), tensor([1, 2])))) // => Float32Array [4, 5]
 */
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

/**
 * The larger element; NaN where either is NaN.
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { maximum, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(maximum(tensor([-1, 2]), 0))) // => Float32Array [0, 2]
 */
export const maximum = arithmetic('maximum')

/**
 * The smaller element; NaN where either is NaN.
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { minimum, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(minimum(tensor([-1, 2]), 0))) // => Float32Array [-1, 0]
 */
export const minimum = arithmetic('minimum')

/**
 * a - floor(a / b) b: the remainder with the sign of the divisor.
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { mod, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(mod(tensor([5, -5]), 3))) // => Float32Array [2, 1]
 */
export const mod = arithmetic('mod')

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
