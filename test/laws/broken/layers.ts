/** Instances that break the laws of functions, layers, networks and compositions. */
import * as p from 'pullback'
import * as l from 'pullback/laws'
import { reference } from 'pullback/reference'
import { type Broken, breaks, named } from '../support.js'
import { faults, transposedGradient, wantsOblong } from './faultyLayer.js'

const device = reference()
const tolerance: l.Tolerance = { absolute: 1e-8, relative: 1e-8 }
const input = { shape: [4, 3], dtype: 'float64' } as const

const modes = ['infer', 'train'] as const
/** Names of a law in a family: those lifted from functions come once for each mode. */
const namesIn = (family: string, ending: string, laws: readonly { readonly name: string }[]): readonly string[] =>
  [`${family}: ${ending}`, ...modes.map((mode) => `${family} (${mode}): ${ending}`)].filter((name) =>
    laws.some((law) => law.name === name),
  )

const layerLaws = l.layerLaws<unknown, unknown, unknown, unknown>()
const layers = Object.entries(faults).flatMap(([ending, list]) =>
  namesIn('Layer', ending, layerLaws).flatMap((name) =>
    list.map(([what, fault]) => {
      const layer = fault(p.dense(3, wantsOblong(ending) ? 2 : 3) as p.AnyLayer)
      return breaks(named(layerLaws, name), what, { device, tolerance, layer, input }, l.seeds)
    }),
  ),
)

const networks = Object.entries(faults).flatMap(([ending, list]) =>
  namesIn('Network', ending, l.networkLaws).flatMap((name) =>
    list.map(([what, fault]) => {
      const part: l.NetworkPart = {
        of: ['faulty'],
        role: 'smooth',
        fits: (shape) => shape.length >= 2,
        make: (shape) => {
          const features = shape[shape.length - 1]!
          return fault(p.linear(features, wantsOblong(ending) ? features + 1 : features) as p.AnyLayer)
        },
      }
      return breaks(named(l.networkLaws, name), what, { device, tolerance, parts: [part] }, l.networks())
    }),
  ),
)

/** A table whose rows get the cotangents of other rows. */
const forgetful: l.NetworkPart = {
  of: ['embedding'],
  role: 'begins',
  fits: () => true,
  make: () => {
    const table = p.embedding(3, 4) as p.AnyLayer
    const infer: p.AnyLayer['infer'] = (params, state, x) => {
      const [y, pullback, after] = table.infer(params, state, x)
      return [y, (c) => pullback(p.flip(c as p.Tensor, 0)), after]
    }
    return { ...table, infer, train: (generator) => [infer, generator] }
  },
}
const beginnings = namesIn('Network', 'the pullback agrees with differences', l.networkLaws).map((name) =>
  breaks(
    named(l.networkLaws, name),
    'a table that gives cotangents to other rows',
    { device, tolerance, parts: [...l.networkParts.filter(({ role }) => role !== 'begins'), forgetful] },
    l.networks(),
  ),
)

type Any = p.AnyTensor
const float = (x: unknown): p.Tensor => x as p.Tensor
type Function = Pick<l.DifferentiableInstance<Any, Any>, 'plain' | 'withPullback'>
const plain = (x: Any): Any => p.sin(float(x)) as unknown as Any
const pull = (x: Any, c: Any): Any => p.mul(float(c), p.cos(float(x))) as unknown as Any
let calls = 0
/** sin, with one fault each. */
const functions: Readonly<Record<string, readonly [fault: string, f: Function]>> = {
  'the primal agrees': ['another value', { plain, withPullback: (x) => [pull(x, x), (c) => pull(x, c)] }],
  'one cotangent per input, with its shape and dtype': [
    'a cotangent of rank 1',
    { plain, withPullback: (x) => [plain(x), (c) => p.reshape(float(pull(x, c)), [-1]) as unknown as Any] },
  ],
  'the pullback is linear': [
    'a shifted cotangent',
    { plain, withPullback: (x) => [plain(x), (c) => p.add(float(pull(x, c)), 1) as unknown as Any] },
  ],
  'the pullback may be called twice': [
    'a pullback that counts',
    { plain, withPullback: (x) => [plain(x), (c) => p.mul(float(pull(x, c)), calls++) as unknown as Any] },
  ],
  'the pullback agrees with differences': [
    'a sign',
    { plain, withPullback: (x) => [plain(x), (c) => p.neg(float(pull(x, c))) as unknown as Any] },
  ],
  'the pullback agrees with the derived one': [
    'a factor',
    { plain, withPullback: (x) => [plain(x), (c) => p.mul(float(pull(x, c)), 1.001) as unknown as Any] },
  ],
  'second derivatives are symmetric': [
    'a rotated gradient',
    { plain, withPullback: (x) => [plain(x), (c) => p.flip(float(pull(x, c)), 0) as unknown as Any] },
  ],
}
const differentiableLaws = l.differentiableLaws<Any, Any>()
const points = l.seeds.map(({ seed }) => ({ input: l.dyadic([3, 2], 'float64', seed), seed }))
const differentiable = Object.entries(functions).map(([ending, [fault, f]]) =>
  breaks(named(differentiableLaws, ending), fault, { device, tolerance, ...f }, points),
)

const chain = p.chain as unknown as (...layers: readonly p.AnyLayer[]) => p.AnyLayer
const loose = (layer: unknown): p.AnyLayer => layer as p.AnyLayer
const right: l.CompositionInstance = {
  device,
  chain,
  identity: loose(p.identity()),
  layers: [loose(p.dense(3, 5)), loose(p.tanh()), loose(p.dense(5, 2))],
  input: { shape: [4, 3], dtype: 'float32' },
}
const composition: readonly Broken[] = [
  breaks(
    named(l.compositionLaws, 'associative'),
    'the layers in another order, where they are square',
    {
      ...right,
      layers: [loose(p.dense(3, 3)), loose(p.tanh()), loose(p.dense(3, 3))],
      chain: (...layers) => chain(...layers.slice(1), layers[0]!),
    },
    l.seeds,
  ),
  breaks(
    named(l.compositionLaws, 'the identity changes nothing'),
    'an identity that doubles',
    { ...right, identity: loose(p.fromFunction((x: p.Tensor) => p.mul(x, 2) as p.Tensor)) },
    l.seeds,
  ),
  breaks(
    named(l.compositionLaws, 'the chain rule'),
    'a wrong pullback of the chain',
    {
      ...right,
      layers: [loose(p.dense(3, 3)), loose(p.tanh()), loose(p.identity())],
      chain: (first, ...rest) => chain(transposedGradient(first!), ...rest),
    },
    l.seeds,
  ),
]

export const brokenLayers: readonly Broken[] = [
  ...differentiable,
  ...layers,
  ...networks,
  ...beginnings,
  ...composition,
]
