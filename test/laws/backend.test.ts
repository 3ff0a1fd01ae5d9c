import { backendLaws, programs } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { devices } from '../devices.js'
import { check } from './support.js'

for (const { name, device, bound } of devices)
  check(
    backendLaws,
    { device, reference: reference(), tolerance: { absolute: bound, relative: bound } },
    programs(),
    { runs: 60 },
    `${name}: `,
  )
