/**
 * Laws of layers. A user runs them on a layer of their own with `layerLaws` and a spec.
 *
 * 1. promise: `init`'s promised spec is what `infer` and `train` return
 * 2. state: training keeps the state's structure, shapes and dtypes; inference returns the very state
 * 3. determinism: the same generator gives the same params and the same training function, bit for bit
 * 4. and all laws of differentiable functions, for inference and for one drawn training function
 */
import { type Device, type Layer, leaves, namedLeaves, rng, type Spec } from 'pullback'
import { identical, type Tolerance } from './compare.js'
import { type DifferentiableInstance, type DifferentiableSample, differentiableLaws } from './differentiable.js'
import { every, type Law, law, type Verdict, when } from './law.js'
import { inputOf } from './sample.js'
import type { Any } from './untyped.js'

/** A layer that is to keep the laws, and where and on what it is tried. */
export interface LayerInstance<X, Y, P, S> {
  /** Where values are computed: the reference device, for float64. */
  readonly device: Device
  readonly layer: Layer<X, Y, P, S>
  /** Inputs to try; float64, so that differences are exact enough. */
  readonly input: Spec
  readonly tolerance: Tolerance
  /** Step of the central differences. */
  readonly step?: number
  /** Inputs of the spec; by default dyadic numbers, and integers 0, 1, 2. */
  readonly sample?: (seed: number) => X
}
/** What one try draws its numbers from. */
export interface LayerSample {
  readonly seed: number
}

const sampleOf = <X, Y, P, S>({ sample, input }: LayerInstance<X, Y, P, S>, seed: number): X =>
  sample === undefined ? inputOf<X>(input, seed) : sample(seed)

const specsOf = (spec: Spec): readonly { readonly shape: readonly number[]; readonly dtype: string }[] =>
  'dtype' in spec ? [spec] : spec.flatMap(specsOf)

const promised = (what: string, spec: Spec, output: unknown): Verdict => {
  const show = (x: { readonly shape: readonly number[]; readonly dtype: string }) =>
    `${x.dtype} [${x.shape.join(', ')}]`
  const [wanted, got] = [specsOf(spec).map(show).join(', '), leaves(output).map(show).join(', ')]
  return when(wanted === got, () => `${what} gives ${got} where init promised ${wanted}`)
}

const alike = (what: string, a: unknown, b: unknown): Verdict => {
  const text = (tree: unknown) =>
    namedLeaves(tree)
      .map(([path, x]: readonly [string, Any]) => `${path} ${x.dtype} [${x.shape.join(', ')}]`)
      .join('; ')
  return when(text(a) === text(b), () => `${what}: ${text(b)} after ${text(a)}`)
}

/**
 * Initial params and state, evaluated, so that a law that draws them twice compares the same values.
 *
 * @example
 * import { dense } from 'pullback'
 * import { reference } from 'pullback/reference'
 * import { begin } from 'pullback/laws'
 *
 * const spec = { shape: [4, 3], dtype: 'float32' } as const
 * const { params } = await begin({ device: reference(), layer: dense(3, 2), input: spec }, 0)
 * params.weight.shape // => [2, 3]
 */
export const begin = async <X, Y, P, S>(
  { device, layer, input }: Pick<LayerInstance<X, Y, P, S>, 'device' | 'layer' | 'input'>,
  seed: number,
) => {
  const [initial, next] = layer.init(input)(rng(seed))
  const { params, state } = await device.evaluate({ params: initial.params, state: initial.state })
  return { params, state, output: initial.output, rng: next }
}

type ParamsAndInput<P, X> = readonly [params: P, input: X]

/** A drawn function of a layer as a differentiable function of params and input. */
const asDifferentiable = async <X, Y, P, S>(
  instance: LayerInstance<X, Y, P, S>,
  seed: number,
  mode: 'train' | 'infer',
): Promise<readonly [DifferentiableInstance<ParamsAndInput<P, X>, Y>, DifferentiableSample<ParamsAndInput<P, X>>]> => {
  const { params, state, rng: next } = await begin(instance, seed)
  const apply = mode === 'infer' ? instance.layer.infer : instance.layer.train(next)[0]
  const { device, tolerance, step } = instance
  return [
    {
      device,
      tolerance,
      ...(step === undefined ? {} : { step }),
      plain: ([p, x]) => apply(p, state, x)[0],
      withPullback: ([p, x]) => {
        const [output, pullback] = apply(p, state, x)
        return [output, pullback]
      },
    },
    { input: [params, sampleOf(instance, seed)], seed },
  ]
}

type LayerLaw<X, Y, P, S> = Law<LayerInstance<X, Y, P, S>, LayerSample>

const lifted = <X, Y, P, S>(mode: 'train' | 'infer'): readonly LayerLaw<X, Y, P, S>[] =>
  differentiableLaws<ParamsAndInput<P, X>, Y>().map(({ name, holds }) =>
    law(name.replace('Differentiable:', `Layer (${mode}):`), async (instance, { seed }) => {
      const [function_, sample] = await asDifferentiable(instance, seed, mode)
      return holds(function_)(sample)
    }),
  )

/**
 * All laws of layers.
 *
 * @example
 * import { fromFunction, mul, type Tensor } from 'pullback'
 * import { layerLaws, runLaws, seeds } from 'pullback/laws'
 * import { reference } from 'pullback/reference'
 *
 * const layer = fromFunction((x: Tensor) => mul(x, x))
 * const input = { shape: [2, 3], dtype: 'float64' } as const
 * const tolerance = { absolute: 1e-8, relative: 1e-8 }
 * await runLaws(layerLaws(), { device: reference(), layer, input, tolerance }, seeds)
 */
// biome-ignore lint/suspicious/noExplicitAny: laws are for layers of every type; a caller need not name it
export const layerLaws = <X = any, Y = any, P = any, S = any>(): readonly LayerLaw<X, Y, P, S>[] => [
  law("Layer: init's promise is kept", async (instance, { seed }) => {
    const { params, state, output, rng: next } = await begin(instance, seed)
    const x = sampleOf(instance, seed)
    return every([
      promised('infer', output, instance.layer.infer(params, state, x)[0]),
      promised('train', output, instance.layer.train(next)[0](params, state, x)[0]),
    ])
  }),
  law('Layer: state keeps its structure, and inference leaves it alone', async (instance, { seed }) => {
    const { params, state, rng: next } = await begin(instance, seed)
    const x = sampleOf(instance, seed)
    const trained = instance.layer.train(next)[0](params, state, x)[2]
    const inferred = await instance.device.evaluate({ state: instance.layer.infer(params, state, x)[2] })
    return every([alike('train', state, trained), identical('state after infer', inferred, { state })])
  }),
  law('Layer: the same generator gives the same bits', async (instance, { seed }) => {
    const run = async () => {
      const { params, state, rng: next } = await begin(instance, seed)
      const [output, , after] = instance.layer.train(next)[0](params, state, sampleOf(instance, seed))
      return instance.device.evaluate({ params, output, after })
    }
    return identical('second run', await run(), await run())
  }),
  ...lifted<X, Y, P, S>('infer'),
  ...lifted<X, Y, P, S>('train'),
]
