import { schedule } from 'pullback'
import { type ScheduleInstance, scheduleLaws, scheduleSteps } from 'pullback/laws'
import { check } from './support.js'

const schedules: Readonly<Record<string, ScheduleInstance>> = {
  constant: { schedule: schedule.constant({ initial: 0.1 }), fallsFrom: 0 },
  step: { schedule: schedule.step({ initial: 0.1, every: 7, factor: 0.5 }), fallsFrom: 0 },
  piecewise: { schedule: schedule.piecewise({ initial: 0.1, boundaries: [10, 60], factor: 0.1 }), fallsFrom: 0 },
  exponential: { schedule: schedule.exponential({ initial: 0.1, rate: 0.05 }), fallsFrom: 0 },
  inverseTime: { schedule: schedule.inverseTime({ initial: 0.1, rate: 0.05 }), fallsFrom: 0 },
  inverseSqrt: { schedule: schedule.inverseSqrt({ initial: 0.1, offset: 4 }), fallsFrom: 0 },
  linear: { schedule: schedule.linear({ initial: 0.1, steps: 80, final: 0.01 }), fallsFrom: 0 },
  cosine: { schedule: schedule.cosine({ initial: 0.1, steps: 80, final: 0.001 }), fallsFrom: 0 },
  cosineRestarts: { schedule: schedule.cosineRestarts({ initial: 0.1, period: 10, multiplier: 2 }) },
  warmup: {
    schedule: schedule.warmup(10, schedule.cosine({ initial: 0.1, steps: 70 })),
    fallsFrom: 10,
  },
}
for (const [name, instance] of Object.entries(schedules))
  check(scheduleLaws, instance, scheduleSteps(120), { runs: 120 }, `${name}: `)
