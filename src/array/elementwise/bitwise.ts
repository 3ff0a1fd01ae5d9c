/** Functions of bits and truth values, element by element. */
import { binaryNode } from '../build.js'
import { isFloat, isInteger } from '../dtype.js'
import { type Binary, dtypeOfPair, dual } from '../dual.js'
import { fail } from '../error.js'
import type { BinaryOp } from '../node.js'
import type { Shape } from '../shape.js'
import { type AnyTensor, literal, type Tensor } from '../tensor.js'

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

/** Logical negation, whatever the static type. */
export const not = (x: AnyTensor): AnyTensor => binaryNode('xor', x, literal(true, 'bool'))

/**
 * Bitwise "and" of integers, logical of bools.
 *
 * @throws PullbackError when an operand is a float, dtypes differ, or shapes do not broadcast
 * @example
 * import { and, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(and(tensor([6, 5], [2], 'int32'), 3))) // => Int32Array [2, 1]
 */
export const and = bitwise('and')

/**
 * Bitwise "or" of integers, logical of bools.
 *
 * @throws PullbackError when an operand is a float, dtypes differ, or shapes do not broadcast
 * @example
 * import { or, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(or(tensor([true, false]), tensor([false, false])))) // => Uint8Array [1, 0]
 */
export const or = bitwise('or')

/**
 * Bitwise "exclusive or" of integers, logical of bools.
 *
 * @throws PullbackError when an operand is a float, dtypes differ, or shapes do not broadcast
 * @example
 * import { tensor, toArray, xor } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(xor(tensor([6, 5], [2], 'int32'), 3))) // => Int32Array [5, 6]
 */
export const xor = bitwise('xor')

/**
 * a shifted left by b bits, 0 <= b < 32.
 *
 * @throws PullbackError when an operand is no integer, dtypes differ, or shapes do not broadcast
 * @example
 * import { shiftLeft, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(shiftLeft(tensor([1, 3], [2], 'uint32'), 4))) // => Uint32Array [16, 48]
 */
export const shiftLeft = shift('shiftLeft')

/**
 * a shifted right by b bits: with the sign for int32, with zeros for uint32.
 *
 * @throws PullbackError when an operand is no integer, dtypes differ, or shapes do not broadcast
 * @example
 * import { shiftRight, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(shiftRight(tensor([16, -16], [2], 'int32'), 2))) // => Int32Array [4, -4]
 */
export const shiftRight = shift('shiftRight')

/**
 * Logical negation.
 *
 * @example
 * import { logicalNot, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(logicalNot(tensor([true, false])))) // => Uint8Array [0, 1]
 */
export const logicalNot = <S extends Shape>(x: Tensor<S, 'bool'>): Tensor<S, 'bool'> => not(x) as Tensor<S, 'bool'>
