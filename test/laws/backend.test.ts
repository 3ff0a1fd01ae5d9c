import fc from 'fast-check'
import { backendLaws, networkAgreementLaw, networkParts, networks, programOf, programs } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { expect, it } from 'vitest'
import { devices } from '../devices.js'
import { check } from './support.js'

for (const { name, device, bound, ...rounding } of devices) {
  // Every new program is compiled: on a GPU that takes far longer than running it.
  const runs = name === 'webgpu' ? 15 : 60
  const instance = { device, reference: reference(), tolerance: { absolute: bound, relative: bound }, ...rounding }
  check(backendLaws, instance, programs(), { runs }, `${name}: `)
  check([networkAgreementLaw], { ...instance, parts: networkParts }, networks(), { runs }, `${name}: `)
}

it('random programs use every primitive', async () => {
  const names = new Set<string>()
  for (const sample of fc.sample(programs(), { seed: 1, numRuns: 300 }))
    for (const { kernel } of (await reference().explain(programOf(sample))).kernels) names.add(kernel)
  const elementwise =
    'neg abs sign exp log log1p sin cos tanh erf sqrt floor cast bitcast add sub mul div pow maximum minimum mod less equal and or xor shiftLeft shiftRight select'
  const others =
    'sum prod max min argMax reshape permute broadcast pad slice flip concat dynamicSlice iota barrier matmul window overlapAdd gather scatterAdd argSort cumulativeSum scan project'
  expect(`${elementwise} ${others}`.split(' ').filter((op) => !names.has(op))).toEqual([])
})
