/**
 * Laws of devices, which prove a backend: random programs of all primitives agree with the reference.
 *
 * 1. agreement: every value of a random program is within the device's bound of the reference's
 * 2. derivatives: so are the cotangents that the pullback of a random program gives
 * 3. determinism: evaluating again gives the same bits, and so does evaluating what is evaluated
 * 4. parts: evaluating outputs one by one, or a shorter program, gives the bits of evaluating the whole
 * 5. fusion: settling each value before the next step uses it gives the bits of evaluating the whole
 * 6. inputs and snapshots: nothing that was passed in or handed out changes afterwards
 * 7. residence: values placed in the device's memory and read give the bits of evaluating
 * 8. donation: a loop that gives up its state gives the bits of one that keeps it
 * 9. kin: devices that promise the same bits (other numbers of threads, say) give them
 *
 * Of a device that rounds differently from kernel to kernel (a GPU's compiler may contract a multiplication and an
 * addition, or change their order), laws 4, 5, 7 and 8 ask for its stated bound in place of bits; law 3 never does.
 *
 * The bound of 1 and 2 is part of the instance: absolute 2^-17 and relative 2^-17 for a device in float32. Values stay
 * below 4 by construction; a rounding is 2^-24 relative, and one step makes at most 8 of them count, so that 2^-17 leaves
 * programs a factor of 16 for what one step amplifies of another's rounding.
 */
import { type AnyTensor, type Device, differentiable, type HostArray, mapTree, toArray } from 'pullback'
import { closeInScale, identical, type Tolerance } from './compare.js'
import { every, type Law, law, type Verdict, when } from './law.js'
import { differentiableProgram, type ProgramSample, programInputs, programInSteps, programOf } from './program/index.js'
import { dyadic, dyadicLike } from './sample.js'
import { type Any, plus, times } from './untyped.js'

/** A device, the one it is compared with, and how near it is to be. */
export interface BackendInstance {
  readonly device: Device
  readonly reference: Device
  readonly tolerance: Tolerance
  /** How far values of different kernels may be apart that are the same in exact arithmetic; not at all unless told. */
  readonly rounding?: Tolerance
  /** Other devices that promise the bits of this one. */
  readonly kin?: readonly Device[]
}

type BackendLaw = Law<BackendInstance, ProgramSample>

const bytesOf = (tensors: readonly AnyTensor[]): readonly HostArray[] => tensors.map((x) => toArray(x))
const unchanged = (what: string, tensors: readonly AnyTensor[], before: readonly HostArray[]): Verdict =>
  when(
    tensors.every((x, i) => {
      const now = toArray(x)
      return before[i].every((value, k) => Object.is(value, now[k]))
    }),
    () => `${what} changed`,
  )

/** Equal as far as different kernels of the device can be. */
const alike = ({ rounding }: BackendInstance): typeof identical =>
  rounding === undefined ? identical : closeInScale(rounding)

/** Halves every float, forever: a state for loops. */
const halved = (state: readonly Any[]): readonly Any[] => state.map((x) => plus(times(x, 0.5), 0.25))

const agreement: readonly BackendLaw[] = [
  law('Backend: values agree with the reference', async ({ device, reference, tolerance }, sample) => {
    const [got, wanted] = [await device.evaluate(programOf(sample)), await reference.evaluate(programOf(sample))]
    return closeInScale(tolerance)('program', got, wanted)
  }),
  law('Backend: derivatives agree with the reference', async ({ device, reference, tolerance }, sample) => {
    const gradients = () => {
      const [outputs, pullback] = differentiable(differentiableProgram(sample.choices))(programInputs(sample.seed))
      return pullback(dyadicLike(outputs, sample.seed))[0]
    }
    const [got, wanted] = [await device.evaluate(gradients()), await reference.evaluate(gradients())]
    return closeInScale(tolerance)('cotangents', got, wanted)
  }),
]

