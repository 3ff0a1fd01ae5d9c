import { arrayFunctions, arrayLaws, arraySamples } from 'pullback/laws'
import { devices } from '../devices.js'
import { check } from './support.js'

for (const { name, device } of devices)
  check(arrayLaws, { device, functions: arrayFunctions }, arraySamples, { runs: 50 }, `${name}: `)
