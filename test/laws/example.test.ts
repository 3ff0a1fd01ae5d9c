/** The example of laws/index.ts, with a right layer and a wrong one. */
import { type Apply, type Layer, mul, type None, type Tensor } from 'pullback'
import { layerLaws, runLaws, seeds } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { expect, it } from 'vitest'

const cube =
  (factor: number): Apply<None, None, Tensor, Tensor> =>
  (params, state, x) => {
    const square = mul(x, x)
    return [mul(x, square), (cotangent) => [params, mul(cotangent, mul(square, factor))], state]
  }
const layerOf = (apply: Apply<None, None, Tensor, Tensor>): Layer<Tensor, Tensor, None, None> => ({
  init: (output) => (rng) => [{ params: {}, state: {}, output }, rng],
  train: (rng) => [apply, rng],
  infer: apply,
})
const input = { shape: [2, 3], dtype: 'float64' } as const
const tolerance = { absolute: 1e-8, relative: 1e-8 }
const device = reference()

it('a layer of one own runs the laws in ten lines', () =>
  runLaws(layerLaws(), { device, layer: layerOf(cube(3)), input, tolerance }, seeds))

it('and a mistake is named', async () => {
  const run = runLaws(layerLaws(), { device, layer: layerOf(cube(2)), input, tolerance }, seeds)
  await expect(run).rejects.toThrow(
    /^Layer \(infer\): the pullback agrees with differences: does not hold\. <v, pullback\(c\)>: .* where .* is due/,
  )
  await expect(run).rejects.toThrow(/Sample: \{"seed":0\} \(seed 1, \d+ times shrunk\)/)
})
