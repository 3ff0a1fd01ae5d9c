/** Large batches in small pieces. */

import { zerosLike } from '../array/create.js'
import { add, div } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { mapTree } from '../array/tree.js'
import { eachLeaf, leafwise, zerosOf } from './leafwise.js'
import type { Optimizer, OptimizerState } from './optimizer.js'

/**
 * The optimizer takes one step for every `count` gradients, with their mean; in between nothing moves. With batches of
 * equal size that is one step on all of them together, for losses that are means.
 *
 * @throws PullbackError when the count is no positive whole number
 * @example
 * import { accumulateGradients, adam } from 'pullback'
 *
 * const optimizer = accumulateGradients(4, adam(0.001))
 */
export const accumulateGradients = (count: number, optimizer: Optimizer): Optimizer => {
  if (!(Number.isInteger(count) && count >= 1))
    fail('accumulateGradients', 'a whole number of gradients from 1 on', String(count), 'One gradient a step is 1.')
  return {
    init: (params) => ({ slots: { sum: zerosOf(params), count: 0, inner: optimizer.init(params).slots } }),
    update: <P>(gradients: P, state: OptimizerState<P>, params: P) => {
      const before = state.slots as { readonly sum: P; readonly count: number; readonly inner: unknown }
      const sum = leafwise('accumulateGradients', [gradients, before.sum], (g, s) => add(s, g))
      if (before.count + 1 < count)
        return [mapTree(gradients, zerosLike), { slots: { ...before, sum, count: before.count + 1 } }]
      const mean = eachLeaf(sum, (s) => div(s, count))
      const [updates, { slots: inner }] = optimizer.update(mean, { slots: before.inner }, params)
      return [updates, { slots: { sum: zerosOf(params), count: 0, inner } }]
    },
  }
}
