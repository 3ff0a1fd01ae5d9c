import { describe, expect, it } from 'vitest'
import { PullbackError } from '../../src/array/error.js'
import { exp, log } from '../../src/array/scalar/index.js'
import { hostArithmetic } from '../../src/random/hostArithmetic.js'
import {
  hostBernoulli,
  hostBeta,
  hostBits,
  hostExponential,
  hostGamma,
  hostGumbel,
  hostLogUniform,
  hostNormal,
  hostRandomInteger,
  hostTruncatedNormal,
  hostUniform,
  permutation,
  type Random,
  rng,
  sampleWithoutReplacement,
  shuffle,
} from '../../src/random/index.js'
import { standardNormal } from '../../src/random/normal.js'
import { chiSquareDeviate, kolmogorovSmirnov, moments, normalDistribution, oneInAMillion } from './statistics.js'

const size = 1_000_000
const take = <A>(sampler: Random<A>, seed = 1): A => sampler(rng(seed))[0]
/**
 * Mean and variance lie within 5 standard errors. `kurtosis` is the fourth central moment over the squared variance.
 */
const expectMoments = (values: ArrayLike<number>, mean: number, variance: number, kurtosis: number): void => {
  const found = moments(values)
  expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / values.length))
  expect(Math.abs(found.variance - variance)).toBeLessThan(5 * variance * Math.sqrt((kurtosis - 1) / values.length))
}

describe('bits', () => {
  it('every bit is set half of the time, in pairs too', () => {
    const words = take(hostBits({ size: 100_000 }))
    for (let a = 0; a < 32; a++) {
      const ones = words.reduce((count, word) => count + ((word >>> a) & 1), 0)
      expect(Math.abs(ones - 50_000)).toBeLessThan(5 * Math.sqrt(25_000))
      const equal = words.reduce((count, word, i) => count + (((word ^ words[(i + 1) % words.length]!) >>> a) & 1), 0)
      expect(Math.abs(equal - 50_000)).toBeLessThan(5 * Math.sqrt(25_000))
    }
  })
})

describe('uniform', () => {
  it('is uniform on [0, 1)', () => {
    const values = take(hostUniform({ size }))
    expectMoments(values, 1 / 2, 1 / 12, 1.8)
    expect(kolmogorovSmirnov(values, (x) => x)).toBeLessThan(oneInAMillion)
    expect(values.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24))).toBe(true)
  })
  it('stays in [low, high), also where rounding would leave it', () => {
    for (const [low, high] of [
      [-3, 5],
      [1, 1.0000002],
      [-1e-40, 1e-40],
      [1e30, 1.1e30],
      [-1, 0],
    ] as const) {
      const values = take(hostUniform({ size: 10_000, low, high }))
      expect(
        values.every((x) => x >= Math.fround(low) && x < Math.fround(high)),
        `${low} ${high}`,
      ).toBe(true)
    }
    const values = take(hostUniform({ size, low: -3, high: 5 }))
    expect(kolmogorovSmirnov(values, (x) => (x + 3) / 8)).toBeLessThan(oneInAMillion)
  })
  it('logUniform has a uniform logarithm', () => {
    const values = take(hostLogUniform({ size, low: 1e-5, high: 0.1 }))
    expect(kolmogorovSmirnov(values, (x) => (log(x) - log(1e-5)) / log(1e4))).toBeLessThan(oneInAMillion)
    expect(values.every((x) => x >= Math.fround(1e-5) && x < Math.fround(0.1))).toBe(true)
  })
  it('randomInteger meets each number equally often', () => {
    for (const [low, high] of [
      [0, 10],
      [-3, 4],
      [0, 2],
      [100, 1100],
    ] as const) {
      const counts = new Float64Array(high - low)
      for (const value of take(hostRandomInteger({ size, low, high }))) counts[value - low]! += 1
      const expected = counts.map(() => size / (high - low))
      expect(Math.abs(chiSquareDeviate(counts, expected))).toBeLessThan(4.9)
    }
  })
  it('randomInteger is the upper half of the product, for every range', () => {
    const words = take(hostBits({ size: 2000 }))
    for (const high of [1, 3, 65535, 65536, 65537, 1_000_003, 2 ** 31 - 1, 2 ** 31])
      for (const low of [0, -5, -(2 ** 31)]) {
        if (high === 2 ** 31 && low === 0) continue
        const values = take(hostRandomInteger({ size: 2000, low, high }))
        words.forEach((word, i) => {
          expect(values[i]).toBe(low + Number((BigInt(word) * BigInt(high - low)) >> 32n))
        })
      }
  })
  it('bernoulli meets its probability; 0 is never and 1 always', () => {
    for (const probability of [0.5, 0.1, 0.999]) {
      const { mean } = moments(take(hostBernoulli({ size, probability })))
      expect(Math.abs(mean - probability)).toBeLessThan(5 * Math.sqrt((probability * (1 - probability)) / size))
    }
    expect(take(hostBernoulli({ size: 10_000, probability: 0 })).every((x) => x === 0)).toBe(true)
    expect(take(hostBernoulli({ size: 10_000, probability: 1 })).every((x) => x === 1)).toBe(true)
  })
})

