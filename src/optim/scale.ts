/** Scaling by numbers: a factor, a rate, a schedule. */
import { mul } from '../array/elementwise.js'
import { atom, leafwise, stateless } from './leafwise.js'
import type { Optimizer } from './optimizer.js'
import type { LearningRate } from './schedule/schedule.js'

/** factor g */
export const scaleBy = (factor: number): Optimizer =>
  stateless((gradients) => leafwise('scaleBy', [gradients], (g) => mul(g, factor)))

/**
 * -rate(t) g at step t = 0, 1, 2, ...: what turns a direction of ascent into a step down. The last atom of a composition.
 */
export const scaleByRate = (rate: LearningRate): Optimizer =>
  typeof rate === 'number'
    ? scaleBy(-rate)
    : atom<never, 'step'>({
        init: () => ({ step: 0 }),
        update: (gradients, { step }) => {
          const factor = -rate(step)
          return [leafwise('scaleByRate', [gradients], (g) => mul(g, factor)), { step: step + 1 }]
        },
      })
