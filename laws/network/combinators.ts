/** Combinators, as parts of random networks: what they hold is a smooth layer that is drawn, too. */
import {
  type AnyLayer,
  chain,
  checkpoint,
  concat,
  dense,
  fanOut,
  freeze,
  fromFunction,
  identity,
  inferring,
  input,
  linear,
  mul,
  multiHeadAttention,
  named,
  repeat,
  residual,
  scaledDotProductAttention,
  shared,
  sin,
} from 'pullback'
import { type Any, asFloat } from '../untyped.js'
import { always, featuresOf, isMatrix, isSequence, loose, type NetworkPart } from './part.js'

export const chainAll = chain as (...layers: readonly AnyLayer[]) => AnyLayer
const namedAll = named as (...layers: readonly Readonly<Record<string, AnyLayer>>[]) => AnyLayer
const fanOutAll = fanOut as (...layers: readonly AnyLayer[]) => AnyLayer
const residualOf = residual as (body: AnyLayer, projection?: AnyLayer) => AnyLayer
const repeatOf = repeat as (times: number, layer: AnyLayer) => AnyLayer
const sharedOf = shared as (count: number, layer: AnyLayer, options?: object) => AnyLayer
const joined = (): AnyLayer => loose(concat(-1))
const same = (): AnyLayer => loose(identity())
const square = (n: number): AnyLayer => loose(linear(n, n))

const holding = (
  of: readonly string[],
  make: NetworkPart['make'],
  fits: NetworkPart['fits'] = always,
): NetworkPart => ({ of, role: 'smooth', fits, make })

export const combinators: readonly NetworkPart[] = [
  { of: ['identity', 'input'], role: 'moves', fits: always, make: (_, n) => (n % 2 === 0 ? same() : loose(input())) },
  holding(['checkpoint'], (shape, n, inner) => checkpoint(inner(shape, n))),
  holding(['freeze'], (shape, n, inner) => freeze(inner(shape, n))),
  holding(['inferring'], (shape, n, inner) => inferring(inner(shape, n))),
  holding(['named'], (shape, n, inner) => namedAll({ first: inner(shape, n) }, { second: same() })),
  holding(['chain'], (shape, n, inner) => chainAll(chainAll(inner(shape, n)), same())),
  holding(['fromFunction'], () => loose(fromFunction((x: Any) => mul(sin(asFloat(x)), asFloat(x))))),
  holding(
    ['residual', 'linear'],
    (shape) => residualOf(square(featuresOf(shape))),
    (shape) => shape.length >= 2,
  ),
  holding(
    ['residual', 'dense'],
    (shape, n) =>
      residualOf(loose(dense(featuresOf(shape), 2 + (n % 2))), loose(dense(featuresOf(shape), 2 + (n % 2)))),
    isMatrix,
  ),
  holding(
    ['repeat', 'linear'],
    (shape, n) => repeatOf(1 + (n % 3), square(featuresOf(shape))),
    (s) => s.length >= 2,
  ),
  holding(
    ['fanOut', 'concat'],
    (shape, n, inner) => {
      const layer = inner(shape, n)
      return chainAll(fanOutAll(layer, layer), joined())
    },
    (shape) => shape.length >= 2,
  ),
  holding(
    ['shared', 'fanOut', 'concat'],
    (shape, n, inner) => {
      const twice = sharedOf(2, inner(shape, n), { draws: n % 2 === 0 ? 'each' : 'once' })
      return chainAll(fanOutAll(same(), square(featuresOf(shape))), twice, joined())
    },
    (shape) => shape.length >= 2,
  ),
  holding(
    ['multiHeadAttention', 'fanOut'],
    (shape) =>
      chainAll(
        fanOutAll(same(), square(featuresOf(shape)), same()),
        loose(multiHeadAttention({ features: featuresOf(shape), heads: 2 })),
      ),
    (shape) => isSequence(shape) && featuresOf(shape) % 2 === 0,
  ),
  holding(
    ['scaledDotProductAttention', 'fanOut'],
    (shape, n) =>
      chainAll(
        fanOutAll(square(featuresOf(shape)), same(), same()),
        loose(scaledDotProductAttention({ causal: n % 2 === 0 })),
      ),
    isSequence,
  ),
]