describe('normal', () => {
  it('inverts the distribution, to the ends of its tails', () => {
    // [31 bits of tail, z with P(|normal| > z) = (bits + 1 / 2) / 2^31], from mpmath
    const table = [
      [0, 6.3379577545537895],
      [1, 6.166429517819751],
      [2, 6.085104545783031],
      [5, 5.957507662988573],
      [100, 5.463062554389539],
      [12345, 4.535422762090428],
      [1048583, 3.4871021912792775],
      [16777217, 2.660067438504997],
      [268447801, 1.5340971725281516],
      [536870912, 1.1503493798104831],
      [1073741823, 0.6744897505624251],
      [1610612736, 0.3186393636573689],
      [2146435072, 0.0006119695399989287],
      [2147483646, 8.754298118749868e-10],
      [2147483647, 2.918099372916623e-10],
    ] as const
    for (const [bits, z] of table)
      for (const sign of [1, -1]) {
        const drawn = standardNormal(hostArithmetic, sign === 1 ? bits : bits | 0x80000000)
        expect(Math.abs(drawn / (sign * z) - 1), `${bits}`).toBeLessThan(1e-6)
      }
  })
  it('is normal', () => {
    const values = take(hostNormal({ size }))
    expectMoments(values, 0, 1, 3)
    expect(kolmogorovSmirnov(values, normalDistribution)).toBeLessThan(oneInAMillion)
    for (const bound of [2, 3, 4, 4.5]) {
      const expected = 2 * size * (1 - normalDistribution(bound))
      const found = values.reduce((count, x) => count + Number(Math.abs(x) > bound), 0)
      expect(Math.abs(found - expected), `${bound}`).toBeLessThan(5 * Math.sqrt(expected))
      expect(found).toBeGreaterThan(0)
    }
  })
  it('takes mean and deviation', () => {
    expectMoments(take(hostNormal({ size, mean: -2, deviation: 0.5 })), -2, 0.25, 3)
    expect(take(hostNormal({ size: 10, mean: 3, deviation: 0 })).every((x) => x === 3)).toBe(true)
  })
  it('truncatedNormal is the normal between its bounds', () => {
    for (const [low, high] of [
      [-2, 2],
      [-1, 3],
      [1, 4],
      [-Infinity, 0],
      [-Infinity, Infinity],
    ] as const) {
      const values = take(hostTruncatedNormal({ size: 200_000, low, high }))
      const [bottom, top] = [normalDistribution(low), normalDistribution(high)]
      expect(
        kolmogorovSmirnov(values, (x) => (normalDistribution(x) - bottom) / (top - bottom)),
        `${low} ${high}`,
      ).toBeLessThan(oneInAMillion)
      expect(values.every((x) => x >= low && x <= high)).toBe(true)
    }
    expectMoments(take(hostTruncatedNormal({ size, mean: 10, deviation: 2 })), 10, 4 * 0.7737413035499232, 2.4)
  })
})

describe('exponential and Gumbel', () => {
  it('are what they are called', () => {
    const waits = take(hostExponential({ size, rate: 2 }))
    expectMoments(waits, 1 / 2, 1 / 4, 9)
    expect(kolmogorovSmirnov(waits, (x) => 1 - exp(-2 * x))).toBeLessThan(oneInAMillion)
    expect(waits.every((x) => x > 0)).toBe(true)
    const extremes = take(hostGumbel({ size }))
    expectMoments(extremes, 0.5772156649015329, Math.PI ** 2 / 6, 5.4)
    expect(kolmogorovSmirnov(extremes, (x) => exp(-exp(-x)))).toBeLessThan(oneInAMillion)
  })
})

