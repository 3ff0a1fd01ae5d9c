import type { Optimizer, Schedule } from 'pullback'
import * as p from 'pullback'
import type { Options } from '../kind.js'

/** Optimizers by the case's rule. */
export const optimizers: Readonly<Record<string, (options: Options) => Optimizer>> = {
  sgd: ({ learningRate }) => p.sgd(learningRate),
  momentum: ({ learningRate, momentum }) => p.momentum(learningRate, { decay: momentum }),
  nesterov: ({ learningRate, momentum }) => p.nesterov(learningRate, { decay: momentum }),
  sgdWeightDecay: ({ learningRate, momentum, weightDecay }) =>
    p.momentum(learningRate, { decay: momentum, weightDecay }),
  adagrad: ({ learningRate, epsilon }) => p.adagrad(learningRate, { epsilon }),
  rmsprop: ({ learningRate, decay, epsilon }) => p.rmsprop(learningRate, { decay, epsilon }),
  adam: ({ learningRate, ...rest }) => p.adam(learningRate, rest),
  adamw: ({ learningRate, ...rest }) => p.adamw(learningRate, rest),
  amsgrad: ({ learningRate, ...rest }) => p.amsgrad(learningRate, rest),
  adadelta: ({ learningRate, decay, epsilon }) => p.adadelta(learningRate, { decay, epsilon }),
  nadam: ({ learningRate, ...rest }) => p.nadam(learningRate, rest),
}

/** Schedules by the case's rule. */
type MakeSchedule = (options: Options) => Schedule

const decays = p.schedule as unknown as Readonly<Record<string, MakeSchedule>>

/** Schedules by the case's rule: the library's own names, and the warm-up before any of them. */
export const scheduleOf: MakeSchedule = ({ rule, ...options }) => {
  if (rule === 'warmup')
    return p.schedule.warmup(
      options.warmup,
      scheduleOf({ ...options, rule: options.then, steps: options.steps - options.warmup }),
    )
  if (!Object.hasOwn(decays, rule)) throw new Error(`unknown schedule rule ${rule}`)
  return decays[rule]!(options)
}
