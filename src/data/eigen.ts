/**
 * Eigenvalues of a real symmetric matrix by cyclic Jacobi rotations: exact arithmetic and square roots alone, so the same
 * bits everywhere.
 *
 * Source: Golub and Van Loan, "Matrix Computations", section 8.5.
 */

/** Largest eigenvalue first; vector i is row i of `vectors`, of length 1, its largest element (by size) positive. */
export interface Eigen {
  readonly values: Float64Array
  readonly vectors: Float64Array
}

const sweeps = 60

/** Turns rows p and q of a row-major matrix. */
const turnRows = (m: Float64Array, n: number, p: number, q: number, c: number, s: number): void => {
  for (let k = 0; k < n; k++) {
    const x = m[p * n + k]
    const y = m[q * n + k]
    m[p * n + k] = c * x - s * y
    m[q * n + k] = s * x + c * y
  }
}

const turnColumns = (m: Float64Array, n: number, p: number, q: number, c: number, s: number): void => {
  for (let k = 0; k < n; k++) {
    const x = m[k * n + p]
    const y = m[k * n + q]
    m[k * n + p] = c * x - s * y
    m[k * n + q] = s * x + c * y
  }
}

/** The eigenvalues and vectors of the symmetric n by n matrix, row-major. */
export const symmetricEigen = (matrix: Float64Array, n: number): Eigen => {
  const a = matrix.slice()
  const v = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0))
  let scale = 0
  for (const x of a) scale = Math.max(scale, Math.abs(x))
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let rotated = false
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) {
        const off = a[p * n + q]
        if (Math.abs(off) <= 1e-16 * scale) continue
        rotated = true
        const theta = (a[q * n + q] - a[p * n + p]) / (2 * off)
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        turnRows(a, n, p, q, c, t * c)
        turnColumns(a, n, p, q, c, t * c)
        turnRows(v, n, p, q, c, t * c)
      }
    if (!rotated) break
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i] || i - j)
  const vectors = new Float64Array(n * n)
  order.forEach((from, to) => {
    const row = v.subarray(from * n, from * n + n)
    const largest = row.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0)
    vectors.set(largest < 0 ? row.map((x) => -x) : row, to * n)
  })
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors }
}
