/**
 * Laws of composition, for `chain` or what stands in for it. Trees of params nest as chains do, so what is compared is
 * observed: outputs, cotangents and states, leaf by leaf, bit for bit, in inference and in training with the same draws.
 *
 * 1. associative: f, (g, h) and (f, g), h and f, g, h are the same
 * 2. identity: the identity on either side changes nothing
 * 3. the chain rule: the pullback of f, g is that of g, then that of f
 */
import { type AnyLayer, type Device, leaves, rng, type Spec } from 'pullback'
import { identical } from './compare.js'
import { every, type Law, law } from './law.js'
import { begin, type LayerSample } from './layer.js'
import { distinct, dyadicLike, inputOf } from './sample.js'

/** A way to compose, and layers to compose. */
export interface CompositionInstance {
  readonly device: Device
  readonly chain: (...layers: readonly AnyLayer[]) => AnyLayer
  readonly identity: AnyLayer
  /** Three layers that fit one another. */
  readonly layers: readonly [AnyLayer, AnyLayer, AnyLayer]
  readonly input: Spec
}

type Mode = 'train' | 'infer'
const modes: readonly Mode[] = ['train', 'infer']

/** All that a layer shows for an input, as lists of leaves. */
const observe = async ({ device, input }: CompositionInstance, layer: AnyLayer, seed: number, mode: Mode) => {
  const { params, state, rng: next } = await begin({ device, layer, input }, seed)
  const apply = mode === 'infer' ? layer.infer : layer.train(next)[0]
  const [output, pullback, after] = apply(params, state, inputOf(input, seed, distinct))
  const [gradients, back] = pullback(dyadicLike(output, seed))
  return device.evaluate({
    params: leaves(params),
    output: leaves(output),
    gradients: leaves(gradients),
    back: leaves(back),
    after: leaves(after),
  })
}

const alike = async (instance: CompositionInstance, seed: number, what: string, one: AnyLayer, other: AnyLayer) =>
  every(
    await Promise.all(
      modes.map(async (mode) =>
        identical(
          `${what} (${mode})`,
          await observe(instance, one, seed, mode),
          await observe(instance, other, seed, mode),
        ),
      ),
    ),
  )

/** `chain` is associative, the identity is its unit, and its pullback is the chain rule: bit for bit. */
export const compositionLaws: readonly Law<CompositionInstance, LayerSample>[] = [
  law('Composition: associative', async (instance, { seed }) => {
    const { chain, layers } = instance
    const [f, g, h] = layers
    const flat = chain(f, g, h)
    return every([
      await alike(instance, seed, 'f, (g, h)', chain(f, chain(g, h)), flat),
      await alike(instance, seed, '(f, g), h', chain(chain(f, g), h), flat),
    ])
  }),
  law('Composition: the identity changes nothing', async (instance, { seed }) => {
    const { chain, identity, layers } = instance
    const f = chain(...layers)
    return every([
      await alike(instance, seed, 'identity, f', chain(identity, f), f),
      await alike(instance, seed, 'f, identity', chain(f, identity), f),
    ])
  }),
  law('Composition: the chain rule', async (instance, { seed }) => {
    const { device, chain, layers, input } = instance
    const [f, g] = layers
    const composed = await observe(instance, chain(f, g), seed, 'infer')
    const [first, between] = f.init(input)(rng(seed))
    const [second] = g.init(first.output)(between)
    const x: unknown = inputOf(input, seed, distinct)
    const [p, q] = await device.evaluate([first.params, second.params])
    const [y, pullF] = f.infer(p, first.state, x)
    const [z, pullG] = g.infer(q, second.state, y)
    const [dq, dy] = pullG(dyadicLike(z, seed))
    const [dp, dx] = pullF(dy)
    const byHand = await device.evaluate({ gradients: leaves([dp, dq]), back: leaves(dx), output: leaves(z) })
    const { gradients, back, output } = composed
    return identical('the chain', { gradients, back, output }, byHand)
  }),
]
