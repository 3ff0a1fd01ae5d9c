import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { symmetricEigen } from '../../src/data/eigen.js'
import { storedArray } from '../../src/data/format/storedArray.js'
import { fitPrincipalComponents } from '../../src/data/principal.js'

test('eigenvectors diagonalise the matrix, and are orthonormal', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.array(fc.integer({ min: -16, max: 16 }), { minLength: 49, maxLength: 49 }),
      (n, entries) => {
        const matrix = Float64Array.from({ length: n * n }, (_, i) => {
          const [row, column] = [Math.floor(i / n), i % n]
          return entries[Math.min(row, column) * 7 + Math.max(row, column)]!
        })
        const { values, vectors } = symmetricEigen(matrix, n)
        for (let i = 0; i < n; i++) {
          if (i > 0) expect(values[i]!).toBeLessThanOrEqual(values[i - 1]!)
          for (let j = 0; j < n; j++) {
            let dot = 0
            let product = 0
            for (let k = 0; k < n; k++) {
              dot += vectors[i * n + k]! * vectors[j * n + k]!
              product += matrix[j * n + k]! * vectors[i * n + k]!
            }
            expect(dot).toBeCloseTo(i === j ? 1 : 0, 10)
            expect(product).toBeCloseTo(values[i]! * vectors[i * n + j]!, 9)
          }
        }
      },
    ),
  )
})

/** A long ellipse, turned. */
const cloud = storedArray(
  'float64',
  [200, 2, 1],
  Float64Array.from({ length: 400 }, (_, i) => {
    const at = Math.floor(i / 2)
    const [long, short] = [(((at * 37) % 199) - 99) / 20, (((at * 61) % 197) - 98) / 200]
    return i % 2 === 0 ? 5 + long * 0.6 - short * 0.8 : 1 + long * 0.8 + short * 0.6
  }),
)
const moments = (data: ArrayLike<number>, columns: number) => {
  const rows = data.length / columns
  const mean = Array.from(
    { length: columns },
    (_, c) => Array.from(data).reduce((s, x, i) => s + (i % columns === c ? x : 0), 0) / rows,
  )
  const covariance = (a: number, b: number) =>
    Array.from(
      { length: rows },
      (_, r) => (data[r * columns + a]! - mean[a]!) * (data[r * columns + b]! - mean[b]!),
    ).reduce((s, x) => s + x, 0) / rows
  return { mean, covariance }
}

test('the first direction is the long one, and components do not correlate', () => {
  const { directions, variances, apply } = fitPrincipalComponents(cloud)
  expect(Math.abs(directions[0]!)).toBeCloseTo(0.6, 2)
  expect(directions[1]!).toBeCloseTo(0.8, 2)
  const { mean, covariance } = moments(apply(cloud).data, 2)
  expect(mean[0]).toBeCloseTo(0, 5)
  expect(covariance(0, 1)).toBeCloseTo(0, 5)
  expect(covariance(0, 0)).toBeCloseTo(variances[0]!, 4)
  expect(covariance(1, 1)).toBeCloseTo(variances[1]!, 4)
})

test('whitened components have variance 1', () => {
  const { apply } = fitPrincipalComponents(cloud, { whiten: true, epsilon: 1e-9 })
  const { covariance } = moments(apply(cloud).data, 2)
  expect([covariance(0, 0), covariance(0, 1), covariance(1, 1)].map((x) => Math.round(1e4 * x) / 1e4 + 0)).toEqual([
    1, 0, 1,
  ])
})

describe('mistakes', () => {
  test('too many components, none, and other examples', () => {
    expect(() => fitPrincipalComponents(cloud, { components: 3 })).toThrow('components from 1 to 2')
    expect(() => fitPrincipalComponents(cloud, { components: 0 })).toThrow('components from 1 to 2')
    expect(() => fitPrincipalComponents(storedArray('float32', [0, 2], new Float32Array(0)))).toThrow(
      'at least one example',
    )
    expect(() =>
      fitPrincipalComponents(cloud, { components: 1 }).apply(storedArray('float32', [1, 3], new Float32Array(3))),
    ).toThrow('expected examples of shape [2, 1], got [3]')
  })
})
