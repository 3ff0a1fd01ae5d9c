/**
 * Laws of networks: a random network of random layers obeys every law of layers.
 *
 * A list of numbers is read as choices of layers that fit one another, drawn from every family there is, so that a runner
 * can shrink it. Kinked layers come only where their inputs are still the sample's: distinct, and away from 0 by far more
 * than differences move them. No sample is ever thrown away.
 */
import { type AnyLayer, type Device, type DType, type FloatDType, rng, type Shape, type Spec, tanh } from 'pullback'
import type { Tolerance } from '../compare.js'
import { type Law, law } from '../law.js'
import { type LayerInstance, type LayerSample, layerLaws } from '../layer.js'
import { distinct, dyadic, inputOf } from '../sample.js'
import { activations } from './activations.js'
import { beginnings, drawnIn } from './beginnings.js'
import { chainAll, combinators } from './combinators.js'
import { loose, type NetworkPart } from './part.js'
import { transforms } from './transforms.js'

/** Every layer and combinator of this library. */
export const networkParts: readonly NetworkPart[] = [...beginnings, ...activations, ...transforms, ...combinators]

/** A random network, as a list of numbers. */
export interface NetworkChoice {
  readonly start: number
  readonly picks: readonly (readonly [part: number, option: number])[]
  readonly seed: number
}

/** What networks are drawn from, and how near they are to be. */
export interface NetworkInstance {
  readonly device: Device
  readonly tolerance: Tolerance
  /** What networks are drawn from; add your own to `networkParts`. */
  readonly parts: readonly NetworkPart[]
}

interface Network {
  readonly layer: AnyLayer
  readonly input: Spec
}

interface Growing {
  readonly layers: readonly AnyLayer[]
  readonly shape: Shape
  /** Whether values are distinct and away from 0. */
  readonly separated: boolean
}

const starts: readonly (readonly [shape: Shape, kind: 'float' | 'index'])[] = [
  [[2, 3, 6, 5], 'float'],
  [[3, 4], 'float'],
  [[3, 2, 4], 'float'],
  [[3, 2], 'index'],
  [[1, 2, 4, 3], 'float'],
  [[1, 4], 'float'],
  [[1, 1, 2], 'float'],
  [[1, 1], 'index'],
]

/** The output shape that a layer's init promises; nothing is computed. */
const shapeAfter = (layer: AnyLayer, shape: Shape, dtype: DType = 'float64'): Shape => {
  const { output } = layer.init({ shape, dtype })(rng(0))[0] as { readonly output: Spec }
  return 'dtype' in output ? output.shape : shape
}

const smoothLayer =
  (parts: readonly NetworkPart[]) =>
  (shape: Shape, option: number): AnyLayer => {
    const plain = parts.filter(({ role, fits, of }) => role === 'smooth' && fits(shape) && of.length === 1)
    return plain[option % plain.length]?.make(shape, option, () => loose(tanh())) ?? loose(tanh())
  }

const grown = (parts: readonly NetworkPart[], network: Growing, pick: number, option: number): Growing => {
  const { shape, separated, layers } = network
  const fitting = parts.filter(({ role, fits }) => role !== 'begins' && fits(shape) && (separated || role !== 'kinked'))
  const part = fitting[pick % fitting.length]
  if (part === undefined) return network
  const layer = part.make(shape, option, smoothLayer(parts))
  return {
    layers: [...layers, layer],
    shape: shapeAfter(layer, shape),
    separated: separated && part.role === 'moves',
  }
}

/** What takes integers of a shape to floats. */
const headOf = (parts: readonly NetworkPart[], shape: Shape, option: number, dtype: FloatDType): Growing => {
  const fitting = parts.filter(({ role, fits }) => role === 'begins' && fits(shape))
  const part = fitting[option % fitting.length]
  const layer = drawnIn(dtype, part.make(shape, option, smoothLayer(parts)))
  return { layers: [layer], shape: shapeAfter(layer, shape, 'int32'), separated: false }
}

/**
 * The network of a choice: it has at least one layer. Its input is integers only where a part takes them.
 *
 * @example
 * import { rng } from 'pullback'
 * import { networkOf } from 'pullback/laws'
 *
 * const { layer, input } = networkOf({ start: 0, picks: [[1, 2]] })
 * const [{ output }] = layer.init(input)(rng(0))
 */
export const networkOf = (
  { start, picks }: Omit<NetworkChoice, 'seed'>,
  parts: readonly NetworkPart[] = networkParts,
  dtype: FloatDType = 'float64',
): Network => {
  const possible = starts.filter(
    ([shape, kind]) => kind === 'float' || parts.some(({ role, fits }) => role === 'begins' && fits(shape)),
  )
  const [shape, kind] = possible[start % possible.length]
  const isIndex = kind === 'index'
  const first: Growing = isIndex
    ? headOf(parts, shape, Math.floor(start / possible.length), dtype)
    : { layers: [], shape, separated: true }
  const { layers } = picks.reduce((network, [pick, option]) => grown(parts, network, pick, option), first)
  return {
    layer: layers.length === 0 ? loose(tanh()) : chainAll(...layers),
    input: { shape, dtype: isIndex ? 'int32' : dtype },
  }
}

/** Distinct numbers, or indices. */
export const networkInputs = (shape: Shape, dtype: DType, seed: number) =>
  dtype === 'int32' ? dyadic(shape, dtype, seed) : distinct(shape, dtype, seed)

type AnyLayerLaw = Law<LayerInstance<unknown, unknown, unknown, unknown>, LayerSample>

/** All laws of layers, of random networks of random layers. */
export const networkLaws: readonly Law<NetworkInstance, NetworkChoice>[] = (
  layerLaws<unknown, unknown, unknown, unknown>() as readonly AnyLayerLaw[]
).map(({ name, holds }) =>
  law(name.replace('Layer', 'Network'), ({ device, tolerance, parts }, choice) => {
    const { layer, input } = networkOf(choice, parts)
    return holds({ device, tolerance, layer, input, sample: (seed) => inputOf(input, seed, networkInputs) })(choice)
  }),
)
