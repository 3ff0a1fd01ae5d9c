/** Generators of samples for the laws, for fast-check. */
import fc from 'fast-check'
import type { ArraySample } from './array.js'
import type { NetworkChoice } from './network/index.js'
import type { ProgramSample } from './program/index.js'
import type { TrainingSample } from './training.js'

/** Seeds: what the laws of layers, optimizers and samplers are sampled by. */
export const seeds: fc.Arbitrary<{ readonly seed: number }> = fc.record({ seed: fc.nat(99_999) })

/**
 * Steps of a schedule, from 0 to `last`.
 *
 * @example
 * import { schedule } from 'pullback'
 * import { runLaws, scheduleLaws, scheduleSteps } from 'pullback/laws'
 *
 * await runLaws(scheduleLaws, { schedule: schedule.constant({ initial: 0.1 }) }, scheduleSteps(50))
 */
export const scheduleSteps = (last = 100): fc.Arbitrary<{ readonly step: number }> => fc.record({ step: fc.nat(last) })

/** Shapes of rank 1 to 4 with sizes 1 to 5. */
export const arraySamples: fc.Arbitrary<ArraySample> = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
  seed: fc.nat(9999),
})

/**
 * Random programs of up to `maxLength` steps: what the laws of backends are sampled by.
 *
 * @example
 * import { reference } from 'pullback/reference'
 * import { backendLaws, programs, runLaws } from 'pullback/laws'
 *
 * const device = reference()
 * const instance = { device, reference: device, tolerance: { absolute: 0, relative: 0 } }
 * await runLaws(backendLaws, instance, programs(3), { runs: 2 })
 */
export const programs = (maxLength = 12): fc.Arbitrary<ProgramSample> =>
  fc.record({
    choices: fc.array(fc.tuple(fc.nat(999), fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength }),
    seed: fc.nat(9999),
  })

/**
 * Random networks of up to `maxLength` layers.
 *
 * @example
 * import { reference } from 'pullback/reference'
 * import { networkLaws, networkParts, networks, runLaws } from 'pullback/laws'
 *
 * const tolerance = { absolute: 1e-6, relative: 1e-6 }
 * const instance = { device: reference(), tolerance, parts: networkParts }
 * await runLaws(networkLaws.slice(0, 1), instance, networks(2), { runs: 2 })
 */
export const networks = (maxLength = 4): fc.Arbitrary<NetworkChoice> =>
  fc.record({
    start: fc.nat(99),
    picks: fc.array(fc.tuple(fc.nat(999), fc.nat(99)), { minLength: 1, maxLength }),
    seed: fc.nat(9999),
  })

/** Training runs that stop somewhere in between. */
export const trainingRuns: fc.Arbitrary<TrainingSample> = fc.record({ seed: fc.nat(999), stop: fc.nat(99) })
