/**
 * Whole programs and networks by the kernels that a real GPU gets. An adapter in software computes products and
 * reductions by kernels of its own, so that there no other law would see these.
 */
import { backendLaws, networkAgreementLaw, networkParts, networks, programs } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { check } from '../../laws/support.js'
import { onGpu, openRuntime } from './support.js'

const tolerance = { absolute: 2 ** -17, relative: 2 ** -17 }

onGpu('kernels of a real GPU', async () => {
  const { device } = await openRuntime({ software: false })
  const instance = { device, reference: reference(), tolerance, rounding: tolerance }
  check(backendLaws, instance, programs(), { runs: 15 })
  check([networkAgreementLaw], { ...instance, parts: networkParts }, networks(), { runs: 15 })
})
