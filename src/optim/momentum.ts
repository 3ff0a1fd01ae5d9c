/** Heavy-ball and Nesterov's momentum. */
import { sharedNumber } from '../array/build.js'
import { add, mul } from '../array/elementwise.js'
import { atom, checkDecays, flushed, leafwise, zerosOf } from './leafwise.js'
import type { Optimizer } from './optimizer.js'

/** How long gradients are remembered, and which form the momentum has. */
export interface TraceOptions {
  /** The weight of the past, in [0, 1). */
  readonly decay: number
  /** Look ahead: g + decay v in place of v. */
  readonly nesterov?: boolean
}

/**
 * A running sum of gradients, v = decay v + g, from v = 0: the first step takes the gradient as it is. The update is v,
 * or g + decay v for Nesterov's.
 *
 * Source: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning" (2013),
 * in the form of PyTorch, where the rate is outside v.
 *
 * @throws PullbackError when the weight of the past is not in [0, 1)
 * @example
 * import { chainOptimizers, scaleByRate, trace } from 'pullback'
 *
 * const momentum = chainOptimizers(trace({ decay: 0.9 }), scaleByRate(0.1))
 */
export const trace = ({ decay, nesterov = false }: TraceOptions): Optimizer => {
  const name = 'trace'
  checkDecays(name, { decay })
  const past = sharedNumber(decay)
  return atom<'velocity'>({
    init: (params) => ({ velocity: zerosOf(params) }),
    update: (gradients, { velocity }) => {
      const next = leafwise(name, [gradients, velocity], (g, v) => flushed(add(mul(v, past(v)), g)))
      const ahead = () => leafwise(name, [gradients, next], (g, v) => add(mul(v, past(v)), g))
      return [nesterov ? ahead() : next, { velocity: next }]
    },
  })
}
