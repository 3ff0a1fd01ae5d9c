import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identical } from '../../laws/compare.js'
import { differentiableProgram, programInputs, programOf } from '../../laws/program/index.js'
import { dyadicLike } from '../../laws/sample.js'
import type { AnyTensor } from '../../src/array/tensor.js'
import { leaves } from '../../src/array/tree.js'
import { referenceBackend } from '../../src/backend/reference/backend.js'
import { differentiable } from '../../src/diff/index.js'
import { deviceOf, type SyncDevice } from '../../src/engine/device.js'
import { planBackend } from './planBackend.js'

const reference = deviceOf(referenceBackend())
const fused = deviceOf(planBackend())
const unfused = deviceOf(planBackend({ unfused: true }))

const expectSameBits = (device: SyncDevice, tree: unknown): void => {
  const verdict = identical('plan', device.evaluateSync(tree), reference.evaluateSync(tree))
  if (!verdict.holds) throw new Error(verdict.because)
}

const samples = fc.record({
  choices: fc.array(fc.tuple(fc.nat(999), fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 14 }),
  seed: fc.nat(9999),
})
const asked = fc.array(fc.nat(99), { minLength: 1, maxLength: 4 })
const some = (outputs: readonly AnyTensor[], picks: readonly number[]): readonly AnyTensor[] =>
  outputs.length === 0 ? [] : picks.map((pick) => outputs[pick % outputs.length]!)

describe('random programs give the bits of the reference', () => {
  for (const [name, device] of [
    ['fused', fused],
    ['unfused', unfused],
  ] as const) {
    it(`${name}, some outputs`, () => {
      fc.assert(
        fc.property(samples, asked, (sample, picks) => {
          expectSameBits(device, some(programOf(sample) as unknown as AnyTensor[], picks))
        }),
        { numRuns: 400, seed: 3 },
      )
    })

    it(`${name}, derivatives`, () => {
      fc.assert(
        fc.property(samples, asked, ({ choices, seed }, picks) => {
          const [outputs, pullback] = differentiable((inputs: never) => differentiableProgram(choices)(inputs))(
            programInputs(seed) as never,
          )
          const all = leaves(pullback(dyadicLike(outputs as never, seed) as never))
          expectSameBits(device, some([...all, ...leaves(outputs)], picks))
        }),
        { numRuns: 200, seed: 5 },
      )
    })
  }

  it('donates and keeps on the device', () => {
    fc.assert(
      fc.property(samples, asked, (sample, picks) => {
        const outputs = some(programOf(sample) as unknown as AnyTensor[], picks)
        const inputs = fused.placeSync(programInputs(sample.seed)) as unknown as AnyTensor[]
        const wanted = reference.evaluateSync(outputs)
        const given = deviceOf(planBackend())
        const verdict = identical('placed', fused.readSync(fused.placeSync(outputs)), wanted)
        const donated = identical('donated', given.readSync(given.advanceSync(outputs, leaves(outputs))), wanted)
        expect([inputs.length > 0, verdict, donated]).toMatchObject([true, { holds: true }, { holds: true }])
      }),
      { numRuns: 200, seed: 7 },
    )
  })
})
