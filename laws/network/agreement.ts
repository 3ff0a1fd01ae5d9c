/**
 * A law of devices, on networks: a random network in float32 gives the reference's outputs, cotangents and state, within
 * the device's bound, in training (which draws masks) and in inference.
 *
 * The bound is in units of the largest number of each kind. A network of four layers is some twenty roundings deep, and
 * a derivative as deep again; norms multiply what differs by up to 1 / sqrt(epsilon), which is 3 here.
 */
import { type Device, rng } from 'pullback'
import { closeInScale, type Tolerance } from '../compare.js'
import { every, type Law, law } from '../law.js'
import { begin } from '../layer.js'
import { dyadicLike, inputOf } from '../sample.js'
import { type NetworkChoice, networkInputs, networkOf } from './network.js'
import type { NetworkPart } from './part.js'

export interface AgreementInstance {
  readonly device: Device
  readonly reference: Device
  readonly tolerance: Tolerance
  readonly parts: readonly NetworkPart[]
}

export const networkAgreementLaw: Law<AgreementInstance, NetworkChoice> = law(
  'Backend: networks agree with the reference',
  async ({ device, reference, tolerance, parts }, choice) => {
    const { layer, input } = networkOf(choice, parts, 'float32')
    const { params, state } = await begin({ device: reference, layer, input }, choice.seed)
    const x = inputOf(input, choice.seed, networkInputs)
    const verdicts = (['infer', 'train'] as const).map(async (mode) => {
      const apply = mode === 'infer' ? layer.infer : layer.train(rng(choice.seed))[0]
      const [output, pullback, after] = apply(params, state, x)
      const cotangents = pullback(dyadicLike(output, choice.seed))
      const all = { output, cotangents, after }
      const [got, wanted] = [await device.evaluate(all), await reference.evaluate(all)]
      return every([
        closeInScale(tolerance)(`output (${mode})`, got.output, wanted.output),
        closeInScale(tolerance)(`cotangents (${mode})`, got.cotangents, wanted.cotangents),
        closeInScale(tolerance)(`state (${mode})`, got.after, wanted.after),
      ])
    })
    return every(await Promise.all(verdicts))
  },
)
