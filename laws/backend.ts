/**
 * Laws of devices, which prove a backend: random programs of all primitives agree with the reference.
 *
 * 1. agreement: every value of a random program is within the device's bound of the reference's float32
 * 2. determinism: evaluating again gives the same bits
 * 3. homomorphism: evaluating parts first and going on gives the bits of evaluating the whole
 * 4. inputs: evaluation leaves the bits of its inputs alone
 */
import { type AnyTensor, type Device, mapTree, toArray } from 'pullback'
import { close, identical, type Tolerance } from './compare.js'
import { type Law, law, when } from './law.js'
import { type ProgramSample, programOf } from './program.js'
import { dyadic } from './sample.js'

export interface BackendInstance {
  readonly device: Device
  readonly reference: Device
  readonly tolerance: Tolerance
}

export const backendLaws: readonly Law<BackendInstance, ProgramSample>[] = [
  law('Backend: agrees with the reference', async ({ device, reference, tolerance }, sample) => {
    const [got, wanted] = [await device.evaluate(programOf(sample)), await reference.evaluate(programOf(sample))]
    return close(tolerance)('program', got, wanted)
  }),
  law('Backend: evaluating again gives the same bits', async ({ device }, sample) =>
    identical('second evaluation', await device.evaluate(programOf(sample)), await device.evaluate(programOf(sample))),
  ),
  law('Backend: evaluation of parts and of the whole give the same bits', async ({ device }, sample) => {
    const half = { ...sample, choices: sample.choices.slice(0, Math.ceil(sample.choices.length / 2)) }
    const whole = await device.evaluate(programOf(sample))
    const parts = await Promise.all(programOf(sample).map((x) => device.evaluate(x)))
    const first = await device.evaluate(programOf(half))
    const agreed = identical('one output at a time', parts, whole)
    return agreed.holds ? identical('a shorter program', first, whole.slice(0, first.length)) : agreed
  }),
  law('Backend: inputs keep their bits', async ({ device }, sample) => {
    const input = dyadic([4, 5], 'float32', sample.seed) as AnyTensor
    const before = toArray(input)
    const program = mapTree(programOf(sample), (x) => x)
    await device.evaluate([input, ...program])
    const after = toArray(input)
    return when(
      before.every((value, i) => Object.is(value, after[i])),
      () => 'an input changed',
    )
  }),
]
