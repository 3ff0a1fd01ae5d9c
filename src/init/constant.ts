/** Initialisers that draw nothing. */
import { full } from '../array/create.js'
import { checkFinite } from '../array/error.js'
import type { Initializer } from './initializer.js'

/**
 * Every element is `value`.
 *
 * @example
 * import { dense, initializer } from 'pullback'
 *
 * const layer = dense(8, 4, { biasInitializer: initializer.constant(0.1) })
 */
export const constant = (value: number): Initializer => {
  checkFinite('constant', 'value', value)
  return (shape) => (generator) => [full(shape, value), generator]
}

/**
 * Every element is 0: the usual start of biases.
 *
 * @example
 * import { dense, initializer } from 'pullback'
 *
 * const layer = dense(8, 4, { weightInitializer: initializer.zeros() })
 */
export const zeros = (): Initializer => constant(0)

/**
 * Every element is 1: the usual start of a normalisation's gain.
 *
 * @example
 * import { initializer, rng, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const [gain] = initializer.ones()([2], { in: 2, out: 2 })(rng(1))
 * toArray(reference().evaluateSync(gain)) // => Float32Array [1, 1]
 */
export const ones = (): Initializer => constant(1)
