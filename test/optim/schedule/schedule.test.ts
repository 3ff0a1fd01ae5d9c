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

test('the first period of restarts is a cosine', () => {
  const rate = schedule.cosineRestarts({ initial: 0.3, period: 7, final: 0.1 })
  const cosine = schedule.cosine({ initial: 0.3, steps: 7, final: 0.1 })
  for (let t = 0; t < 7; t++) expect(rate(t)).toBe(cosine(t))
})

test('periods that shrink come to an end', () => {
  // periods of 8, 4, 2, 1 and half a step
  const rate = schedule.cosineRestarts({ initial: 0.5, period: 8, multiplier: 0.5, final: 0.125 })
  for (const begin of [0, 8, 12, 14, 15]) expect(rate(begin)).toBe(0.5)
  for (const later of [16, 17, 1000]) expect(rate(later)).toBe(0.125)
})

test('the end is exact, whatever the numbers', () => {
  const rate = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(rate, rate, fc.integer({ min: 1, max: 50 }), (initial, final, steps) => {
      for (const make of [schedule.cosine, schedule.linear]) {
        expect(make({ initial, steps, final })(0)).toBeCloseTo(initial, 12)
        expect(make({ initial, steps, final })(steps)).toBe(final)
      }
    }),
  )
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
    'schedule.cosine: steps: expected a number of steps above 0, got 0. Count optimizer steps, not epochs.',
  )
  expect(() => schedule.linear({ initial: 1, steps: -1 })).toThrow('schedule.linear: steps')
  expect(() => schedule.cosineRestarts({ initial: 1, period: 0 })).toThrow('schedule.cosineRestarts: period')
  expect(() => schedule.cosineRestarts({ initial: 1, period: 1, multiplier: 0 })).toThrow(
    'schedule.cosineRestarts: multiplier',
  )
  for (const steps of [-1, Number.NaN])
    expect(() => schedule.warmup(steps, 0.1)).toThrow('schedule.warmup: steps: expected a number of steps from 0 on')
  expect(() => schedule.step({ initial: 1, every: 0, factor: 0.5 })).toThrow('schedule.step: every')
})
