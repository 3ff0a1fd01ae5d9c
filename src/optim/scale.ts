/** Scaling by numbers: a factor, a rate, a schedule. */
import { sharedNumber } from '../array/build.js'
import { mul } from '../array/elementwise.js'
import { checkFinite, fail } from '../array/error.js'
import { atom, eachLeaf, stateless } from './leafwise.js'
import type { Optimizer } from './optimizer.js'
import type { LearningRate } from './schedule/schedule.js'

/** A rate that is a number. */
export const finite = (path: string, rate: number): number =>
  Number.isFinite(rate)
    ? rate
    : fail(path, 'a finite rate', String(rate), 'Pass a number, or a schedule that gives one.')

/**
 * factor g
 *
 * @example
 * import { chainOptimizers, scaleBy, scaleByAdam } from 'pullback'
 *
 * const ascent = chainOptimizers(scaleByAdam(), scaleBy(0.001))
 */
export const scaleBy = (factor: number): Optimizer => {
  checkFinite('scaleBy', 'factor', factor)
  return stateless((gradients) => scaled(gradients, factor))
}

const scaled = <P>(gradients: P, factor: number): P => {
  const shared = sharedNumber(factor)
  return eachLeaf(gradients, (g) => mul(g, shared(g)))
}

/**
 * -rate(t) g at step t = 0, 1, 2, ...: what turns a direction of ascent into a step down. The last atom of a
 * composition.
 *
 * @throws PullbackError when a rate is not finite
 * @example
 * import { chainOptimizers, scaleByAdam, scaleByRate } from 'pullback'
 *
 * const optimizer = chainOptimizers(scaleByAdam(), scaleByRate((step) => 0.001 / (1 + step)))
 */
export const scaleByRate = (rate: LearningRate): Optimizer =>
  typeof rate === 'number'
    ? scaleBy(-finite('scaleByRate', rate))
    : atom<never, 'step'>({
        init: () => ({ step: 0 }),
        update: (gradients, { step }) => {
          const factor = -finite(`scaleByRate at step ${step}`, rate(step))
          return [scaled(gradients, factor), { step: step + 1 }]
        },
      })
