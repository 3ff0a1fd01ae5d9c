/** Schedules that fall for ever. */
import { fail } from '../../array/error.js'
import { exp } from '../../array/scalar/exponential.js'
import { pow } from '../../array/scalar/power.js'
import { checkNumbers, positiveSteps, type Schedule } from './schedule.js'

/**
 * initial, at every step t
 *
 * @throws PullbackError when `initial` is not finite
 * @example
 * import { schedule } from 'pullback'
 *
 * schedule.constant({ initial: 0.1 })(100) // => 0.1
 */
export const constant = ({ initial }: { readonly initial: number }): Schedule => {
  checkNumbers('schedule.constant', { initial })
  return () => initial
}

/**
 * initial factor^floor(t / every)
 *
 * @throws PullbackError when `every` is not positive, `factor` is negative, or a number is not finite
 * @example
 * import { schedule } from 'pullback'
 *
 * schedule.step({ initial: 1, every: 10, factor: 0.5 })(25) // => 0.25
 */
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
  checkNumbers('schedule.step', { initial })
  checkNumbers('schedule.step', { factor }, 0)
  return (t) => initial * pow(factor, Math.floor(t / every))
}

/**
 * initial, times `factor` at each boundary that is passed: at step t those with boundary <= t.
 *
 * @throws PullbackError when `factor` or a boundary is negative, or a number is not finite
 * @example
 * import { schedule } from 'pullback'
 *
 * schedule.piecewise({ initial: 1, boundaries: [10, 20], factor: 0.5 })(20) // => 0.25
 */
export const piecewise = ({
  initial,
  boundaries,
  factor,
}: {
  readonly initial: number
  readonly boundaries: readonly number[]
  readonly factor: number
}): Schedule => {
  checkNumbers('schedule.piecewise', { initial })
  checkNumbers('schedule.piecewise', { factor }, 0)
  for (const boundary of boundaries) checkNumbers('schedule.piecewise', { boundary }, 0)
  return (t) => initial * pow(factor, boundaries.filter((boundary) => t >= boundary).length)
}

/**
 * initial e^(-rate t)
 *
 * @throws PullbackError when `rate` is negative, or a number is not finite
 * @example
 * import { schedule } from 'pullback'
 *
 * schedule.exponential({ initial: 1, rate: 0.1 })(0) // => 1
 */
export const exponential = ({ initial, rate }: { readonly initial: number; readonly rate: number }): Schedule => {
  checkNumbers('schedule.exponential', { initial })
  checkNumbers('schedule.exponential', { rate }, 0)
  return (t) => initial * exp(-rate * t)
}

/**
 * initial / (1 + rate t)
 *
 * @throws PullbackError when `rate` is negative, or a number is not finite
 * @example
 * import { schedule } from 'pullback'
 *
 * schedule.inverseTime({ initial: 1, rate: 0.1 })(10) // => 0.5
 */
export const inverseTime = ({ initial, rate }: { readonly initial: number; readonly rate: number }): Schedule => {
  checkNumbers('schedule.inverseTime', { initial })
  checkNumbers('schedule.inverseTime', { rate }, 0)
  return (t) => initial / (1 + rate * t)
}

/**
 * initial / sqrt(t + offset)
 *
 * @throws PullbackError when `offset` is not positive, or a number is not finite
 * @example
 * import { schedule } from 'pullback'
 *
 * schedule.inverseSqrt({ initial: 1 })(3) // => 0.5
 */
export const inverseSqrt = ({
  initial,
  offset = 1,
}: {
  readonly initial: number
  readonly offset?: number
}): Schedule => {
  checkNumbers('schedule.inverseSqrt', { initial })
  if (!(offset > 0 && offset < Number.POSITIVE_INFINITY))
    fail('schedule.inverseSqrt', 'a finite offset above 0', String(offset), 'The first rate is initial / sqrt(offset).')
  return (t) => initial / Math.sqrt(t + offset)
}
