/** Schedules that reach their end after a number of steps, and stay there. */
import { checkFinite, fail } from '../../array/error.js'
import { cos } from '../../array/scalar/trigonometric.js'
import { checkNumbers, type LearningRate, positiveSteps, type Schedule, toSchedule } from './schedule.js'

interface Annealing {
  readonly initial: number
  /** Steps from `initial` to `final`. */
  readonly steps: number
  readonly final?: number
}

const halfCosine = (initial: number, final: number, part: number): number =>
  final + ((initial - final) * (1 + cos(Math.PI * part))) / 2

/**
 * final + (initial - final) (1 + cos(pi t / steps)) / 2, and `final` from step `steps` on.
 *
 * @throws PullbackError when `steps` is not positive, or a number is not finite
 * @example
 * import { adam, schedule } from 'pullback'
 *
 * const optimizer = adam(schedule.cosine({ initial: 0.001, steps: 1250 }))
 */
export const cosine = ({ initial, steps, final = 0 }: Annealing): Schedule => {
  positiveSteps('schedule.cosine: steps', steps)
  checkNumbers('schedule.cosine', { initial, final })
  return (t) => (t >= steps ? final : halfCosine(initial, final, t / steps))
}

/**
 * initial + (final - initial) t / steps, and `final` from step `steps` on.
 *
 * @throws PullbackError when `steps` is not positive, or a number is not finite
 * @example
 * import { schedule } from 'pullback'
 *
 * schedule.linear({ initial: 1, steps: 4 })(3) // => 0.25
 */
export const linear = ({ initial, steps, final = 0 }: Annealing): Schedule => {
  positiveSteps('schedule.linear: steps', steps)
  checkNumbers('schedule.linear', { initial, final })
  return (t) => (t >= steps ? final : initial + ((final - initial) * t) / steps)
}

/**
 * A cosine over `period` steps, then again from `initial`, each period `multiplier` times as long as the one before.
 *
 * Source: Loshchilov and Hutter, "SGDR" (2017).
 *
 * @throws PullbackError when `period` or `multiplier` is not positive, or a number is not finite
 * @example
 * import { schedule } from 'pullback'
 *
 * schedule.cosineRestarts({ initial: 1, period: 10 })(10) // => 1
 */
export const cosineRestarts = ({
  initial,
  period,
  multiplier = 1,
  final = 0,
}: {
  readonly initial: number
  readonly period: number
  readonly multiplier?: number
  readonly final?: number
}): Schedule => {
  positiveSteps('schedule.cosineRestarts: period', period)
  positiveSteps('schedule.cosineRestarts: multiplier', multiplier)
  checkNumbers('schedule.cosineRestarts', { initial, final })
  return (t) => {
    if (multiplier === 1) return halfCosine(initial, final, (t % period) / period)
    let begin = 0
    let length = period
    // Periods that shrink below a step have come to their limit.
    while (t >= begin + length && length >= 1) {
      begin += length
      length *= multiplier
    }
    return halfCosine(initial, final, Math.min(1, (t - begin) / length))
  }
}

/**
 * A ramp of `steps` steps from 0 up to the first rate of `next`, which follows with its step 0: at step t below `steps`
 * the rate is next(0) t / steps.
 *
 * @throws PullbackError when `steps` is negative, or a number is not finite
 * @example
 * import { schedule } from 'pullback'
 *
 * const rate = schedule.warmup(5, schedule.cosine({ initial: 0.1, steps: 35 }))
 * rate(0) // => 0
 * rate(5) // => 0.1
 */
export const warmup = (steps: number, next: LearningRate): Schedule => {
  if (!(steps >= 0 && steps < Number.POSITIVE_INFINITY))
    fail('schedule.warmup: steps', 'a number of steps from 0 on', String(steps), 'Count optimizer steps, not epochs.')
  if (typeof next === 'number') checkFinite('schedule.warmup', 'rate', next)
  const rest = toSchedule(next)
  return (t) => (t < steps ? (rest(0) * t) / steps : rest(t - steps))
}
