/** Schedules that fall for ever. */
import { exp } from '../../array/scalar/exponential.js'
import { pow } from '../../array/scalar/power.js'
import { positiveSteps, type Schedule } from './schedule.js'

/** initial */
export const constant =
  ({ initial }: { readonly initial: number }): Schedule =>
  () =>
    initial

/** initial factor^floor(t / every) */
export const step = ({
  initial,
  every,
  factor,
}: {
  readonly initial: number
  readonly every: number
  readonly factor: number
}): Schedule => {
  positiveSteps('schedule.step: every', every)
  return (t) => initial * pow(factor, Math.floor(t / every))
}

/** initial, times `factor` at each boundary that is passed: at step t those with boundary <= t. */
export const piecewise =
  ({
    initial,
    boundaries,
    factor,
  }: {
    readonly initial: number
    readonly boundaries: readonly number[]
    readonly factor: number
  }): Schedule =>
  (t) =>
    initial * pow(factor, boundaries.filter((boundary) => t >= boundary).length)

/** initial e^(-rate t) */
export const exponential =
  ({ initial, rate }: { readonly initial: number; readonly rate: number }): Schedule =>
  (t) =>
    initial * exp(-rate * t)

/** initial / (1 + rate t) */
export const inverseTime =
  ({ initial, rate }: { readonly initial: number; readonly rate: number }): Schedule =>
  (t) =>
    initial / (1 + rate * t)

/** initial / sqrt(t + offset) */
export const inverseSqrt =
  ({ initial, offset = 1 }: { readonly initial: number; readonly offset?: number }): Schedule =>
  (t) =>
    initial / Math.sqrt(t + offset)
