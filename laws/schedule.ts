/**
 * Laws of schedules: 1. finite and not negative at every step; 2. pure: the same step, the same rate, in any order;
 * 3. where promised, never rising after the warm-up.
 */
import type { Schedule } from 'pullback'
import { type Law, law, when } from './law.js'

export interface ScheduleInstance {
  readonly schedule: Schedule
  /** The first step from which the rate never rises; undefined where it may (restarts). */
  readonly fallsFrom?: number
}
export interface ScheduleSample {
  readonly step: number
}

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
  law('Schedule: the rate never rises', ({ schedule, fallsFrom }, { step }) => {
    if (fallsFrom === undefined || step < fallsFrom) return { holds: true }
    return when(
      schedule(step + 1) <= schedule(step),
      () => `${schedule(step)} at step ${step}, ${schedule(step + 1)} after it`,
    )
  }),
]
