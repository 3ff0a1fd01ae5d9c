import { mapTree, type Spec, tensor, toArray } from 'pullback'
import { agreementLaw, inputOf, layerLaws, networkParts, runLaw, runLaws, seeds } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { describe, expect, it } from 'vitest'
import * as everything from '../../src/layer/index.js'
import { devices } from '../devices.js'
import { layers } from './layers.js'

describe('every layer obeys the laws of layers', () => {
  for (const [name, instance] of Object.entries(layers))
    it(name, () => runLaws(layerLaws<unknown, unknown, unknown, unknown>(), instance, seeds, { runs: 4 }))
})

const single = (spec: Spec): Spec =>
  'dtype' in spec
    ? { shape: spec.shape, dtype: spec.dtype === 'float64' ? 'float32' : spec.dtype }
    : spec.map((part) => single(part))
/** The same numbers in float32: samples are dyadic, so nothing is lost. */
const narrowed = <T>(tree: T): T =>
  mapTree(tree, (x) => (x.dtype === 'float64' ? (tensor(toArray(x), x.shape, 'float32') as unknown as typeof x) : x))

for (const { name: on, device, bound } of devices)
  describe(`every layer agrees with the reference: ${on}`, () => {
    const tolerance = { absolute: bound, relative: bound }
    for (const [name, { layer, input, sample = (seed: number) => inputOf(input, seed) }] of Object.entries(layers)) {
      // the cast of the function's own params is to float64
      if (name === 'fromFunction with params') continue
      it(name, () =>
        runLaw(
          agreementLaw,
          {
            device,
            reference: reference(),
            layer,
            input: single(input),
            sample: (seed) => narrowed(sample(seed)),
            tolerance,
          },
          seeds,
          { runs: 4 },
        ),
      )
    }
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
    const here = new Set(networkParts.flatMap(({ of }) => of))
    expect(names.filter((name) => !here.has(name))).toEqual([])
  })
})
