/**
 * What an initialiser is: a function from a shape, and from the fans of the layer that asks, to a random array.
 *
 * Laws (see laws/initializer.ts): 1. the variance is the promised one. 2. Equal generators give equal arrays.
 * 3. Kaiming keeps the variance of rectified signals through depth, Xavier that of linear ones.
 */
import { fail } from '../array/error.js'
import { type Shape, showShape, sizeOf } from '../array/shape.js'
import type { Tensor } from '../array/tensor.js'
import type { Random } from '../random/rng.js'

/** How many inputs one output of a layer sums over, and how many outputs one input goes to. */
export interface Fans {
  readonly in: number
  readonly out: number
}

/** Makes float32 params; a layer casts them to the dtype of its input. */
export type Initializer = (shape: Shape, fans: Fans) => Random<Tensor>

/**
 * The fans of a weight stored as out, in, ...kernel: every kernel place is one more term of the sum. With groups the
 * second size is that of one group already, and an input goes to the outputs of its group alone.
 *
 * @throws PullbackError when the shape has rank below 2
 * @example
 * import { initializer } from 'pullback'
 *
 * initializer.fansOf([16, 8, 3, 3]) // => { in: 72, out: 144 }
 */
export const fansOf = (shape: Shape, groups = 1): Fans => {
  if (shape.length < 2)
    fail('fansOf', 'a weight of rank 2 or more', showShape(shape), 'Weights are stored as out, in, ...kernel.')
  if (!(Number.isInteger(groups) && groups >= 1))
    fail('fansOf', 'groups as a positive whole number', String(groups), 'Leave it out for one group.')
  const kernel = sizeOf(shape.slice(2))
  return { in: shape[1] * kernel, out: (shape[0] / groups) * kernel }
}
