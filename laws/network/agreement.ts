/**
 * The law of `agreement.ts` on random networks. A network of four layers is some twenty roundings deep, and a derivative
 * as deep again; norms multiply what differs by up to 1 / sqrt(epsilon), which is 3 here.
 */
import type { Device } from 'pullback'
import { agreementLaw } from '../agreement.js'
import type { Tolerance } from '../compare.js'
import { type Law, law } from '../law.js'
import { inputOf } from '../sample.js'
import { type NetworkChoice, networkInputs, networkOf } from './network.js'
import type { NetworkPart } from './part.js'

/** Two devices, and what networks are drawn from. */
export interface NetworkAgreementInstance {
  readonly device: Device
  readonly reference: Device
  readonly tolerance: Tolerance
  readonly parts: readonly NetworkPart[]
}

/** A random network in float32 gives the outputs, cotangents and state of the reference, within the tolerance. */
export const networkAgreementLaw: Law<NetworkAgreementInstance, NetworkChoice> = law(
  'Backend: networks agree with the reference',
  ({ parts, ...rest }, choice) => {
    const { layer, input } = networkOf(choice, parts, 'float32')
    return agreementLaw.holds({ ...rest, layer, input, sample: (seed) => inputOf(input, seed, networkInputs) })(choice)
  },
)
