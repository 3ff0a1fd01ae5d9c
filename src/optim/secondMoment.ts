/** Scaling by the root of second moments: AdaGrad, RMSProp, AdaDelta. */
import { add, div, mul, sqrt, square } from '../array/elementwise.js'
import { checkFinite } from '../array/error.js'
import { atom, checkDecays, flushed, leafwise, movingAverage, zerosOf } from './leafwise.js'
import type { Optimizer } from './optimizer.js'

/** The constants of optimizers that divide by a root of squares. */
export interface DecayOptions {
  /** The weight of the past, in [0, 1). */
  readonly decay?: number
  /** Keeps the denominator away from 0. */
  readonly epsilon?: number
}

/**
 * n = n + g²; the update is g / (sqrt(n) + epsilon).
 *
 * Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization"
 * (2011).
 *
 * @example
 * import { chainOptimizers, scaleByAdagrad, scaleByRate } from 'pullback'
 *
 * const optimizer = chainOptimizers(scaleByAdagrad(), scaleByRate(0.01))
 */
export const scaleByAdagrad = ({ epsilon = 1e-10 }: Pick<DecayOptions, 'epsilon'> = {}): Optimizer => {
  const name = 'scaleByAdagrad'
  checkFinite(name, 'epsilon', epsilon, 0)
  return atom<'square'>({
    init: (params) => ({ square: zerosOf(params) }),
    update: (gradients, slots) => {
      const next = leafwise(name, [gradients, slots.square], (g, n) => flushed(add(n, square(g))))
      return [leafwise(name, [gradients, next], (g, n) => div(g, add(sqrt(n), epsilon))), { square: next }]
    },
  })
}

/**
 * n = decay n + (1 - decay) g²; the update is g / (sqrt(n) + epsilon).
 *
 * Source: Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6e (2012).
 *
 * @throws PullbackError when the weight of the past is not in [0, 1), or epsilon is negative or not finite
 * @example
 * import { chainOptimizers, scaleByRate, scaleByRms } from 'pullback'
 *
 * const optimizer = chainOptimizers(scaleByRms({ decay: 0.9 }), scaleByRate(0.001))
 */
export const scaleByRms = ({ decay = 0.99, epsilon = 1e-8 }: DecayOptions = {}): Optimizer => {
  const name = 'scaleByRms'
  checkDecays(name, { decay })
  checkFinite(name, 'epsilon', epsilon, 0)
  const averaged = movingAverage(decay)
  return atom<'square'>({
    init: (params) => ({ square: zerosOf(params) }),
    update: (gradients, slots) => {
      const next = leafwise(name, [gradients, slots.square], (g, n) => averaged(n, square(g)))
      return [leafwise(name, [gradients, next], (g, n) => div(g, add(sqrt(n), epsilon))), { square: next }]
    },
  })
}

/**
 * n = decay n + (1 - decay) g²; the update is u = sqrt(d + epsilon) / sqrt(n + epsilon) g, where d is the moving
 * average of u² of the steps before. Epsilon is inside the roots.
 *
 * Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012).
 *
 * @throws PullbackError when the weight of the past is not in [0, 1), or epsilon is negative or not finite
 * @example
 * import { chainOptimizers, scaleByAdadelta, scaleByRate } from 'pullback'
 *
 * const optimizer = chainOptimizers(scaleByAdadelta(), scaleByRate(1))
 */
export const scaleByAdadelta = ({ decay = 0.9, epsilon = 1e-6 }: DecayOptions = {}): Optimizer => {
  const name = 'scaleByAdadelta'
  checkDecays(name, { decay })
  checkFinite(name, 'epsilon', epsilon, 0)
  const averaged = movingAverage(decay)
  return atom<'square' | 'delta'>({
    init: (params) => ({ square: zerosOf(params), delta: zerosOf(params) }),
    update: (gradients, slots) => {
      const next = leafwise(name, [gradients, slots.square], (g, n) => averaged(n, square(g)))
      const updates = leafwise(name, [gradients, next, slots.delta], (g, n, d) =>
        mul(div(sqrt(add(d, epsilon)), sqrt(add(n, epsilon))), g),
      )
      const delta = leafwise(name, [slots.delta, updates], (d, u) => averaged(d, square(u)))
      return [updates, { square: next, delta }]
    },
  })
}
