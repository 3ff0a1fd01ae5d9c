/**
 * Laws of generators and samplers. Bounds are five standard errors: a right sampler fails one in two million times, and
 * with fixed seeds it never does.
 *
 * Generators:
 * 1. known answers: the block function gives the vectors that its authors published
 * 2. a draw advances the counter by one, and equal generators give equal keys
 * 3. seeds, draws, splits and names all give different keys
 * 4. the generator of a name does not depend on what was drawn before
 *
 * Samplers:
 * 5. equal generators give equal draws, and the next generator is one draw on, whatever the shape
 * 6. the host and the device draw the same bits; floats on a device that rounds from kernel to kernel as it likes, within
 *    its stated bound
 * 7. mean and variance are the promised ones, in the whole and in each quarter
 * 8. the distribution is the promised one (Kolmogorov and Smirnov's distance, exceeded once in a million times)
 * 9. elements of one draw, and draws of split generators, are uncorrelated
 */
import { type AnyTensor, type Device, type Key, type Random, type Rng, rng, splitInto, toArray } from 'pullback'
import type { Tolerance } from './compare.js'
import { every, type Law, law, upheld, type Verdict, when } from './law.js'

/** What draws begin from. */
export interface SamplerSample {
  readonly seed: number
}

type Words = readonly [number, number]

/** The functions of a generator. */
export interface GeneratorInstance {
  /** Threefry-2x32 with 20 rounds. */
  readonly block: (key: Words, counter: Words) => Words
  readonly rng: (seed: number) => Rng
  readonly draw: Random<Key>
  readonly split: Random<Rng>
  readonly foldIn: (generator: Rng, name: number | string) => Rng
}

/** Of Random123's kat_vectors: key, counter, answer. Salmon, Moraes, Dror and Shaw (2011). */
const knownAnswers: readonly (readonly [Words, Words, Words])[] = [
  [
    [0, 0],
    [0, 0],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x13198a2e, 0x03707344],
    [0x243f6a88, 0x85a308d3],
    [0xc4923a9c, 0x483df7a0],
  ],
]

const allDifferent = (keys: readonly Words[]): Verdict => {
  const texts = keys.map((key) => key.join(' '))
  const twice = texts.find((text, i) => texts.indexOf(text) !== i)
  return when(twice === undefined, () => `the key ${twice} comes twice`)
}

/** Known answers, counters, and keys that all differ: laws 1 to 4 of the header of this module. */
export const generatorLaws: readonly Law<GeneratorInstance, SamplerSample>[] = [
  law('Rng: the block function gives the published vectors', ({ block }) =>
    every(
      knownAnswers.map(([key, counter, answer]) => {
        const got = block(key, counter)
        return when(got.join() === answer.join(), () => `${got.join(' ')} where ${answer.join(' ')} is published`)
      }),
    ),
  ),
  law('Rng: a draw advances the counter by one', ({ rng, draw, split }, { seed }) => {
    const [[key, next], [again], [, parent]] = [draw(rng(seed)), draw(rng(seed)), split(rng(seed))]
    const { counter } = draw(next)[1]
    return every([
      when(next.counter === 1 && counter === 2, () => `counters ${next.counter} and ${counter} after draws`),
      when(parent.counter === 1, () => `counter ${parent.counter} after a split`),
      when(key.words.join() === again.words.join(), () => 'equal generators give different keys'),
    ])
  }),
  law('Rng: seeds, draws, splits and names give different keys', ({ rng, draw, split, foldIn }, { seed }) => {
    const root = rng(seed)
    const keys: Words[] = []
    let next = root
    for (let i = 0; i < 16; i++) {
      const [key, after] = draw(next)
      keys.push(key.words)
      const [child] = split(rng(seed + 1 + i))
      keys.push(child.key, rng(seed + 1 + i).key, foldIn(root, i).key, foldIn(root, `name ${i}`).key)
      next = after
    }
    return allDifferent([...keys, root.key, foldIn(root, '').key, foldIn(root, '0').key])
  }),
  law('Rng: a name means the same stream, whatever was drawn', ({ rng, draw, foldIn }, { seed }) => {
    const [fresh, used] = [rng(seed), draw(draw(rng(seed))[1])[1]]
    return when(
      foldIn(fresh, 'name').key.join() === foldIn(used, 'name').key.join() &&
        foldIn(fresh, 3).key.join() === foldIn(used, 3).key.join(),
      () => 'the stream of a name changed after two draws',
    )
  }),
]

/** A sampler, and what it promises. */
export interface SamplerInstance {
  readonly device: Device
  readonly sampler: (size: number) => Random<AnyTensor>
  /** The same elements on the host, where there is such a sampler. */
  readonly onHost?: (size: number) => Random<ArrayLike<number>>
  /** How far floats on the device may be from the host's; not at all unless told. Other dtypes never are. */
  readonly rounding?: Tolerance
  readonly mean: number
  readonly variance: number
  /** The probability of values up to x. */
  readonly distribution?: (x: number) => number
}

