/** Shortcuts past a layer. */
import { add } from '../../array/elementwise.js'
import { fail, within } from '../../array/error.js'
import { sameShape, showShape } from '../../array/shape.js'
import { isTensor, type Tensor } from '../../array/tensor.js'
import { zipTrees } from '../../array/tree.js'
import { fields, tuple } from '../../array/tuple.js'
import { specOf, sumCotangents } from '../build.js'
import { type AnyLayer, type Layer, none, showSpec } from '../layer.js'
import { steadyApply, steadyComposite } from '../staged.js'
import { identity } from './identity.js'
import type { AnyApply } from './sequential.js'

/** How params and state of body and shortcut stand together. */
interface Pairing {
  readonly names: readonly [body: string, shortcut: string]
  readonly join: (body: unknown, shortcut: unknown) => unknown
  readonly body: (tree: unknown) => unknown
  readonly shortcut: (tree: unknown) => unknown
}

/** Without a projection, params and state are those of the body. */
const bodyAlone: Pairing = {
  names: ['', ''],
  join: (body) => body,
  body: (tree) => tree,
  shortcut: () => none,
}

type Both = { readonly body: unknown; readonly projection: unknown }
const bodyAndProjection: Pairing = {
  names: ['body', 'projection'],
  join: fields('body', 'projection'),
  body: (tree) => (tree as Both).body,
  shortcut: (tree) => (tree as Both).projection,
}

const inside = <A>(name: string, body: () => A): A => (name === '' ? body() : within(name, body))

const checkShapes = (body: string, shortcut: string): void => {
  if (body !== shortcut)
    fail(
      'residual',
      `an output like the shortcut's, ${shortcut}`,
      body,
      'Pass a projection as the second argument, such as a 1x1 convolution with the stride.',
    )
}

const show = (x: unknown): string => (isTensor(x) ? showShape(x.shape) : showSpec(specOf(x)))

const checkOutputs = (body: unknown, shortcut: unknown): void => {
  // Texts are made only where they may differ: there is one such check a block and step.
  if (isTensor(body) && isTensor(shortcut) && sameShape(body.shape, shortcut.shape)) return
  checkShapes(show(body), show(shortcut))
}

const summed =
  (body: AnyApply, shortcut: AnyApply, pairing: Pairing): AnyApply =>
  (params, state, input) => {
    const before = pairing.body(state)
    const beside = pairing.shortcut(state)
    const [y, pullback, after] = inside(pairing.names[0], () => body(pairing.body(params), before, input))
    const [z, around, next] = inside(pairing.names[1], () => shortcut(pairing.shortcut(params), beside, input))
    checkOutputs(y, z)
    return tuple(
      zipTrees('residual', tuple(y, z), (a, b) => add(a as Tensor, b as Tensor)),
      (cotangent) => {
        const [gradient, x] = inside(pairing.names[0], () => pullback(cotangent))
        const [other, straight] = inside(pairing.names[1], () => around(cotangent))
        return tuple(pairing.join(gradient, other), sumCotangents('residual', tuple(x, straight)))
      },
      after === before && next === beside ? state : pairing.join(after, next),
    )
  }

const build = (body: AnyLayer, shortcut: AnyLayer, pairing: Pairing): AnyLayer => {
  const layer = drawing(body, shortcut, pairing)
  const [first, second] = [steadyApply(body), steadyApply(shortcut)]
  return first === undefined || second === undefined ? layer : steadyComposite(layer, summed(first, second, pairing))
}

const drawing = (body: AnyLayer, shortcut: AnyLayer, pairing: Pairing): AnyLayer => ({
  kind: 'residual',
  init: (input) => (generator) => {
    const [first, between] = inside(pairing.names[0], () => body.init(input)(generator))
    const [second, next] = inside(pairing.names[1], () => shortcut.init(input)(between))
    checkShapes(showSpec(first.output), showSpec(second.output))
    const params = pairing.join(first.params, second.params)
    return [{ params, state: pairing.join(first.state, second.state), output: first.output }, next]
  },
  train: (generator) => {
    const [first, between] = body.train(generator)
    const [second, next] = shortcut.train(between)
    return [summed(first, second, pairing), next]
  },
  infer: summed(body.infer, shortcut.infer, pairing),
  mapParts: (f) =>
    build(f(body, pairing.names[0]), pairing === bodyAlone ? shortcut : f(shortcut, pairing.names[1]), pairing),
})

/**
 * x + body(x); with a projection, projection(x) + body(x), for a body that changes the shape. Params and state are the
 * body's, or { body, projection }.
 *
 * Source: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2016).
 *
 * @throws PullbackError when body and shortcut give other shapes
 * @example
 * import { chain, conv2d, relu, residual } from 'pullback'
 *
 * const same = residual(chain(conv2d({ in: 8, out: 8, kernel: 3, padding: 1 }), relu()))
 * const half = residual(
 *   conv2d({ in: 8, out: 16, kernel: 3, padding: 1, stride: 2 }),
 *   conv2d({ in: 8, out: 16, kernel: 1, stride: 2 }),
 * )
 */
export function residual<X, P, S>(body: Layer<X, NoInfer<X>, P, S>): Layer<X, X, P, S>
export function residual<X, Y, P, S, Q, T>(
  body: Layer<X, Y, P, S>,
  projection: Layer<NoInfer<X>, NoInfer<Y>, Q, T>,
): Layer<X, Y, { readonly body: P; readonly projection: Q }, { readonly body: S; readonly projection: T }>
export function residual(body: AnyLayer, projection?: AnyLayer): AnyLayer {
  return projection === undefined ? build(body, identity(), bodyAlone) : build(body, projection, bodyAndProjection)
}
