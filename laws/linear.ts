/**
 * Laws of layers that are affine in their input, in float32.
 *
 * 1. inputs times 1024 give weight gradients times 1024, exactly, and leave gradients of biases as they are
 * 2. the cotangent of the input does not depend on the input
 */
import type { AnyLayer, ArraySpec, Device } from 'pullback'
import { namedLeaves } from 'pullback'
import { identical } from './compare.js'
import { every, type Law, law } from './law.js'
import { begin, type LayerSample } from './layer.js'
import { dyadic, dyadicLike } from './sample.js'
import { times } from './untyped.js'

/** A layer with params called weight and bias. */
export interface LinearInstance {
  readonly device: Device
  /** Its params are called weight and bias. */
  readonly layer: AnyLayer
  readonly input: ArraySpec
}

/** Cotangents at the sample's input times a factor. */
const cotangentsAt = async ({ device, layer, input }: LinearInstance, seed: number, factor: number) => {
  const { params, state } = await begin({ device, layer, input }, seed)
  const x = times(dyadic(input.shape, input.dtype, seed), factor)
  const [y, pullback] = layer.infer(params, state, x)
  const [gradients, dx] = pullback(dyadicLike(y, seed + 1))
  const named = namedLeaves(gradients)
  const called = (name: string) => named.filter(([path]) => path.endsWith(name)).map(([, leaf]) => leaf)
  return { weights: called('weight'), biases: called('bias'), dx }
}

/**
 * Of a layer that is affine in its input: weight gradients scale with the input, exactly, and its cotangent does not
 * depend on it.
 */
export const linearLaws: readonly Law<LinearInstance, LayerSample>[] = [
  law('Linear: inputs times 1024 give weight gradients times 1024', async (instance, { seed }) => {
    const [small, large] = [await cotangentsAt(instance, seed, 1), await cotangentsAt(instance, seed, 1024)]
    const [got, wanted, biases, same] = await instance.device.evaluate([
      large.weights,
      small.weights.map((leaf) => times(leaf, 1024)),
      large.biases,
      small.biases,
    ] as const)
    return every([identical('weight', got, wanted), identical('bias', biases, same)])
  }),
  law('Linear: the cotangent of the input does not depend on it', async (instance, { seed }) => {
    const [small, large] = [await cotangentsAt(instance, seed, 1), await cotangentsAt(instance, seed, -3)]
    const [got, wanted] = await instance.device.evaluate([large.dx, small.dx] as const)
    return identical('dx', got, wanted)
  }),
]
