/**
 * The laws of this library, for your own layers, optimizers, samplers and backends too.
 *
 * A law is a value: a name, and a predicate of an instance and a sample. `runLaws` checks laws on samples with fast-check,
 * an optional peer dependency; nothing else here needs it, so another runner can be put in its place.
 *
 * @example
 * import { type Apply, type Layer, mul, type None, type Tensor } from 'pullback'
 * import { layerLaws, runLaws, seeds } from 'pullback/laws'
 * import { reference } from 'pullback/reference'
 *
 * const cube: Apply<None, None, Tensor, Tensor> = (params, state, x) => {
 *   const square = mul(x, x)
 *   return [mul(x, square), (cotangent) => [params, mul(cotangent, mul(square, 3))], state]
 * }
 * const layer: Layer<Tensor, Tensor, None, None> = {
 *   init: (output) => (rng) => [{ params: {}, state: {}, output }, rng],
 *   train: (rng) => [cube, rng],
 *   infer: cube,
 * }
 * const input = { shape: [2, 3], dtype: 'float64' } as const
 * const tolerance = { absolute: 1e-8, relative: 1e-8 }
 * await runLaws(layerLaws(), { device: reference(), layer, input, tolerance }, seeds)
 */
export * from './activation.js'
export * from './agreement.js'
export * from './arbitrary.js'
export * from './array.js'
export * from './backend.js'
export * from './compare.js'
export * from './composition.js'
export * from './convolution.js'
export * from './differentiable.js'
export * from './ensemble.js'
export * from './gates.js'
export * from './initializer.js'
export * from './law.js'
export * from './layer.js'
export * from './linear.js'
export * from './loss.js'
export * from './network/index.js'
export * from './normalization.js'
export * from './optimizer.js'
export * from './pooling.js'
export * from './program/index.js'
export * from './rng.js'
export * from './runner.js'
export { distinct, dyadic, dyadicLike, inputOf } from './sample.js'
export * from './schedule.js'
export * from './training.js'
export * from './trajectory.js'
