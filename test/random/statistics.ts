/**
 * Statistics for tests of samplers. Fixed seeds make them deterministic; bounds are those of a false alarm in a
 * million.
 */
import { erf } from '../../src/array/scalar/index.js'

export const moments = (values: ArrayLike<number>): { readonly mean: number; readonly variance: number } => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  const mean = sum / values.length
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2
  return { mean, variance: squares / values.length }
}

/** The Kolmogorov-Smirnov statistic sqrt(n) sup |F_n - F|; 2.69 is exceeded once in a million times. */
export const kolmogorovSmirnov = (values: Float32Array | Float64Array, distribution: (x: number) => number): number => {
  const sorted = values.slice().sort()
  const n = sorted.length
  let distance = 0
  for (let i = 0; i < n; i++) {
    const p = distribution(sorted[i]!)
    distance = Math.max(distance, Math.abs(p - i / n), Math.abs((i + 1) / n - p))
  }
  return Math.sqrt(n) * distance
}
export const oneInAMillion = 2.69

/** Pearson's statistic as a standard normal deviate (Wilson and Hilferty). */
export const chiSquareDeviate = (counts: ArrayLike<number>, expected: ArrayLike<number>): number => {
  let statistic = 0
  for (let i = 0; i < counts.length; i++) statistic += (counts[i]! - expected[i]!) ** 2 / expected[i]!
  const degrees = counts.length - 1
  return ((statistic / degrees) ** (1 / 3) - 1 + 2 / (9 * degrees)) / Math.sqrt(2 / (9 * degrees))
}

export const correlation = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const [x, y] = [moments(a), moments(b)]
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - x.mean) * (b[i]! - y.mean)
  return sum / a.length / Math.sqrt(x.variance * y.variance)
}

export const normalDistribution = (x: number): number => 0.5 * (1 + erf(x * Math.SQRT1_2))
