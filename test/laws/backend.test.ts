import { backendLaws, networkAgreementLaw, networkParts, networks, programs } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { devices } from '../devices.js'
import { check } from './support.js'

for (const { name, device, bound } of devices) {
  const instance = { device, reference: reference(), tolerance: { absolute: bound, relative: bound } }
  check(backendLaws, instance, programs(), { runs: 60 }, `${name}: `)
  check([networkAgreementLaw], { ...instance, parts: networkParts }, networks(), { runs: 60 }, `${name}: `)
}
