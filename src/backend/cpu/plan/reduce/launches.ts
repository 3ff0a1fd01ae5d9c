/** Launches of the ways to reduce. */
import type { DType } from '../../../../array/dtype.js'
import { sizeOf } from '../../../../array/shape.js'
import { writeArgMax } from '../../kernel/argMax.js'
import { isPhased } from '../../kernel/phases.js'
import { writeReduceColumns } from '../../kernel/reduceColumns.js'
import { type ReduceShape, writeReduceRows } from '../../kernel/reduceRows.js'
import { tapWords, writeReduceTaps } from '../../kernel/reduceTaps.js'
import { type PlannedBody, type StrideClass, strideClasses, structureKey, workOf } from '../body.js'
import type { Launch } from '../launch.js'
import { descriptorWords } from '../layout.js'
import { type Blocks, type Groups, joined, part, type Reduction } from './groups.js'

/** A reduction whose places of memory are known: the last pointer is where results go. */
export interface Placed {
  readonly reduction: Reduction
  readonly dtype: DType
  readonly planned: PlannedBody
  readonly groups: Groups
}

export const argMaxLaunch = ({ reduction, dtype, planned, groups }: Placed): Launch => {
  const { op, value } = reduction
  const { structure } = planned
  const nest = joined([groups.kept, groups.row])
  const kept = groups.kept.dims.length
  const classes = strideClasses(planned, nest, kept)
  return {
    name: op,
    source: {
      key: `argMax ${dtype} ${value} ${kept} ${structureKey(structure, classes)}`,
      write: () => writeArgMax({ dtype, value, kept, outer: 0, row: 1, structure, classes }),
    },
    words: descriptorWords([], nest, planned),
    units: sizeOf(groups.kept.dims),
    work: workOf(reduction, 1.5 * sizeOf(reduction.dims)),
  }
}

/** [lane, distance of each pointer] for every reduced place. */
const tapTable = ({ outer, row }: Groups, pointers: number): Int32Array => {
  const { dims, strides } = joined([outer, row])
  const rowLength = sizeOf(row.dims)
  const size = tapWords(pointers)
  const table = new Int32Array(sizeOf(dims) * size)
  for (let tap = 0; tap * size < table.length; tap++) {
    table[tap * size] = 16 * ((tap % rowLength) % 8)
    let rest = tap
    for (let d = dims.length - 1; d >= 0; d--) {
      const place = rest % dims[d]
      rest = Math.floor(rest / dims[d])
      for (let p = 0; p < pointers; p++) table[tap * size + 1 + p] += place * strides[p][d]
    }
  }
  return table
}

export const tapsLaunch = ({ reduction, dtype, planned, groups }: Placed): Launch => {
  const { op, value } = reduction
  const { structure, pointers } = planned
  const { dims } = groups.kept
  const kept = dims.length
  const classes = strideClasses(planned, groups.kept, kept - 1)
  const values = tapTable(groups, pointers.length)
  return {
    name: op,
    source: {
      key: `taps ${op} ${dtype} ${value} ${kept} ${structureKey(structure, classes)}`,
      write: () => writeReduceTaps({ op, dtype, value, kept, structure, classes }),
    },
    words: descriptorWords([{ kind: 'table', values }, 4 * values.length], groups.kept, planned),
    units: sizeOf(dims) / dims[kept - 1],
    work: workOf(reduction, 1.5 * sizeOf(reduction.dims)),
  }
}

const widest = 4
/** Longer bodies would need more registers than there are. */
const longestWideBody = 6

/** Vectors side by side, so that whole lines of memory are read. */
const widthOf = ({ structure }: PlannedBody, classes: readonly StrideClass[], size: number): number =>
  size >= 8 &&
  structure.stores.length === 0 &&
  structure.steps.length <= longestWideBody &&
  classes.slice(0, -1).every((c) => c === 0 || c === 1)
    ? widest
    : 1

export const blocksLaunch = (
  { reduction, dtype, planned, groups }: Placed,
  blocks: Blocks,
  columns: boolean,
  /** Elements from the result of one block to that of the next. */
  blockStride: number,
): Launch => {
  const { value } = reduction
  const op = reduction.op as ReduceShape['op']
  const { structure } = planned
  const { kept, outer, row } = groups
  const last = kept.dims.length - 1
  const nest = columns
    ? joined([part(kept, 0, last), outer, row, part(kept, last, last + 1)])
    : joined([kept, outer, row])
  const classes = strideClasses(planned, nest, nest.dims.length - 1)
  const width = columns ? widthOf(planned, classes, kept.dims[last]) : 0
  const keptUnits = columns ? Math.ceil(kept.dims[last] / (4 * width)) : 0
  const head = [
    ...[blocks.blocks, blocks.rowsPerBlock, blocks.rows, blocks.rowLength, blocks.chunksPerRow, blocks.chunkLength],
    ...[4 * blockStride, keptUnits],
  ]
  const counts = [kept.dims.length, outer.dims.length, row.dims.length] as const
  const shape = { op, dtype, value, kept: counts[0], outer: counts[1], row: counts[2], structure, classes }
  const places = sizeOf(kept.dims)
  const phased = !columns && isPhased(structure, classes.slice(0, -1), blocks.chunkLength)
  return {
    name: op,
    source: {
      key: `${columns ? `columns ${width}` : phased ? 'phased rows' : 'rows'} ${op} ${dtype} ${value} ${counts} ${structureKey(structure, classes)}`,
      write: () => (columns ? writeReduceColumns(shape, width) : writeReduceRows(shape, phased)),
    },
    words: descriptorWords(head, nest, planned),
    units: (columns ? keptUnits * (places / kept.dims[last]) : places) * blocks.blocks,
    work: workOf(reduction, 1.5 * sizeOf(reduction.dims)),
  }
}
