/** Comparisons of two arrays, element by element; comparisons with NaN are false. */
import { binaryNode } from '../build.js'
import { type Comparison, dual, type Value } from '../dual.js'
import type { AnyTensor } from '../tensor.js'
import { not } from './bitwise.js'

const compare = (f: (a: Value, b: Value) => AnyTensor): Comparison => dual(f) as Comparison

/**
 * a < b
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { less, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(less(tensor([1, 2, 3]), 2))) // => Uint8Array [1, 0, 0]
 */
export const less = compare((a, b) => binaryNode('less', a, b, 'bool'))

/**
 * a > b
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { greater, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(greater(tensor([1, 2, 3]), 2))) // => Uint8Array [0, 0, 1]
 */
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

/**
 * not (a = b); true where either is NaN.
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { notEqual, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(notEqual(tensor([1, 2, NaN]), 2))) // => Uint8Array [1, 0, 1]
 */
export const notEqual = compare((a, b) => not(binaryNode('equal', a, b, 'bool')))

/**
 * a <= b
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { lessEqual, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(lessEqual(tensor([1, 2, 3]), 2))) // => Uint8Array [1, 1, 0]
 */
export const lessEqual = compare((a, b) =>
  binaryNode('or', binaryNode('less', a, b, 'bool'), binaryNode('equal', a, b, 'bool')),
)

/**
 * a >= b
 *
 * @throws PullbackError when dtypes differ, or shapes do not broadcast
 * @example
 * import { greaterEqual, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(greaterEqual(tensor([1, 2, 3]), 2))) // => Uint8Array [0, 1, 1]
 */
export const greaterEqual = compare((a, b) =>
  binaryNode('or', binaryNode('less', b, a, 'bool'), binaryNode('equal', a, b, 'bool')),
)
