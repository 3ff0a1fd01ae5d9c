/** Layers with one fault each, made of a right one with params weight and bias. */
import * as p from 'pullback'

type Apply = p.Apply<unknown, unknown, unknown, unknown>
type Any = p.AnyTensor
const float = (x: unknown): p.Tensor => x as p.Tensor

/** The layer with its functions changed, in training and in inference. */
const withApply = (layer: p.AnyLayer, change: (apply: Apply) => Apply): p.AnyLayer => ({
  init: layer.init,
  infer: change(layer.infer),
  train: (rng) => {
    const [apply, next] = layer.train(rng)
    return [change(apply), next]
  },
})

type Gradients = { readonly weight: Any; readonly bias: Any }
type PulledBack = readonly [params: Gradients, input: Any]

const withPullback = (layer: p.AnyLayer, change: (pull: (cotangent: Any) => PulledBack) => (c: Any) => PulledBack) =>
  withApply(layer, (apply) => (params, state, x) => {
    const [y, pullback, after] = apply(params, state, x)
    return [y, change((c) => pullback(c) as unknown as PulledBack) as never, after]
  })

/** A number that is another one each time. */
const counter = (): (() => number) => {
  let count = 0
  return () => ++count
}

export type Fault = (layer: p.AnyLayer) => p.AnyLayer

/** The gradient of the weight is transposed: of another shape, unless the weight is square. */
export const transposedGradient: Fault = (layer) =>
  withPullback(layer, (pull) => (c) => {
    const [gradients, dx] = pull(c)
    return [{ ...gradients, weight: p.transpose(float(gradients.weight)) as unknown as Any }, dx]
  })

/** The cotangent is squared on the way. */
export const squaredCotangent: Fault = (layer) =>
  withPullback(layer, (pull) => (c) => pull(p.mul(float(c), float(c)) as unknown as Any))

/** Each call of the pullback adds up. */
export const growingPullback: Fault = (layer) => {
  const next = counter()
  return withPullback(layer, (pull) => (c) => pull(p.mul(float(c), next()) as unknown as Any))
}

/** Outputs drift from call to call. */
export const driftingOutput: Fault = (layer) => {
  const next = counter()
  return withApply(layer, (apply) => (params, state, x) => {
    const [y, pullback, after] = apply(params, state, x)
    return [p.add(float(y), next()), pullback, after]
  })
}

/** Params depend on how often they were drawn. */
export const driftingParams: Fault = (layer) => {
  const next = counter()
  return {
    ...layer,
    init: (input) => (rng) => {
      const [initial, after] = layer.init(input)(rng)
      return [
        { ...initial, params: p.mapTree(initial.params, (x) => p.add(float(x), next()) as unknown as Any) },
        after,
      ]
    },
  }
}

/** `init` promises one feature too many. */
export const brokenPromise: Fault = (layer) => ({
  ...layer,
  init: (input) => (rng) => {
    const [initial, after] = layer.init(input)(rng)
    const { shape, dtype } = initial.output as p.ArraySpec
    return [{ ...initial, output: { shape: [...shape.slice(0, -1), shape[shape.length - 1]! + 1], dtype } }, after]
  },
})

/** Inference counts, in the state. */
export const countingInference: Fault = (layer) => ({
  init: (input) => (rng) => {
    const [initial, after] = layer.init(input)(rng)
    return [{ ...initial, state: { count: p.tensor([0]) } }, after]
  },
  train: layer.train,
  infer: (params, state, x) => {
    const [y, pullback] = layer.infer(params, {}, x)
    return [y, pullback, { count: p.add(float((state as { readonly count: Any }).count), 1) }]
  },
})

/** Training forgets the state. */
export const forgetfulTraining: Fault = (layer) => ({
  init: countingInference(layer).init,
  infer: layer.infer,
  train: (rng) => {
    const [apply, next] = layer.train(rng)
    return [(params, _, x) => [...(apply(params, {}, x).slice(0, 2) as [unknown, never]), {}] as never, next]
  },
})

/** For each law of layers, by the end of its name, what breaks it. */
export const faults: Readonly<Record<string, readonly (readonly [what: string, fault: Fault])[]>> = {
  "init's promise is kept": [['a feature too many is promised', brokenPromise]],
  'state keeps its structure, and inference leaves it alone': [
    ['inference changes the state', countingInference],
    ['training forgets the state', forgetfulTraining],
  ],
  'the same generator gives the same bits': [['params depend on the number of draws', driftingParams]],
  'the primal agrees': [['outputs drift from call to call', driftingOutput]],
  'one cotangent per input, with its shape and dtype': [['the weight gradient is transposed', transposedGradient]],
  'the pullback is linear': [['the cotangent is squared', squaredCotangent]],
  'the pullback may be called twice': [['the pullback adds up', growingPullback]],
  'the pullback agrees with differences': [['the square weight gradient is transposed', transposedGradient]],
  'the pullback agrees with the derived one': [['the square weight gradient is transposed', transposedGradient]],
  'second derivatives are symmetric': [['the square weight gradient is transposed', transposedGradient]],
}

/** Whether a fault shows only where the weight is not square. */
export const wantsOblong = (law: string): boolean => law.startsWith('one cotangent')
