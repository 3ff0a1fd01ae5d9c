/** Bounded gradients: against steps that a single bad batch makes too long. */

import { isFloat } from '../array/dtype.js'
import { add, div, maximum, minimum, mul, sqrt, square } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { sum } from '../array/reduce.js'
import { literal, type Tensor } from '../array/tensor.js'
import { leaves } from '../array/tree.js'
import { eachLeaf, stateless } from './leafwise.js'
import type { Optimizer } from './optimizer.js'

const positive = (path: string, bound: number): void => {
  if (!(bound > 0)) fail(path, 'a bound above 0', String(bound), 'A bound of 0 would stop all learning.')
}

/**
 * Every element moved into [-bound, bound]. NaN stays NaN.
 *
 * @throws PullbackError when the bound is not positive
 * @example
 * import { chainOptimizers, clipByValue, sgd } from 'pullback'
 *
 * const optimizer = chainOptimizers(clipByValue(0.5), sgd(0.1))
 */
export const clipByValue = (bound: number): Optimizer => {
  positive('clipByValue', bound)
  return stateless((gradients) => eachLeaf(gradients, (g) => minimum(maximum(g, -bound), bound)))
}

/** min(1, maxNorm / norm): 1 for a norm of 0. */
const factorFor = (norm: Tensor, maxNorm: number): Tensor => minimum(div(maxNorm, norm), 1)

/**
 * Each array shrunk to a Euclidean norm of at most `maxNorm`: g min(1, maxNorm / |g|).
 *
 * @throws PullbackError when the bound is not positive
 * @example
 * import { chainOptimizers, clipByNorm, sgd } from 'pullback'
 *
 * const optimizer = chainOptimizers(clipByNorm(1), sgd(0.1))
 */
export const clipByNorm = (maxNorm: number): Optimizer => {
  positive('clipByNorm', maxNorm)
  return stateless((gradients) =>
    eachLeaf(gradients, (g) => mul(g, factorFor(sqrt(sum(square(g))) as Tensor, maxNorm))),
  )
}

/**
 * The Euclidean norm of a whole tree: sqrt of the sum of all squares, leaf after leaf.
 *
 * @example
 * import { globalNorm, tensor } from 'pullback'
 *
 * const five = globalNorm({ a: tensor([3]), b: tensor([4]) })
 */
export const globalNorm = (tree: unknown): Tensor<[]> => {
  const squares = leaves(tree)
    .filter((leaf) => isFloat(leaf.dtype))
    .map((leaf) => sum(square(leaf as Tensor)) as Tensor)
  return squares.length === 0 ? literal(0) : sqrt(squares.reduce((total, s) => add(total, s)))
}

/**
 * The whole tree shrunk to a global norm of at most `maxNorm`; its direction stays.
 *
 * Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks" (2013).
 *
 * @throws PullbackError when the bound is not positive
 * @example
 * import { adam, chainOptimizers, clipByGlobalNorm } from 'pullback'
 *
 * const optimizer = chainOptimizers(clipByGlobalNorm(1), adam(0.001))
 */
export const clipByGlobalNorm = (maxNorm: number): Optimizer => {
  positive('clipByGlobalNorm', maxNorm)
  return stateless((gradients) => {
    const factor = factorFor(globalNorm(gradients), maxNorm)
    return eachLeaf(gradients, (g) => mul(g, factor))
  })
}
