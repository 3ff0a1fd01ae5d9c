/** Recomputing instead of keeping. */
import { barrier } from '../../array/control.js'
import { leaves, mapTree } from '../../array/tree.js'
import type { Apply, Layer } from '../layer.js'

/**
 * The same layer, which keeps nothing but its input between the forward and the backward pass: what the pullback needs
 * is computed again, once the cotangent is there. Same bits, less memory, one more forward pass of this layer.
 *
 * The input is passed through a barrier for the second computation, or common subexpressions would undo it.
 *
 * Source: Chen, Xu, Zhang and Guestrin, "Training Deep Nets with Sublinear Memory Cost" (2016).
 *
 * @example
 * import { chain, checkpoint, dense, tanh } from 'pullback'
 *
 * const block = checkpoint(chain(dense(64, 64), tanh(), dense(64, 64), tanh()))
 */
export const checkpoint = <X, Y, P, S>(layer: Layer<X, Y, P, S>): Layer<X, Y, P, S> => {
  const recomputing =
    (apply: Apply<P, S, X, Y>): Apply<P, S, X, Y> =>
    (params, state, input) => {
      const [output, , after] = apply(params, state, input)
      return [
        output,
        (cotangent) => {
          const due = leaves(cotangent)
          const again = mapTree(input, (x) => barrier(x, ...due))
          return apply(params, state, again)[1](cotangent)
        },
        after,
      ]
    }
  return {
    kind: 'checkpoint',
    init: layer.init,
    train: (generator) => {
      const [apply, next] = layer.train(generator)
      return [recomputing(apply), next]
    },
    infer: recomputing(layer.infer),
    mapParts: (f) => checkpoint(f(layer, '') as Layer<X, Y, P, S>),
  }
}