const size = 4096
const oneInAMillion = 2.69

const drawOn = async ({ device, sampler }: SamplerInstance, generator: Rng): Promise<readonly number[]> =>
  Array.from(toArray((await device.evaluate([sampler(size)(generator)[0]]))[0]))

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

const hasMean = (what: string, values: readonly number[], { mean: wanted, variance }: SamplerInstance): Verdict => {
  const bound = 5 * Math.sqrt(variance / values.length)
  const got = average(values)
  return when(Math.abs(got - wanted) <= bound, () => `${what}: mean ${got}, promised ${wanted} within ${bound}`)
}

const uncorrelated = (
  what: string,
  a: readonly number[],
  b: readonly number[],
  { mean, variance }: SamplerInstance,
): Verdict => {
  const r = average(a.map((x, i) => (x - mean) * (b[i] - mean))) / variance
  return when(Math.abs(r) <= 5 / Math.sqrt(a.length), () => `${what} correlate by ${r}`)
}

/** The largest distance between the share of values up to x and its promised probability, times sqrt(n). */
const distance = (values: readonly number[], distribution: (x: number) => number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const n = sorted.length
  const last = sorted.flatMap((x, i) => (x === sorted[i + 1] ? [] : [Math.abs((i + 1) / n - distribution(x))]))
  return Math.sqrt(n) * last.reduce((a, b) => Math.max(a, b), 0)
}

/**
 * The same draws again and on the host, the promised mean, variance and distribution, and no correlation: laws 5 to 9.
 */
export const samplerLaws: readonly Law<SamplerInstance, SamplerSample>[] = [
  law('Sampler: equal generators give equal draws', async (instance, { seed }) => {
    const [a, b] = [await drawOn(instance, rng(seed)), await drawOn(instance, rng(seed))]
    const counters = [1, size].map((n) => instance.sampler(n)(rng(seed))[1].counter)
    return every([
      when(
        a.every((value, i) => Object.is(value, b[i])),
        () => 'two draws from one generator differ',
      ),
      when(
        counters.every((counter) => counter === 1),
        () => `counters ${counters.join(' and ')} after one draw`,
      ),
    ])
  }),
  law('Sampler: the host and the device draw the same bits', async (instance, { seed }) => {
    if (instance.onHost === undefined) return upheld
    const onDevice = await drawOn(instance, rng(seed))
    const onHost = instance.onHost(size)(rng(seed))[0]
    const isFloat = instance.sampler(1)(rng(seed))[0].dtype === 'float32'
    const { absolute, relative } = (isFloat ? instance.rounding : undefined) ?? { absolute: 0, relative: 0 }
    const i = onDevice.findIndex(
      (value, place) =>
        !Object.is(value, onHost[place]) &&
        !(Math.abs(value - onHost[place]) <= absolute + relative * Math.abs(onHost[place])),
    )
    return when(i < 0, () => `element ${i} is ${onDevice[i]} on the device and ${onHost[i]} on the host`)
  }),
  law('Sampler: mean and variance are the promised ones', async (instance, { seed }) => {
    const values = await drawOn(instance, rng(seed))
    const squares = values.map((x) => (x - instance.mean) * (x - instance.mean))
    const got = average(squares)
    const bound = 5 * Math.sqrt(average(squares.map((s) => (s - got) * (s - got))) / size)
    return every([
      hasMean('all', values, instance),
      ...[0, 1, 2, 3].map((q) => hasMean(`quarter ${q}`, values.slice((q * size) / 4, ((q + 1) * size) / 4), instance)),
      when(
        Math.abs(got - instance.variance) <= bound + 1e-6 * instance.variance,
        () => `variance ${got}, promised ${instance.variance} within ${bound}`,
      ),
    ])
  }),
  law('Sampler: the distribution is the promised one', async (instance, { seed }) => {
    if (instance.distribution === undefined) return upheld
    const far = distance(await drawOn(instance, rng(seed)), instance.distribution)
    return when(far <= oneInAMillion, () => `Kolmogorov and Smirnov's distance is ${far}, at most ${oneInAMillion}`)
  }),
  law('Sampler: elements and split streams are uncorrelated', async (instance, { seed }) => {
    const [children] = splitInto(3)(rng(seed))
    const draws: (readonly number[])[] = []
    for (const generator of [rng(seed), ...children]) draws.push(await drawOn(instance, generator))
    return every(
      draws.flatMap((a, i) => [
        ...[1, 2, 64].map((lag) => uncorrelated(`elements ${lag} apart`, a.slice(0, -lag), a.slice(lag), instance)),
        ...draws.slice(i + 1).map((b, j) => uncorrelated(`streams ${i} and ${i + 1 + j}`, a, b, instance)),
      ]),
    )
  }),
]
