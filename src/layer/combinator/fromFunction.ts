/** Layers from plain functions of arrays. */
import { cast } from '../../array/elementwise.js'
import { mapTree } from '../../array/tree.js'
import { differentiable } from '../../diff/differentiable.js'
import type { Random } from '../../random/rng.js'
import { parametric, pure } from '../build.js'
import { type Layer, type None, none, type Spec } from '../layer.js'

const isFloat64 = (spec: Spec): boolean => ('dtype' in spec ? spec.dtype === 'float64' : spec.some(isFloat64))

/** Initialisers make float32; for inputs in float64, on which laws are run, params are that, too. */
const drawFor = <P>(init: (input: Spec) => Random<P>, input: Spec): Random<P> =>
  isFloat64(input)
    ? (generator) => {
        const [params, next] = init(input)(generator)
        return [mapTree(params, (x) => (x.dtype === 'float32' ? cast(x, 'float64') : x)), next]
      }
    : init(input)

/**
 * A layer from a pure function of arrays; the pullback is derived from its dataflow. With params, `init` draws them for
 * an input's spec; where inputs are float64, float32 params are cast.
 *
 * @example
 * import { add, fromFunction, initializer, mul, sin, type Tensor } from 'pullback'
 *
 * const wave = fromFunction((x: Tensor) => sin(x))
 * const scaled = fromFunction(
 *   () => initializer.ones()([], { in: 1, out: 1 }),
 *   (scale: Tensor, x: Tensor) => mul(scale, add(x, 1)),
 * )
 */
export function fromFunction<X, Y>(f: (input: X) => Y): Layer<X, Y, None, None>
export function fromFunction<P, X, Y>(
  init: (input: Spec) => Random<P>,
  f: (params: P, input: X) => Y,
): Layer<X, Y, P, None>
export function fromFunction<P, X, Y>(
  first: ((input: X) => Y) | ((input: Spec) => Random<P>),
  f?: (params: P, input: X) => Y,
): Layer<X, Y, P, None> | Layer<X, Y, None, None> {
  if (f === undefined) {
    const plain = differentiable(first as (input: X) => Y)
    return parametric<X, Y, None>(
      'fromFunction',
      () => pure(none),
      (params, input) => {
        const [output, pullback] = plain(input)
        return [output, (cotangent) => [params, pullback(cotangent)[0]]]
      },
    )
  }
  return parametric<X, Y, P>(
    'fromFunction',
    (input) => drawFor(first as (input: Spec) => Random<P>, input),
    (params, input) => differentiable(f)(params, input),
  )
}
