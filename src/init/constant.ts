/** Initialisers that draw nothing. */
import { full } from '../array/create.js'
import type { Initializer } from './initializer.js'

/** Every element is `value`. */
export const constant =
  (value: number): Initializer =>
  (shape) =>
  (generator) => [full(shape, value), generator]

/** Every element is 0: the usual start of biases. */
export const zeros = (): Initializer => constant(0)

/** Every element is 1: the usual start of a normalisation's gain. */
export const ones = (): Initializer => constant(1)
