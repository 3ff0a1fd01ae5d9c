/**
 * 05: a layer of your own, and its laws.
 *
 * A layer is a plain value: `init` draws params for an input's spec; `train` and `infer` are pure functions from params,
 * state and input to the output and its pullback, which takes a cotangent of the output back to cotangents of params and
 * input. Here is a learned scale for each feature, y = x * scale, made in two ways. Then the library's own laws are run
 * on it: that init keeps its promise, that the pullback is linear, that it agrees with differences and with what is
 * derived from the dataflow. A layer with a wrong pullback is caught.
 *
 *   npx tsx examples/05-own-layer.ts
 */
import { type Apply, chain, dense, fromFunction, type Layer, mul, type None, ones, sum, type Tensor } from 'pullback'
import { layerLaws, runLaws, seeds } from 'pullback/laws'
import { reference } from 'pullback/reference'

type Matrix = Tensor<[number, number]>
interface ScaleParams {
  readonly scale: Tensor<[number]>
}
type Scale = Layer<Matrix, Matrix, ScaleParams, None>

// The short way: a function of params and input. Its pullback is derived from the dataflow.
const derivedScale = (features: number): Scale =>
  fromFunction(
    () => (generator) => [{ scale: ones([features]) }, generator],
    ({ scale }: ScaleParams, x: Matrix) => mul(x, scale),
  )

// By hand, which is worth it where the derivative is simple, or where you know a better way to it. The cotangent of
// `scale` is summed over the batch, because each of its elements was used in every row.
const scale = (features: number): Scale => {
  const apply: Apply<ScaleParams, None, Matrix, Matrix> = (params, state, x) => [
    mul(x, params.scale),
    (cotangent) => [{ scale: sum(mul(cotangent, x), 0) }, mul(cotangent, params.scale)],
    state,
  ]
  return { init: derivedScale(features).init, train: (generator) => [apply, generator], infer: apply }
}

// A wrong one: its pullback forgets the input, and that the scale was applied.
const wrongScale = (features: number): Scale => ({
  ...scale(features),
  infer: (params, state, x) => [mul(x, params.scale), (cotangent) => [{ scale: sum(cotangent, 0) }, cotangent], state],
})

// Differences want float64, so laws are run on the reference device.
const check = async <X, Y, P, S>(name: string, layer: Layer<X, Y, P, S>): Promise<void> => {
  const input = { shape: [4, 3], dtype: 'float64' } as const
  const instance = { device: reference(), layer, input, tolerance: { absolute: 1e-7, relative: 1e-7 } }
  try {
    await runLaws(layerLaws<X, Y, P, S>(), instance, seeds)
    console.log(`${name}: all laws hold`)
  } catch (error) {
    console.log(`${name}: ${(error as Error).message.split('\n')[0]}`)
  }
}

await check('derived', derivedScale(3))
await check('by hand', scale(3))
await check('in a chain', chain(dense(3, 5), scale(5), dense(5, 2)))
await check('wrong', wrongScale(3))
