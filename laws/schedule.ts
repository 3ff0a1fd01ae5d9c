/**
 * Laws of schedules.
 *
 * 1. rates are finite and not negative at every step
 * 2. a rate depends on its step alone: the same step, the same rate, in any order
 * 3. where promised, rates never rise after the warm-up, and never fall during it
 */
import type { Schedule } from 'pullback'
import { type Law, law, upheld, when } from './law.js'

/** A schedule, and what it promises. */
export interface ScheduleInstance {
  readonly schedule: Schedule
  /** The first step from which the rate never rises, and before which it never falls; undefined for restarts. */
  readonly fallsFrom?: number
}
/** A step to look at. */
export interface ScheduleSample {
  readonly step: number
}

/**
 * Rates are finite, not negative, and a function of the step alone; where promised they only fall after the warm-up.
 *
 * @example
 * import { schedule } from 'pullback'
 * import { runLaws, scheduleLaws, scheduleSteps } from 'pullback/laws'
 *
 * const instance = { schedule: schedule.cosine({ initial: 0.1, steps: 100 }), fallsFrom: 0 }
 * await runLaws(scheduleLaws, instance, scheduleSteps(100))
 */
export const scheduleLaws: readonly Law<ScheduleInstance, ScheduleSample>[] = [
  law('Schedule: rates are finite and not negative', ({ schedule }, { step }) =>
    when(Number.isFinite(schedule(step)) && schedule(step) >= 0, () => `rate ${schedule(step)} at step ${step}`),
  ),
  law('Schedule: a rate depends on its step alone', ({ schedule }, { step }) => {
    const before = schedule(step)
    schedule(0)
    schedule(step + 5)
    return when(Object.is(before, schedule(step)), () => `${before}, then ${schedule(step)} at step ${step}`)
  }),
  law('Schedule: rates rise to their top and fall from it', ({ schedule, fallsFrom }, { step }) => {
    if (fallsFrom === undefined) return upheld
    const [now, next] = [schedule(step), schedule(step + 1)]
    return when(
      step < fallsFrom ? next >= now : next <= now,
      () => `${now} at step ${step}, ${next} after it, top at ${fallsFrom}`,
    )
  }),
]
