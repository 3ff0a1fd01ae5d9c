/** The three groups of dims of a reduction, and how its rows fall into blocks. */
import type { DType } from '../../../../array/dtype.js'
import { sizeOf } from '../../../../array/shape.js'
import type { Access, Body, ReduceKernel } from '../../../../engine/kernel.js'
import { type Nest, ordered, simplify } from '../nest.js'

export type Reduction = Omit<ReduceKernel, 'kind' | 'epilogue'>

export const dtypeOfValue = (body: Body, value: number): DType =>
  value < body.operands.length ? body.operands[value].dtype : body.steps[value - body.operands.length].dtype

/** The only thing an epilogue does where it only stores the result: results then go there at once. */
export const plainStore = ({ operands, steps, stores }: Body): Access | undefined =>
  operands.length === 1 && operands[0].kind === 'result' && steps.length === 0 && stores.length === 1
    ? stores[0].access
    : undefined

export interface Groups {
  readonly kept: Nest
  readonly outer: Nest
  /** At least one dim. */
  readonly row: Nest
}

export const part = ({ dims, strides }: Nest, begin: number, end: number): Nest => ({
  dims: dims.slice(begin, end),
  strides: strides.map((list) => list.slice(begin, end)),
})
export const joined = (nests: readonly Nest[]): Nest => ({
  dims: nests.flatMap(({ dims }) => dims),
  strides: nests[0].strides.map((_, p) => nests.flatMap(({ strides }) => strides[p])),
})

const atLeastOne = (nest: Nest): Nest =>
  nest.dims.length > 0 ? nest : { dims: [1], strides: nest.strides.map(() => [0]) }

export const groupsOf = ({ op, dims, kept, outer }: Reduction, nest: Nest): Groups => {
  const keptNest = ordered(part(nest, 0, kept), 4)
  // The order of places decides nothing in a maximum.
  return op === 'max' || op === 'min'
    ? { kept: keptNest, outer: part(nest, 0, 0), row: atLeastOne(ordered(part(nest, kept, dims.length), 4)) }
    : {
        kept: keptNest,
        outer: simplify(part(nest, kept, kept + outer)),
        row: atLeastOne(simplify(part(nest, kept + outer, dims.length))),
      }
}

/** See kernel/reduceHead.ts. */
export interface Blocks {
  readonly blocks: number
  readonly rowsPerBlock: number
  readonly rows: number
  readonly rowLength: number
  readonly chunksPerRow: number
  readonly chunkLength: number
}

/** Elements of a block at most. */
const longest = 4096

export const blocksOf = (op: 'sum' | 'prod' | 'max' | 'min', { kept, outer, row }: Groups): Blocks => {
  const [rows, rowLength] = [sizeOf(outer.dims), sizeOf(row.dims)]
  const whole = { rows, rowLength, chunksPerRow: 1, chunkLength: rowLength }
  // A maximum needs no blocks, but for something to share among threads.
  if ((op === 'max' || op === 'min') && (sizeOf(kept.dims) >= 16 || rows * rowLength < 16 * longest))
    return { ...whole, blocks: 1, rowsPerBlock: rows }
  if (rowLength > longest) {
    const chunksPerRow = Math.ceil(rowLength / longest)
    return { ...whole, blocks: rows * chunksPerRow, rowsPerBlock: 1, chunksPerRow, chunkLength: longest }
  }
  const rowsPerBlock = Math.floor(longest / rowLength)
  return { ...whole, blocks: Math.ceil(rows / rowsPerBlock), rowsPerBlock }
}

const lanes = 8

/**
 * Rows of several dims as rows of the innermost one alone, if that means the same: a row that ends with a whole number of
 * turns of the lanes leaves the next one to begin where it would have.
 */
export const asShortRows = (
  { kept, outer, row }: Groups,
  blocks: Blocks,
): { readonly groups: Groups; readonly blocks: Blocks } | undefined => {
  const last = row.dims.length - 1
  const length = row.dims[last]
  if (length % lanes !== 0) return undefined
  const { rows, rowLength, chunksPerRow } = blocks
  const parts = rowLength / length
  const evenChunks = longest % length === 0 && (rowLength % longest === 0 || rows === 1)
  if (chunksPerRow > 1 && !evenChunks) return undefined
  return {
    groups: { kept, outer: simplify(joined([outer, part(row, 0, last)])), row: part(row, last, last + 1) },
    blocks: {
      blocks: blocks.blocks,
      rowsPerBlock: chunksPerRow > 1 ? longest / length : blocks.rowsPerBlock * parts,
      rows: rows * parts,
      rowLength: length,
      chunksPerRow: 1,
      chunkLength: length,
    },
  }
}
