/** Layers that are held as they are: without gradients, or without randomness. */
import { pure } from '../build.js'
import { type AnyLayer, type Apply, type Layer, type None, none } from '../layer.js'

/** Params that stand in the state, where no gradient and no optimizer state belongs to them. */
export interface Frozen<P, S> {
  readonly params: P
  readonly state: S
}

type AnyApply = Apply<unknown, unknown, unknown, unknown>

const frozen =
  (apply: AnyApply): AnyApply =>
  (_, state, input) => {
    const { params, state: before } = state as Frozen<unknown, unknown>
    const [y, pullback, after] = apply(params, before, input)
    return [y, (cotangent) => [none, pullback(cotangent)[1]], after === before ? state : { params, state: after }]
  }

/**
 * A layer whose params do not learn: they are part of its state. The input still gets its cotangent. Batch statistics
 * still move in training; `freeze(inferring(layer))` holds them, too.
 *
 * @example
 * import { chain, dense, freeze, relu } from 'pullback'
 *
 * const tuned = chain(freeze(dense(784, 256)), relu(), dense(256, 10))
 */
export const freeze = <X, Y, P, S>(layer: Layer<X, Y, P, S>): Layer<X, Y, None, Frozen<P, S>> => {
  const inner = layer as AnyLayer
  const outer: AnyLayer = {
    kind: 'freeze',
    init: (input) => (generator) => {
      const [{ params, state, output }, next] = inner.init(input)(generator)
      return [{ params: none, state: { params, state }, output }, next]
    },
    train: (generator) => {
      const [apply, next] = inner.train(generator)
      return [frozen(apply), next]
    },
    infer: frozen(inner.infer),
    mapParts: (f) => freeze(f(inner, '')),
  }
  return outer
}

/**
 * A layer that trains as it infers: no dropout, and the running statistics of a batch norm held as they are. Params
 * still learn.
 *
 * @example
 * import { batchNorm, inferring } from 'pullback'
 *
 * const held = inferring(batchNorm(16))
 */
export const inferring = <X, Y, P, S>(layer: Layer<X, Y, P, S>): Layer<X, Y, P, S> => ({
  kind: 'inferring',
  init: layer.init,
  train: pure(layer.infer),
  infer: layer.infer,
  mapParts: (f) => inferring(f(layer as AnyLayer, '')),
})
