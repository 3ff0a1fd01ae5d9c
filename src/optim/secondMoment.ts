/** Scaling by the root of second moments: AdaGrad, RMSProp, AdaDelta. */
import { add, div, mul, sqrt, square } from '../array/elementwise.js'
import { atom, checkDecays, flushed, leafwise, movingAverage, zerosOf } from './leafwise.js'
import type { Optimizer } from './optimizer.js'

export interface DecayOptions {
  /** The weight of the past, in [0, 1). */
  readonly decay?: number
  /** Keeps the denominator away from 0. */
  readonly epsilon?: number
}

/** n = n + g²; the update is g / (sqrt(n) + epsilon). Source: Duchi, Hazan, Singer (2011). */
export const scaleByAdagrad = ({ epsilon = 1e-10 }: Pick<DecayOptions, 'epsilon'> = {}): Optimizer => {
  const name = 'scaleByAdagrad'
  return atom<'square'>({
    init: (params) => ({ square: zerosOf(params) }),
    update: (gradients, slots) => {
      const next = leafwise(name, [gradients, slots.square], (g, n) => flushed(add(n, square(g))))
      return [leafwise(name, [gradients, next], (g, n) => div(g, add(sqrt(n), epsilon))), { square: next }]
    },
  })
}

/** n = decay n + (1 - decay) g²; the update is g / (sqrt(n) + epsilon). Source: Tieleman and Hinton (2012), lecture 6e. */
export const scaleByRms = ({ decay = 0.99, epsilon = 1e-8 }: DecayOptions = {}): Optimizer => {
  const name = 'scaleByRms'
  checkDecays(name, { decay })
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
 * n = decay n + (1 - decay) g²; the update is u = sqrt(d + epsilon) / sqrt(n + epsilon) g, where d is the moving average
 * of u² of the steps before. Epsilon is inside the roots. Source: Zeiler, "ADADELTA" (2012).
 */
export const scaleByAdadelta = ({ decay = 0.9, epsilon = 1e-6 }: DecayOptions = {}): Optimizer => {
  const name = 'scaleByAdadelta'
  checkDecays(name, { decay })
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
