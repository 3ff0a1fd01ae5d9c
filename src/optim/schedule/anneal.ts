/** Schedules that reach their end after a number of steps, and stay there. */
import { cos } from '../../array/scalar/trigonometric.js'
import { type LearningRate, positiveSteps, type Schedule, toSchedule } from './schedule.js'

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
 * @example
 * import { adam, schedule } from 'pullback'
 *
 * const optimizer = adam(schedule.cosine({ initial: 0.001, steps: 1250 }))
 */
export const cosine = ({ initial, steps, final = 0 }: Annealing): Schedule => {
  positiveSteps('schedule.cosine: steps', steps)
  return (t) => (t >= steps ? final : halfCosine(initial, final, t / steps))
}

/** initial + (final - initial) t / steps, and `final` from step `steps` on. */
export const linear = ({ initial, steps, final = 0 }: Annealing): Schedule => {
  positiveSteps('schedule.linear: steps', steps)
  return (t) => (t >= steps ? final : initial + ((final - initial) * t) / steps)
}

/**
 * A cosine over `period` steps, then again from `initial`, each period `multiplier` times as long as the one before.
 *
 * Source: Loshchilov and Hutter, "SGDR" (2017).
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
 * initial t / warmup up to step `warmup`; from there on the schedule `then`, which starts with its step 0. `initial` is
 * where the ramp ends; left out, it is the first rate of `then`.
 *
 * @example
 * import { schedule } from 'pullback'
 *
 * const rate = schedule.warmup({ warmup: 5, then: schedule.cosine({ initial: 0.1, steps: 35 }) })
 * rate(0) // => 0
 * rate(5) // => 0.1
 */
export const warmup = ({
  warmup: ramp,
  then,
  initial = toSchedule(then)(0),
}: {
  readonly warmup: number
  readonly then: LearningRate
  readonly initial?: number
}): Schedule => {
  const rest = toSchedule(then)
  return (t) => (t < ramp ? (initial * t) / ramp : rest(t - ramp))
}
