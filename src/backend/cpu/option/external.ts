/** Matrix products by another library: what the library is, and the function of the table that calls it. */
import { externalWords as at } from '../plan/external.js'
import type { Memory } from '../runtime/memory.js'

/** A matrix in a device's memory: row by row where it is not transposed, else column by column. */
export interface ExternalMatrix {
  /** Byte of its first element, a multiple of 4. */
  readonly address: number
  /** Elements from one row to the next; from one column to the next where it is transposed. */
  readonly stride: number
  readonly transposed: boolean
}

/** c = a b: [rows, columns] = [rows, depth] [depth, columns], of float32. */
export interface ExternalProduct {
  readonly rows: number
  readonly columns: number
  readonly depth: number
  readonly a: ExternalMatrix
  readonly b: ExternalMatrix
  /** Never transposed, and apart from a and b; what was there before has no part in the result. */
  readonly c: ExternalMatrix
}

/** Another library's matrix product, for the option `matmul` of `cpu`. */
export interface ExternalMatmul {
  /** What it is and which version: the device's settings tell it, for bits depend on it. */
  readonly name: string
  /**
   * Computes a product in `memory`, and returns when it is there. The memory is a device's own: another one later, when
   * it has grown.
   */
  readonly multiply: (memory: ArrayBufferLike, product: ExternalProduct) => void
}

/** A kernel that lets the library compute a product of plan/external.ts, matrix by matrix. */
export const externalKernel =
  ({ multiply }: ExternalMatmul, memory: Memory) =>
  (descriptor: number): void => {
    const words = memory.words()
    const word = (i: number): number => words[(descriptor >>> 2) + i]
    const [rows, columns, depth] = [word(at.m), word(at.n), word(at.k)]
    const matrix = (
      address: number,
      table: number,
      stride: number,
      transposed: boolean,
      i: number,
    ): ExternalMatrix => ({
      address: (word(address) + words[(word(table) >>> 2) + i]) >>> 0,
      stride: word(stride),
      transposed,
    })
    for (let i = 0; i < word(at.count); i++)
      multiply(memory.wasm.buffer, {
        ...{ rows, columns, depth },
        a: matrix(at.a, at.aBatch, at.aStride, word(at.aTransposed) !== 0, i),
        b: matrix(at.b, at.bBatch, at.bStride, word(at.bTransposed) !== 0, i),
        c: matrix(at.c, at.cBatch, at.cStride, false, i),
      })
  }
