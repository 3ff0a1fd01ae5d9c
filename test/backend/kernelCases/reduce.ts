/** Reductions that every device's kernels are tried on. */
import { sizeOf, stridesOf } from '../../../src/array/shape.js'

/** Sizes of kept, outer and row dims, and how the operand lies. */
export interface ReductionCase {
  readonly name: string
  readonly kept: readonly number[]
  readonly outer: readonly number[]
  readonly row: readonly number[]
  /** Strides for [...kept, ...outer, ...row]. */
  readonly strides: readonly number[]
}
export const contiguous = (
  name: string,
  kept: readonly number[],
  outer: readonly number[],
  row: readonly number[],
): ReductionCase => ({
  name,
  kept,
  outer,
  row,
  strides: stridesOf([...kept, ...outer, ...row]),
})
/** Rows first in memory: kept places are neighbours. */
export const columns = (name: string, kept: readonly number[], row: readonly number[]): ReductionCase => ({
  name,
  kept,
  outer: [],
  row,
  strides: [...stridesOf(kept), ...stridesOf(row).map((s) => s * sizeOf(kept))],
})

export const reductions: readonly ReductionCase[] = [
  contiguous('one element', [], [], [1]),
  contiguous('a short row', [], [], [13]),
  contiguous('a row', [], [], [4096]),
  contiguous('more than a block', [], [], [4097]),
  contiguous('many elements', [], [], [40001]),
  contiguous('rows', [7], [], [10]),
  contiguous('longer rows', [3, 5], [], [259]),
  contiguous('rows of many chunks', [3], [], [9000]),
  contiguous('no row at all', [6], [], [1]),
  contiguous('outer rows', [2], [3], [5]),
  contiguous('outer rows in blocks', [2], [70], [129]),
  contiguous('outer rows in whole vectors', [2], [70], [128]),
  contiguous('outer rows of chunks', [2], [3], [4100]),
  { name: 'batch normalisation', kept: [3], outer: [5], row: [36], strides: [36, 108, 1] },
  { name: 'batch normalisation in blocks', kept: [3], outer: [40], row: [256], strides: [256, 768, 1] },
  { name: 'two outer dims', kept: [2], outer: [3, 4], row: [30], strides: [30, 240, 60, 1] },
  columns('columns', [9], [11]),
  columns('columns in blocks', [6], [5000]),
  columns('columns of many blocks', [5], [20001]),
  columns('many columns', [37], [300]),
  columns('two kept dims', [3, 7], [12]),
  { name: 'kept outside and inside', kept: [3, 10], outer: [], row: [6], strides: [60, 1, 10] },
  { name: 'outer columns', kept: [5], outer: [6], row: [9], strides: [1, 50, 5] },
  { name: 'windows', kept: [2, 5, 5], outer: [], row: [2, 2], strides: [100, 20, 2, 10, 1] },
  { name: 'overlapping windows', kept: [2, 6, 7], outer: [], row: [3, 3], strides: [80, 9, 1, 9, 1] },
  { name: 'flipped rows', kept: [4], outer: [], row: [21], strides: [21, -1] },
  { name: 'flipped rows in whole vectors', kept: [4], outer: [], row: [20], strides: [20, -1] },
  { name: 'rows with gaps', kept: [4], outer: [], row: [21], strides: [64, 3] },
  { name: 'a row that is no single walk', kept: [], outer: [], row: [5, 6], strides: [8, 1] },
  { name: 'rows that are no single walk', kept: [3], outer: [2], row: [7, 600], strides: [1, 20000, 601, 1] },
  { name: 'padded rows', kept: [3], outer: [5], row: [4, 16], strides: [100, 400, 20, 1] },
  { name: 'padded rows in blocks', kept: [2], outer: [9], row: [32, 32], strides: [1200, 2400, 34, 1] },
  { name: 'one long padded row', kept: [], outer: [], row: [80, 64], strides: [70, 1] },
  { name: 'long padded rows', kept: [2], outer: [2], row: [64, 128], strides: [9000, 18000, 130, 1] },
  { name: 'a broadcast operand', kept: [3], outer: [], row: [10], strides: [1, 0] },
  { name: 'a broadcast operand in whole vectors', kept: [3], outer: [], row: [12], strides: [1, 0] },
]
