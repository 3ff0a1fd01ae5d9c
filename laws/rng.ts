/**
 * Laws of generators and samplers.
 *
 * 1. determinism: equal generators give equal draws, on the host and on a device, bit for bit
 * 2. a draw advances the counter by one, whatever its shape
 * 3. split streams differ from each other and from their parent
 * 4. moments: the sample mean and variance are those promised, within five standard errors
 * 5. every quarter of the elements has the promised mean: streams do not drift
 */
import { type AnyTensor, type Device, type Random, type Rng, rng, splitInto, toArray } from 'pullback'
import { every, type Law, law, when } from './law.js'

export interface SamplerInstance {
  readonly device: Device
  readonly sampler: (size: number) => Random<AnyTensor>
  /** The same elements on the host, where there is such a sampler. */
  readonly onHost?: (size: number) => Random<ArrayLike<number>>
  readonly mean: number
  readonly variance: number
}
export interface SamplerSample {
  readonly seed: number
}

const size = 4096

const drawOn = async ({ device, sampler }: SamplerInstance, generator: Rng): Promise<readonly number[]> =>
  Array.from(toArray((await device.evaluate([sampler(size)(generator)[0]]))[0] as AnyTensor))

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

const hasMean = (what: string, values: readonly number[], { mean: wanted, variance }: SamplerInstance) => {
  const bound = 5 * Math.sqrt(variance / values.length)
  const got = average(values)
  return when(Math.abs(got - wanted) <= bound, () => `${what}: mean ${got}, promised ${wanted} within ${bound}`)
}

export const samplerLaws: readonly Law<SamplerInstance, SamplerSample>[] = [
  law('Rng: equal generators give equal draws', async (instance, { seed }) => {
    const [a, b] = [await drawOn(instance, rng(seed)), await drawOn(instance, rng(seed))]
    return when(
      a.every((value, i) => Object.is(value, b[i])),
      () => 'two draws from one generator differ',
    )
  }),
  law('Rng: the host and the device draw the same bits', async (instance, { seed }) => {
    if (instance.onHost === undefined) return { holds: true }
    const onDevice = await drawOn(instance, rng(seed))
    const onHost = instance.onHost(size)(rng(seed))[0]
    const i = onDevice.findIndex((value, place) => !Object.is(value, onHost[place]))
    return when(i < 0, () => `element ${i} is ${onDevice[i]} on the device and ${onHost[i]} on the host`)
  }),
  law('Rng: a draw advances the counter by one', ({ sampler }, { seed }) => {
    const counter = (n: number) => sampler(n)(rng(seed))[1].counter
    return when(
      counter(1) === 1 && counter(size) === 1,
      () => `counters ${counter(1)} and ${counter(size)} after one draw`,
    )
  }),
  law('Rng: split streams are independent', async (instance, { seed }) => {
    const generators = [rng(seed), ...splitInto(3)(rng(seed))[0]]
    const draws = await Promise.all(generators.map((generator) => drawOn(instance, generator)))
    const bound = 5 / Math.sqrt(size)
    const correlation = (a: readonly number[], b: readonly number[]): number =>
      average(a.map((x, i) => (x - instance.mean) * ((b[i] as number) - instance.mean))) / instance.variance
    return every(
      draws.flatMap((a, i) =>
        draws.slice(i + 1).map((b, j) => {
          const r = correlation(a, b)
          return when(Math.abs(r) <= bound, () => `streams ${i} and ${i + 1 + j} correlate by ${r}`)
        }),
      ),
    )
  }),
  law('Rng: mean and variance are as promised', async (instance, { seed }) => {
    const values = await drawOn(instance, rng(seed))
    const squares = values.map((x) => (x - instance.mean) ** 2)
    const got = average(squares)
    return every([
      hasMean('all', values, instance),
      ...[0, 1, 2, 3].map((q) => hasMean(`quarter ${q}`, values.slice((q * size) / 4, ((q + 1) * size) / 4), instance)),
      when(
        Math.abs(got - instance.variance) <= 0.2 * instance.variance,
        () => `variance ${got}, promised ${instance.variance}`,
      ),
    ])
  }),
]
