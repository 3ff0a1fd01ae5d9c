/**
 * A law of devices, on layers: a layer in float32 gives the reference's outputs, cotangents and state, within the device's
 * bound, in inference and in training (which draws masks).
 *
 * The bound is in units of the largest number of each kind: one layer is a few roundings deep.
 */
import { type AnyLayer, type Device, rng, type Spec } from 'pullback'
import { closeInScale, type Tolerance } from './compare.js'
import { every, type Law, law } from './law.js'
import { begin, type LayerSample } from './layer.js'
import { dyadicLike, inputOf } from './sample.js'

/** A layer on two devices. */
export interface AgreementInstance {
  readonly device: Device
  readonly reference: Device
  readonly layer: AnyLayer
  /** In float32. */
  readonly input: Spec
  /** Inputs of the spec; by default dyadic numbers, and integers 0, 1, 2. */
  readonly sample?: (seed: number) => unknown
  readonly tolerance: Tolerance
}

/** A layer in float32 gives the outputs, cotangents and state of the reference, within the tolerance. */
export const agreementLaw: Law<AgreementInstance, LayerSample> = law(
  'Backend: a layer agrees with the reference',
  async ({ device, reference, layer, input, sample, tolerance }, { seed }) => {
    const { params, state } = await begin({ device: reference, layer, input }, seed)
    const x = sample?.(seed) ?? inputOf(input, seed)
    const verdicts = (['infer', 'train'] as const).map(async (mode) => {
      const apply = mode === 'infer' ? layer.infer : layer.train(rng(seed))[0]
      const [output, pullback, after] = apply(params, state, x)
      const cotangents = pullback(dyadicLike(output, seed))
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
