/**
 * Convolution and pooling of every geometry: whatever `init` takes obeys the laws of layers, on every device; the
 * rest is a PullbackError.
 */
import fc from 'fast-check'
import * as p from 'pullback'
import { agreementLaw, distinct, inputOf, layerLaws } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { expect, it } from 'vitest'
import { devices } from '../devices.js'

const device = reference()
const tolerance = { absolute: 1e-9, relative: 1e-9 }
const laws = layerLaws<unknown, unknown, unknown, unknown>().filter(
  ({ name }) => !name.startsWith('Layer (train)') && !name.includes('generator'),
)

/** How many of the drawn geometries fit. */
const fitting = async (layers: fc.Arbitrary<() => unknown>, images: fc.Arbitrary<p.ArraySpec>): Promise<number> => {
  let fit = 0
  await fc.assert(
    fc.asyncProperty(layers, images, fc.nat(999), async (make, input, seed) => {
      let layer: p.AnyLayer
      try {
        layer = make() as p.AnyLayer
        layer.init(input)(p.rng(seed))
      } catch (error) {
        expect(error).toBeInstanceOf(p.PullbackError)
        return
      }
      fit++
      const sample = (seed: number): unknown => inputOf(input, seed, distinct)
      for (const law of laws) {
        const verdict = await law.holds({ device, tolerance, layer, input, sample })({ seed })
        if (!verdict.holds) throw new Error(`${law.name}: ${verdict.because}`)
      }
      const single = { shape: input.shape, dtype: 'float32' } as const
      for (const { name, device: other, bound } of devices) {
        const verdict = await agreementLaw.holds({
          device: other,
          reference: device,
          layer,
          input: single,
          sample: (seed) => inputOf(single, seed, distinct),
          tolerance: { absolute: bound, relative: bound },
        })({ seed })
        if (!verdict.holds) throw new Error(`${name}: ${verdict.because}`)
      }
    }),
    { numRuns: 60, seed: 1 },
  )
  return fit
}

const size = fc.integer({ min: 1, max: 3 })
const pair = <A>(one: fc.Arbitrary<A>): fc.Arbitrary<readonly [A, A]> => fc.tuple(one, one)
const either = <A>(one: fc.Arbitrary<A>): fc.Arbitrary<A | readonly [A, A]> => fc.oneof(one, pair(one))
const edge = fc.nat(2)
const padding = fc.oneof(edge, pair(edge), pair(pair(edge)), fc.constant('same' as const))
const imagesOf = (channels: fc.Arbitrary<number>): fc.Arbitrary<p.ArraySpec> =>
  fc
    .tuple(fc.integer({ min: 1, max: 2 }), channels, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
    .map((shape) => ({ shape, dtype: 'float64' }))
const channels = fc.constantFrom(2, 4)
const convolutions = fc.record({
  in: fc.constant(4),
  out: channels,
  kernel: either(size),
  stride: either(size),
  dilation: either(fc.integer({ min: 1, max: 2 })),
  groups: fc.constantFrom(1, 1, 2, 4, 3),
  bias: fc.boolean(),
})

it('conv2d', async () => {
  const layers = fc.tuple(convolutions, padding).map(
    ([options, padding]) =>
      () =>
        p.conv2d({ ...options, padding } as never),
  )
  expect(await fitting(layers, imagesOf(fc.constant(4)))).toBeGreaterThan(15)
})
it('convTranspose2d', async () => {
  const layers = fc.tuple(convolutions, either(fc.nat(1)), either(fc.nat(1))).map(
    ([options, padding, outputPadding]) =>
      () =>
        p.convTranspose2d({ ...options, padding, outputPadding } as never),
  )
  expect(await fitting(layers, imagesOf(fc.constant(4)))).toBeGreaterThan(15)
})
it('maxPool2d', async () => {
  const layers = fc
    .record({ kernel: either(size), stride: either(size), padding })
    .map((options) => () => p.maxPool2d(options as never))
  expect(await fitting(layers, imagesOf(channels))).toBeGreaterThan(15)
})
it('avgPool2d', async () => {
  const layers = fc
    .record({ kernel: either(size), stride: either(size), padding, countIncludePad: fc.boolean() })
    .map((options) => () => p.avgPool2d(options as never))
  expect(await fitting(layers, imagesOf(channels))).toBeGreaterThan(15)
})
