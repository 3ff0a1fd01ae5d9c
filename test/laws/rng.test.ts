import * as p from 'pullback'
import { generatorLaws, type SamplerInstance, samplerLaws, seeds } from 'pullback/laws'
import { erf, exp, log } from '../../src/array/scalar/index.js'
import { devices } from '../devices.js'
import { check } from './support.js'

const { rng, draw, split, foldIn } = p
check(generatorLaws, { block: p.threefry, rng, draw, split, foldIn }, seeds)

const normalUpTo = (x: number): number => 0.5 * (1 + erf(x * Math.SQRT1_2))
const [low, high] = [normalUpTo(-2), normalUpTo(2)]
const eulerGamma = 0.5772156649015329
const third = Math.log(100)

const samplers: Readonly<Record<string, Omit<SamplerInstance, 'device'>>> = {
  uniform: {
    sampler: (n) => p.uniform({ shape: [n] }),
    onHost: (size) => p.hostUniform({ size }),
    mean: 0.5,
    variance: 1 / 12,
    distribution: (x) => x,
  },
  normal: {
    sampler: (n) => p.normal({ shape: [n], mean: 1, deviation: 2 }),
    onHost: (size) => p.hostNormal({ size, mean: 1, deviation: 2 }),
    mean: 1,
    variance: 4,
    distribution: (x) => normalUpTo((x - 1) / 2),
  },
  truncatedNormal: {
    sampler: (n) => p.truncatedNormal({ shape: [n] }),
    onHost: (size) => p.hostTruncatedNormal({ size }),
    mean: 0,
    variance: 0.7737413035,
    distribution: (x) => (normalUpTo(x) - low) / (high - low),
  },
  exponential: {
    sampler: (n) => p.exponential({ shape: [n], rate: 2 }),
    onHost: (size) => p.hostExponential({ size, rate: 2 }),
    mean: 0.5,
    variance: 0.25,
    distribution: (x) => 1 - exp(-2 * x),
  },
  gumbel: {
    sampler: (n) => p.gumbel({ shape: [n] }),
    onHost: (size) => p.hostGumbel({ size }),
    mean: eulerGamma,
    variance: (Math.PI * Math.PI) / 6,
    distribution: (x) => exp(-exp(-x)),
  },
  logUniform: {
    sampler: (n) => p.logUniform({ shape: [n], low: 0.01, high: 1 }),
    onHost: (size) => p.hostLogUniform({ size, low: 0.01, high: 1 }),
    mean: 0.99 / third,
    variance: (1 - 1e-4) / (2 * third) - (0.99 / third) ** 2,
    distribution: (x) => log(x / 0.01) / third,
  },
  bernoulli: {
    sampler: (n) => p.bernoulli({ shape: [n], probability: 0.3 }),
    onHost: (size) => p.hostBernoulli({ size, probability: 0.3 }),
    mean: 0.3,
    variance: 0.21,
    distribution: (x) => (x < 1 ? 0.7 : 1),
  },
  randomInteger: {
    sampler: (n) => p.randomInteger({ shape: [n], low: -2, high: 5 }),
    onHost: (size) => p.hostRandomInteger({ size, low: -2, high: 5 }),
    mean: 1,
    variance: 4,
    distribution: (x) => (x + 3) / 7,
  },
  categorical: {
    sampler: (n) => p.categorical(p.broadcastTo(p.log(p.tensor([0.5, 0.3, 0.2])), [n, 3]) as unknown as p.Tensor),
    mean: 0.7,
    variance: 0.61,
    distribution: (x) => [0.5, 0.8, 1][x]!,
  },
}

for (const { name, device, bound: _, ...rounding } of devices)
  for (const [kind, sampler] of Object.entries(samplers))
    check(
      samplerLaws,
      { device, ...sampler, ...rounding },
      seeds,
      { runs: name === 'reference' ? 1 : 3 },
      `${name}, ${kind}: `,
    )
