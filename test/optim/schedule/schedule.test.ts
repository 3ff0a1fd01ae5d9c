import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as schedule from '../../../src/optim/schedule/index.js'
import type { Schedule } from '../../../src/optim/schedule/schedule.js'

interface Case {
  readonly name: string
  readonly options: { readonly rule: string; readonly initial: number; readonly warmup: number; readonly steps: number }
  readonly rates: readonly number[]
}
const { cases } = JSON.parse(readFileSync(new URL('../../golden/schedules.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[]
}

const scheduleOf = (options: Case['options']): Schedule =>
  options.rule === 'warmup'
    ? schedule.warmup(options.warmup, schedule.cosine({ ...options, steps: options.steps - options.warmup }))
    : (schedule as unknown as Record<string, (options: unknown) => Schedule>)[options.rule]!(options)

describe('golden rates', () => {
  test.each(cases)('$name', ({ options, rates }) => {
    const rate = scheduleOf(options)
    rates.forEach((want, t) => {
      expect(Math.abs(rate(t) - want), `step ${t}`).toBeLessThanOrEqual(1e-12 + 1e-12 * Math.abs(want))
    })
  })
})

test('restarts of equal length repeat', () => {
  const rate = schedule.cosineRestarts({ initial: 0.3, period: 7 })
  for (let t = 0; t < 30; t++) expect(rate(t + 7)).toBe(rate(t))
  expect(rate(0)).toBe(0.3)
})

test('schedules that end stay at their end, and none of them overshoots', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 200 }), (steps, t) => {
      for (const make of [schedule.cosine, schedule.linear]) {
        const rate = make({ initial: 0.5, steps, final: 0.125 })(t)
        expect(rate).toBeGreaterThanOrEqual(0.125)
        expect(rate).toBeLessThanOrEqual(0.5)
        if (t >= steps) expect(rate).toBe(0.125)
      }
    }),
  )
})

test('warmup is a ramp to the first rate of what follows, without a jump', () => {
  const rate = schedule.warmup(4, schedule.constant({ initial: 0.2 }))
  expect([0, 1, 2, 3, 4, 5].map(rate)).toEqual([0, 0.05, 0.1, (0.2 * 3) / 4, 0.2, 0.2])
  expect(schedule.warmup(0, 0.1)(0)).toBe(0.1)
})

test('a schedule that divides by its steps wants some', () => {
  expect(() => schedule.cosine({ initial: 1, steps: 0 })).toThrow(
    'schedule.cosine: steps: expected a number of steps above 0',
  )
  expect(() => schedule.step({ initial: 1, every: 0, factor: 0.5 })).toThrow('schedule.step: every')
})
