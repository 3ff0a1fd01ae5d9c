/** Schedules: rates as pure functions of the step 0, 1, 2, ..., on host numbers, with the same bits everywhere. */
import { checkFinite, fail } from '../../array/error.js'

/** The learning rate of a step, counted from 0: a pure function. */
export type Schedule = (step: number) => number
/** A learning rate: the same for all steps, or by step. */
export type LearningRate = number | Schedule

/** The schedule that a rate means. */
export const toSchedule = (rate: LearningRate): Schedule => (typeof rate === 'number' ? () => rate : rate)

/** A number of steps that a schedule divides by. */
export const positiveSteps = (path: string, steps: number): void => {
  if (!(steps > 0 && steps < Number.POSITIVE_INFINITY))
    fail(path, 'a number of steps above 0', String(steps), 'Count optimizer steps, not epochs.')
}

/** Finite numbers that a schedule is made of, from `least` on where that is given. */
export const checkNumbers = (path: string, numbers: Readonly<Record<string, number>>, least?: number): void => {
  for (const [name, value] of Object.entries(numbers)) checkFinite(path, name, value, least)
}
