import fc from 'fast-check'
import { networkLaws, networkOf, networkParts, networks } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { expect, it } from 'vitest'
import { check } from './support.js'

const tolerance = { absolute: 1e-8, relative: 1e-8 }
check(networkLaws, { device: reference(), parts: networkParts, tolerance }, networks(), { runs: 100 })

it('networks are made of many kinds of layers, up to four deep', () => {
  const drawn = fc.sample(networks(), { seed: 1, numRuns: 400 }).map((choice) => networkOf(choice))
  const kinds = new Set<string>()
  for (const { layer } of drawn)
    layer.mapParts?.((part) => {
      kinds.add(part.kind ?? '')
      return part
    })
  expect(kinds.size).toBeGreaterThan(35)
})
