/** Weight decay. Before the scaling of a composition it is coupled (an L2 penalty), after it decoupled (AdamW). */
import { add, mul } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { leafwise, stateless } from './leafwise.js'
import type { Optimizer } from './optimizer.js'

/**
 * g + weightDecay w
 *
 * Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019).
 *
 * @throws PullbackError when the decay is negative or infinite
 * @example
 * import { addDecayedWeights, chainOptimizers, scaleByAdam, scaleByRate } from 'pullback'
 *
 * const optimizer = chainOptimizers(scaleByAdam(), addDecayedWeights(0.01), scaleByRate(0.001))
 */
export const addDecayedWeights = (weightDecay: number): Optimizer => {
  if (!(weightDecay >= 0 && weightDecay < Number.POSITIVE_INFINITY))
    fail('addDecayedWeights', 'a decay from 0 on', String(weightDecay), 'It is the share of a weight in its gradient.')
  return stateless((gradients, params) =>
    leafwise('addDecayedWeights', [gradients, params], (g, w) => add(g, mul(w, weightDecay))),
  )
}