const sameBits: readonly BackendLaw[] = [
  law('Backend: evaluating again gives the same bits', async ({ device }, sample) => {
    const first = await device.evaluate(programOf(sample))
    return every([
      identical('second evaluation', await device.evaluate(programOf(sample)), first),
      identical('evaluation of values', await device.evaluate(first), first),
    ])
  }),
  law('Backend: parts and the whole give the same bits', async (instance, sample) => {
    const { device } = instance
    const half = { ...sample, choices: sample.choices.slice(0, Math.ceil(sample.choices.length / 2)) }
    const whole = await device.evaluate(programOf(sample))
    const parts: Any[] = []
    for (const x of programOf(sample)) parts.push(await device.evaluate(x))
    const first = await device.evaluate(programOf(half))
    return every([
      alike(instance)('one output at a time', parts, whole),
      alike(instance)('a shorter program', first, whole.slice(0, first.length)),
    ])
  }),
  law('Backend: fused and unfused give the same bits', async (instance, sample) => {
    const { device } = instance
    const inSteps = await programInSteps(sample, (x) => device.evaluate(x))
    return alike(instance)('one step at a time', inSteps, await device.evaluate(programOf(sample)))
  }),
  law('Backend: kin devices give the same bits', async ({ device, kin = [] }, sample) => {
    const wanted = await device.evaluate(programOf(sample))
    const others: Verdict[] = []
    for (const other of kin) others.push(identical(other.name, await other.evaluate(programOf(sample)), wanted))
    return every(others)
  }),
]

const ownership: readonly BackendLaw[] = [
  law('Backend: inputs and snapshots stay as they are', async ({ device }, sample) => {
    const inputs = programInputs(sample.seed)
    const before = bytesOf(inputs)
    const run = () => device.evaluate(differentiableProgram(sample.choices)(inputs))
    const snapshot = await run()
    const kept = bytesOf(snapshot)
    await device.evaluate(halved(snapshot))
    await device.advance(halved(inputs), inputs)
    await run()
    return every([unchanged('an input', inputs, before), unchanged('a snapshot', snapshot, kept)])
  }),
  law('Backend: placing and reading is evaluating', async (instance, sample) => {
    const { device } = instance
    const placed = await device.place(programOf(sample))
    const wanted = await device.evaluate(programOf(sample))
    const further = await device.evaluate(halved(placed))
    return every([
      alike(instance)('placed and read', await device.read(placed), wanted),
      alike(instance)('computed from placed values', further, await device.evaluate(halved(wanted))),
    ])
  }),
  law('Backend: giving up a state changes no bit', async (instance, sample) => {
    const { device } = instance
    const start = await device.evaluate(programOf(sample))
    let kept: readonly Any[] = start
    let given: readonly Any[] = await device.place(mapTree(start, (x) => times(x, 1)))
    for (let i = 0; i < 3; i++) {
      kept = await device.evaluate(halved(kept))
      given = await device.advance(halved(given), given)
    }
    const other = dyadic([3], 'float32', sample.seed)
    return every([
      alike(instance)('the state', await device.read(given), kept),
      alike(instance)(
        'another value',
        await device.evaluate(times(other, 2)),
        await device.evaluate(plus(other, other)),
      ),
    ])
  }),
]

/**
 * All laws of devices: values and derivatives of random programs against the reference, the same bits again, in parts,
 * step by step, placed and donated, and nothing changed that was passed in or handed out.
 *
 * @example
 * import { deviceOf } from 'pullback'
 * import { backendLaws, programs, runLaws } from 'pullback/laws'
 * import { reference, referenceBackend } from 'pullback/reference'
 *
 * const device = deviceOf(referenceBackend())
 * const tolerance = { absolute: 2 ** -17, relative: 2 ** -17 }
 * await runLaws(backendLaws, { device, reference: reference(), tolerance }, programs(), { runs: 3 })
 */
export const backendLaws: readonly BackendLaw[] = [...agreement, ...sameBits, ...ownership]
