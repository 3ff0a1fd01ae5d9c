/** Layers of integers, as parts that random networks begin with. */
import { type AnyLayer, cast, embedding, type FloatDType, mapTree, type Spec } from 'pullback'
import { asAny, asFloat, isFloat } from '../untyped.js'
import { always, loose, type NetworkPart } from './part.js'

/** Indices are 0, 1 and 2. */
export const beginnings: readonly NetworkPart[] = [
  { of: ['embedding'], role: 'begins', fits: always, make: (_, option) => loose(embedding(3, 2 + (option % 3))) },
]

/**
 * The layer with its params, and so its output, in a dtype: layers of integers draw float32, which is too coarse for
 * differences.
 */
export const drawnIn = (dtype: FloatDType, layer: AnyLayer): AnyLayer => ({
  ...layer,
  init: (input: Spec) => (generator) => {
    const [{ params, state, output }, next] = layer.init(input)(generator)
    const drawn = mapTree(params, (x) => (isFloat(x) ? asAny(cast(asFloat(x), dtype)) : x))
    return [{ params: drawn, state, output: 'dtype' in output ? { ...output, dtype } : output }, next]
  },
})
