import { layerLaws, networkParts, runLaws, seeds } from 'pullback/laws'
import { describe, expect, it } from 'vitest'
import * as everything from '../../src/layer/index.js'
import { layers } from './layers.js'

describe('every layer obeys the laws of layers', () => {
  for (const [name, instance] of Object.entries(layers))
    it(name, () => runLaws(layerLaws<unknown, unknown, unknown, unknown>(), instance, seeds, { runs: 4 }))
})

describe('no layer is forgotten', () => {
  /** Functions that the room exports beside layers. */
  const others = [
    'applyDropout',
    'convolve2d',
    'convolveTransposed2d',
    'showSummary',
    'standardize',
    'summary',
    'summaryOf',
    'zeroCarry',
  ]
  const names = Object.keys(everything).filter((name) => !others.includes(name))
  it('among the instances above', () => {
    const here = new Set(Object.keys(layers).flatMap((name) => name.split(' ')))
    expect(names.filter((name) => !here.has(name))).toEqual([])
  })
  it('among the parts of random networks', () => {
    const here = new Set(['embedding', ...networkParts.flatMap(({ of }) => of)])
    expect(names.filter((name) => !here.has(name))).toEqual([])
  })
})
