/** Weight decay. Before the scaling of a composition it is coupled (an L2 penalty), after it decoupled (AdamW). */
import { add, mul } from '../array/elementwise.js'
import { leafwise, stateless } from './leafwise.js'
import type { Optimizer } from './optimizer.js'

/**
 * g + weightDecay w
 *
 * Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019).
 */
export const addDecayedWeights = (weightDecay: number): Optimizer =>
  stateless((gradients, params) =>
    leafwise('addDecayedWeights', [gradients, params], (g, w) => add(g, mul(w, weightDecay))),
  )
