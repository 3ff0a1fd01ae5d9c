import fc from 'fast-check'
import { namedLeaves, rng } from 'pullback'
import { networkLaws, networkOf, networkParts, networks } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { expect, it } from 'vitest'
import { check } from './support.js'

const tolerance = { absolute: 1e-8, relative: 1e-8 }
check(networkLaws, { device: reference(), parts: networkParts, tolerance }, networks(), { runs: 100 })

it('networks of integers begin with a layer that takes them, whose params learn', () => {
  const begun = fc.sample(networks(), { seed: 1, numRuns: 400 }).flatMap((choice) => {
    const { layer, input } = networkOf(choice)
    if (!('dtype' in input) || input.dtype !== 'int32') return []
    const [{ params }] = layer.init(input)(rng(0))
    return [namedLeaves(params).map(([, x]) => [x.shape, x.dtype])]
  })
  expect(begun.length).toBeGreaterThan(10)
  for (const [table] of begun) expect(table).toEqual([[3, expect.any(Number)], 'float64'])
  expect(new Set(begun.map(([table]) => JSON.stringify(table))).size).toBe(3)
})

it('without such a part there are no integers', () => {
  const parts = networkParts.filter(({ role }) => role !== 'begins')
  for (const choice of fc.sample(networks(), { seed: 1, numRuns: 100 }))
    expect(networkOf(choice, parts).input).toMatchObject({ dtype: 'float64' })
})

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
