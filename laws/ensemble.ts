/**
 * Laws of dropout: training samples from an ensemble of thinned layers, inference is its mean.
 *
 * 1. the mean over all masks of three units, weighted by their probabilities, is the inference output, also of what a
 *    linear layer after it makes of them
 * 2. units are dropped as often as the rate says, within five standard errors
 */
import { type AnyLayer, type Device, rng, tensor, toArray } from 'pullback'
import { close, type Tolerance } from './compare.js'
import { broken, type Law, law, when } from './law.js'
import { begin, type LayerSample } from './layer.js'
import { type Any, asAny, plus, times } from './untyped.js'

/** A layer that drops units, and a linear one after it. */
export interface EnsembleInstance {
  readonly device: Device
  /** Drops elements of [1, 3]; without params. */
  readonly layer: AnyLayer
  /** The probability that an element is dropped. */
  readonly rate: number
  /** A linear layer of [1, 3] after it. */
  readonly head: AnyLayer
  readonly tolerance: Tolerance
}

const units = 3
const batch = 256
const spec = { shape: [1, units], dtype: 'float64' } as const
const x = (): Any => asAny(tensor([1, -2, 3], spec.shape, spec.dtype))

/** What training makes of the input, for draws from successive seeds. */
const outputsOf = async ({ device, layer }: EnsembleInstance, seed: number, count: number): Promise<readonly Any[]> => {
  const { params, state } = await begin({ device, layer, input: spec }, seed)
  return device.evaluate(
    Array.from({ length: count }, (_, i) => asAny(layer.train(rng(seed * 100_000 + i))[0](params, state, x())[0])),
  )
}

/** The number of a mask: its kept units as bits. */
const maskOf = (output: Any): number => Array.from(toArray(output)).reduce((m, v, i) => m + (v !== 0 ? 1 << i : 0), 0)
const keptOf = (mask: number): number => [0, 1, 2].filter((i) => (mask >> i) & 1).length
const power = (base: number, exponent: number): number =>
  new Array<number>(exponent).fill(base).reduce((a, b) => a * b, 1)

/** One output for each mask, found among draws; masks of probability below 1/64 take too many. */
const byMask = async (instance: EnsembleInstance, seed: number): Promise<ReadonlyMap<number, Any>> => {
  const found = new Map<number, Any>()
  for (let round = 0; round < 16 && found.size < 1 << units; round++)
    for (const output of await outputsOf(instance, 16 * seed + round, batch)) found.set(maskOf(output), output)
  return found
}

/** Of a layer that drops units: inference is the mean over all masks, and the rate is what it says. */
export const ensembleLaws: readonly Law<EnsembleInstance, LayerSample>[] = [
  law('Ensemble: inference is the mean over all masks', async (instance, { seed }) => {
    const { device, layer, head, rate, tolerance } = instance
    const found = await byMask(instance, seed)
    if (found.size !== 1 << units) return broken(`only ${found.size} of ${1 << units} masks are ever drawn`)
    const { params, state } = await begin({ device, layer: head, input: spec }, seed)
    const after = (y: Any): Any => asAny(head.infer(params, state, y)[0])
    const mean = [...found]
      .map(([mask, output]) => times(after(output), power(1 - rate, keptOf(mask)) * power(rate, units - keptOf(mask))))
      .reduce(plus)
    const own = await begin({ device, layer, input: spec }, seed)
    const inferred = after(asAny(layer.infer(own.params, own.state, x())[0]))
    const [got, wanted] = await device.evaluate([mean, inferred] as const)
    return close(tolerance)('the mean', got, wanted)
  }),
  law('Ensemble: units are dropped as often as the rate says', async (instance, { seed }) => {
    const { rate } = instance
    const outputs = await outputsOf(instance, seed, 2 * batch)
    const n = outputs.length * units
    const share = 1 - outputs.reduce((kept, output) => kept + keptOf(maskOf(output)), 0) / n
    const bound = 5 * Math.sqrt((rate * (1 - rate)) / n)
    return when(Math.abs(share - rate) <= bound, () => `dropped ${share} of all, promised ${rate} within ${bound}`)
  }),
]