describe('gamma and beta', () => {
  it('have their moments', () => {
    for (const concentration of [0.3, 1, 2.5, 40]) {
      const values = take(hostGamma({ size: 200_000, concentration, scale: 2 }))
      expectMoments(values, 2 * concentration, 4 * concentration, 3 + 6 / concentration)
    }
    for (const [alpha, beta] of [
      [0.2, 0.2],
      [1, 1],
      [2, 5],
    ] as const) {
      const sum = alpha + beta
      const values = take(hostBeta({ size: 200_000, alpha, beta }))
      expectMoments(values, alpha / sum, (alpha * beta) / (sum * sum * (sum + 1)), 3)
      expect(values.every((x) => x >= 0 && x <= 1)).toBe(true)
    }
  })
  it('gamma(1) is exponential, beta(1, 1) uniform, beta(1/2, 1/2) the arcsine distribution', () => {
    const n = 200_000
    expect(kolmogorovSmirnov(take(hostGamma({ size: n, concentration: 1 })), (x) => 1 - exp(-x))).toBeLessThan(
      oneInAMillion,
    )
    expect(kolmogorovSmirnov(take(hostBeta({ size: n, alpha: 1, beta: 1 })), (x) => x)).toBeLessThan(oneInAMillion)
    const arcsine = (x: number): number => (2 / Math.PI) * Math.asin(Math.sqrt(x))
    expect(kolmogorovSmirnov(take(hostBeta({ size: n, alpha: 0.5, beta: 0.5 })), arcsine)).toBeLessThan(oneInAMillion)
  })
  it('stay numbers for tiny parameters', () => {
    expect(take(hostBeta({ size: 1000, alpha: 1e-4, beta: 1e-4 })).every((x) => x >= 0 && x <= 1)).toBe(true)
  })
})

describe('permutation', () => {
  it('holds every number once', () => {
    for (const n of [0, 1, 2, 1000]) {
      expect([...take(permutation(n))].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
    }
  })
  it('meets every order of four equally often', () => {
    const counts = new Map<string, number>()
    let generator = rng(1)
    for (let i = 0; i < 24_000; i++) {
      const [order, next] = permutation(4)(generator)
      counts.set(order.join(), (counts.get(order.join()) ?? 0) + 1)
      generator = next
    }
    expect(counts.size).toBe(24)
    expect(Math.abs(chiSquareDeviate([...counts.values()], new Array(24).fill(1000)))).toBeLessThan(4.9)
  })
  it('shuffle keeps the items and leaves its argument alone', () => {
    const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const shuffled = take(shuffle(items))
    expect([...shuffled].sort()).toEqual(items)
    expect(shuffled).not.toEqual(items)
  })
  it('sampleWithoutReplacement chooses different numbers, each equally often', () => {
    const counts = new Float64Array(7)
    let generator = rng(1)
    for (let i = 0; i < 7000; i++) {
      const [three, next] = sampleWithoutReplacement({ size: 7, count: 3 })(generator)
      expect(new Set(three).size).toBe(3)
      for (const x of three) counts[x]! += 1
      generator = next
    }
    expect(
      Math.abs(
        chiSquareDeviate(
          counts,
          counts.map(() => 3000),
        ),
      ),
    ).toBeLessThan(4.9)
  })
})

it('refuses senseless options, naming the function', () => {
  const wrong = [
    () => hostUniform({ size: -1 }),
    () => hostUniform({ size: 1, low: 1, high: 1 }),
    () => hostUniform({ size: 1, low: 0, high: NaN }),
    () => hostLogUniform({ size: 1, low: 0, high: 1 }),
    () => hostRandomInteger({ size: 1, high: 0 }),
    () => hostRandomInteger({ size: 1, high: 1.5 }),
    () => hostRandomInteger({ size: 1, high: 2 ** 32 }),
    () => hostBernoulli({ size: 1, probability: 1.1 }),
    () => hostNormal({ size: 1, deviation: -1 }),
    () => hostTruncatedNormal({ size: 1, low: 2, high: -2 }),
    () => hostTruncatedNormal({ size: 1, low: 8, high: 9 }),
    () => hostExponential({ size: 1, rate: 0 }),
    () => hostGamma({ size: 1, concentration: 0 }),
    () => hostBeta({ size: 1, alpha: -1, beta: 1 }),
    () => hostBits({ size: 0.5 }),
    () => permutation(-1),
    () => sampleWithoutReplacement({ size: 2, count: 3 }),
  ]
  for (const program of wrong) expect(program, `${program}`).toThrow(PullbackError)
})
