/** Orthogonal matrices, uniformly distributed, on the host: QR by Householder reflections in a fixed order of operations. */
import { checkFinite, fail } from '../array/error.js'
import { type Shape, showShape, sizeOf } from '../array/shape.js'
import { tensor } from '../array/tensor.js'
import { hostNormal } from '../random/normal.js'
import type { Initializer } from './initializer.js'

/** Column j of a rows x columns matrix from row `from` on, times column c. */
const dot = (matrix: Float64Array, columns: number, j: number, c: number, from: number, rows: number): number => {
  let total = 0
  for (let i = from; i < rows; i++) total += matrix[i * columns + j] * matrix[i * columns + c]
  return total
}

/**
 * The Q of QR = matrix (rows >= columns), with the signs that make R's diagonal positive: then Q is uniformly
 * distributed where the matrix is normal (Mezzadri, "How to generate random matrices from the classical compact groups",
 * 2007). Golub and Van Loan, "Matrix Computations", algorithms 5.1.1 and 5.2.1.
 */
export const orthonormalColumns = (matrix: Float64Array, rows: number, columns: number): Float64Array => {
  const a = matrix.slice()
  const betas = new Float64Array(columns)
  const signs = new Float64Array(columns)
  for (let j = 0; j < columns; j++) {
    const head = a[j * columns + j]
    const norm = Math.sqrt(dot(a, columns, j, j, j, rows))
    // the reflection that does not cancel; R's diagonal becomes -sign(head) norm
    const sign = head < 0 ? -1 : 1
    signs[j] = -sign
    a[j * columns + j] = head + sign * norm
    const square = dot(a, columns, j, j, j, rows)
    betas[j] = square === 0 ? 0 : 2 / square
    for (let c = j + 1; c < columns; c++) {
      const factor = betas[j] * dot(a, columns, j, c, j, rows)
      for (let i = j; i < rows; i++) a[i * columns + c] -= factor * a[i * columns + j]
    }
  }
  // Q is the product of the reflections, applied to the first columns of the identity
  const q = new Float64Array(rows * columns)
  for (let j = columns - 1; j >= 0; j--) {
    q[j * columns + j] = 1
    for (let c = j; c < columns; c++) {
      let total = 0
      for (let i = j; i < rows; i++) total += a[i * columns + j] * q[i * columns + c]
      const factor = betas[j] * total
      for (let i = j; i < rows; i++) q[i * columns + c] -= factor * a[i * columns + j]
    }
  }
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) q[i * columns + j] *= signs[j]
  return q
}

const transposed = (matrix: Float64Array, rows: number, columns: number): Float64Array =>
  Float64Array.from({ length: matrix.length }, (_, k) => matrix[(k % rows) * columns + Math.floor(k / rows)])

/**
 * Rows (or, where there are more rows than columns, columns) of length `gain` that are orthogonal to each other; the
 * axes after the first are taken as one.
 *
 * Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
 * networks" (2014).
 *
 * @throws PullbackError when the shape has rank below 2
 * @example
 * import { initializer, rng } from 'pullback'
 *
 * const [weight] = initializer.orthogonal()([3, 5], { in: 5, out: 3 })(rng(1))
 * weight.shape // => [3, 5]
 */
export const orthogonal = ({ gain = 1 }: { readonly gain?: number } = {}): Initializer => {
  checkFinite('orthogonal', 'gain', gain)
  return (shape: Shape) => {
    if (shape.length < 2)
      fail('orthogonal', 'a shape of rank 2 or more', showShape(shape), 'Use zeros or normal for vectors.')
    const rows = shape[0]
    const columns = sizeOf(shape.slice(1))
    const tall = rows >= columns
    return (generator) => {
      const [values, next] = hostNormal({ size: rows * columns })(generator)
      const [long, short] = tall ? [rows, columns] : [columns, rows]
      const q = orthonormalColumns(Float64Array.from(values), long, short)
      const matrix = tall ? q : transposed(q, long, short)
      return [tensor(matrix.map((value) => value * gain) as Float64Array, shape, 'float32'), next]
    }
  }
}
