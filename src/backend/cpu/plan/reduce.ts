/**
 * From a reduction to its launches: one that reduces blocks, one for each level of blocks of blocks, and the epilogue.
 */
import type { DType } from '../../../array/dtype.js'
import { sizeOf, stridesOf } from '../../../array/shape.js'
import type { Access, Body, ReduceKernel } from '../../../engine/kernel.js'
import { identityValue } from '../kernel/accumulate.js'
import { writeArgMax } from '../kernel/argMax.js'
import { writeReduceColumns } from '../kernel/reduceColumns.js'
import { headWords } from '../kernel/reduceHead.js'
import { type ReduceShape, writeReduceRows } from '../kernel/reduceRows.js'
import { nestOf, type PlannedBody, planBody, strideClasses, structureKey } from './body.js'
import { addressOf, type Launch, type Room } from './launch.js'
import { descriptorWords } from './layout.js'
import { planLoop } from './loop.js'
import { type Nest, ordered, simplify } from './nest.js'

const longest = 4096

type Reduction = Omit<ReduceKernel, 'kind' | 'epilogue'>

export const dtypeOfValue = (body: Body, value: number): DType =>
  value < body.operands.length ? body.operands[value]!.dtype : body.steps[value - body.operands.length]!.dtype

/** The only thing an epilogue does where it only stores the result: results then go there at once. */
export const plainStore = ({ operands, steps, stores }: Body): Access | undefined =>
  operands.length === 1 && operands[0]!.kind === 'result' && steps.length === 0 && stores.length === 1
    ? stores[0]!.access
    : undefined

interface Groups {
  readonly kept: Nest
  readonly outer: Nest
  readonly row: Nest
}

const part = ({ dims, strides }: Nest, begin: number, end: number): Nest => ({
  dims: dims.slice(begin, end),
  strides: strides.map((list) => list.slice(begin, end)),
})
const joined = (nests: readonly Nest[]): Nest => ({
  dims: nests.flatMap(({ dims }) => dims),
  strides: nests[0]!.strides.map((_, p) => nests.flatMap(({ strides }) => strides[p]!)),
})

/** A nest of one dim of size 1 where there are none. */
const atLeastOne = (nest: Nest): Nest =>
  nest.dims.length > 0 ? nest : { dims: [1], strides: nest.strides.map(() => [0]) }

const groupsOf = ({ op, dims, kept, outer }: Reduction, nest: Nest): Groups => {
  const keptNest = ordered(part(nest, 0, kept), 4)
  // The order of places decides nothing in a maximum.
  if (op === 'max' || op === 'min')
    return {
      kept: keptNest,
      outer: part(nest, 0, 0),
      row: atLeastOne(ordered(part(nest, kept, dims.length), 4)),
    }
  return {
    kept: keptNest,
    outer: simplify(part(nest, kept, kept + outer)),
    row: atLeastOne(simplify(part(nest, kept + outer, dims.length))),
  }
}

interface Blocks {
  readonly blocks: number
  readonly rowsPerBlock: number
  readonly rows: number
  readonly rowLength: number
  readonly chunksPerRow: number
  readonly chunkLength: number
}

const blocksOf = (op: 'sum' | 'prod' | 'max' | 'min', rows: number, rowLength: number, keptPlaces: number): Blocks => {
  // A maximum needs no blocks, but for something to share among threads.
  if ((op === 'max' || op === 'min') && (keptPlaces >= 16 || rows * rowLength < 16 * longest))
    return { blocks: 1, rowsPerBlock: rows, rows, rowLength, chunksPerRow: 1, chunkLength: rowLength }
  if (rowLength > longest) {
    const chunksPerRow = Math.ceil(rowLength / longest)
    return { blocks: rows * chunksPerRow, rowsPerBlock: 1, rows, rowLength, chunksPerRow, chunkLength: longest }
  }
  const rowsPerBlock = Math.floor(longest / rowLength)
  return {
    blocks: Math.ceil(rows / rowsPerBlock),
    rowsPerBlock,
    rows,
    rowLength,
    chunksPerRow: 1,
    chunkLength: rowLength,
  }
}

const accessCost = (stride: number): number => (stride === 0 ? 0.3 : stride === 4 ? 1 : stride === 8 ? 2 : 5)

/** Rough cost of an element when dim `d` of a group is vectorised. */
const vectorisedCost = ({ dims, strides }: Nest, d: number, pointers: number): number => {
  const size = dims[d]!
  const access = strides.slice(0, pointers).reduce((cost, list) => cost + accessCost(list[d]!), 1)
  return (access * Math.ceil(size / 4)) / size
}

const prefersColumns = ({ kept, outer, row }: Groups, pointers: number): boolean => {
  if (kept.dims.length === 0) return false
  if (row.dims.length > 1) return true
  const last = kept.dims.length - 1
  const columns = vectorisedCost(kept, last, pointers) + 0.4 + 8 / (sizeOf(outer.dims) * row.dims[0]!)
  const rows = vectorisedCost(row, 0, pointers) + 30 / (sizeOf(outer.dims) * row.dims[0]!) + 6 / row.dims[0]!
  return columns < rows
}

const launchOf = (
  name: string,
  shape: ReduceShape,
  columns: boolean,
  head: readonly number[],
  nest: Nest,
  planned: PlannedBody,
  units: number,
  work: number,
): Launch => {
  const { op, dtype, value, kept, outer, row } = shape
  return {
    name,
    source: {
      key: `${columns ? 'columns' : 'rows'} ${op} ${dtype} ${value} ${kept},${outer},${row} ${structureKey(shape.structure, shape.classes)}`,
      write: () => (columns ? writeReduceColumns : writeReduceRows)(shape),
    },
    words: descriptorWords(head, nest, planned),
    units,
    work,
  }
}

/** Launches that write the reduced values of all kept places to `target`. */
const reduceInto = (reduction: Reduction, target: Access, room: Room): Launch[] => {
  const { op, dims, kept, value } = reduction
  const dtype = dtypeOfValue(reduction, value)
  const keptDims = dims.slice(0, kept)
  const padded = (strides: readonly number[]): number[] => [...strides, ...dims.slice(kept).map(() => 0)]
  const work = sizeOf(dims) * (1 + 0.25 * reduction.steps.length)
  const withTarget = ({ buffer, offset, strides }: Access): PlannedBody =>
    planBody(reduction, undefined, [
      { base: addressOf(buffer, offset), strides: padded(strides.map((stride) => 4 * stride)) },
    ])

  let planned = withTarget(target)
  const inputs = planned.pointers.length - 1
  const groups = groupsOf(reduction, nestOf(dims, planned.pointers))
  const columns = op !== 'argMax' && prefersColumns(groups, inputs)
  if (groups.row.dims.length > 1 && !columns) return viaMemory(reduction, target, room)

  if (op === 'argMax') {
    if (groups.outer.dims.length > 0) return viaMemory(reduction, target, room)
    const nest = joined([groups.kept, groups.row])
    const classes = strideClasses(planned, nest, nest.dims.length - 1)
    const shape = {
      dtype,
      value,
      kept: groups.kept.dims.length,
      outer: 0,
      row: 1,
      structure: planned.structure,
      classes,
    }
    return [
      {
        name: op,
        source: {
          key: `argMax ${dtype} ${value} ${shape.kept} ${structureKey(planned.structure, classes)}`,
          write: () => writeArgMax(shape),
        },
        words: descriptorWords([], nest, planned),
        units: sizeOf(groups.kept.dims),
        work,
      },
    ]
  }

  const keptPlaces = sizeOf(keptDims)
  const blocks = blocksOf(op, sizeOf(groups.outer.dims), sizeOf(groups.row.dims), keptPlaces)
  const several = blocks.blocks > 1
  const partial = several ? room.temporary(keptPlaces * blocks.blocks) : undefined
  // Results of blocks: neighbours for rows, a matrix [blocks, kept] for columns.
  const step = columns ? 1 : blocks.blocks
  const partialStrides = stridesOf(keptDims).map((stride) => stride * step)
  const blockStride = columns ? keptPlaces : 1
  if (partial !== undefined) planned = withTarget({ buffer: partial, offset: 0, strides: partialStrides })
  const finalGroups = partial === undefined ? groups : groupsOf(reduction, nestOf(dims, planned.pointers))
  const { kept: keptNest, outer: outerNest, row: rowNest } = finalGroups
  const last = keptNest.dims.length - 1
  const nest = columns
    ? joined([part(keptNest, 0, last), outerNest, rowNest, part(keptNest, last, last + 1)])
    : joined([keptNest, outerNest, rowNest])
  const groupCount = columns ? Math.ceil(keptNest.dims[last]! / 4) : 0
  const head = [
    ...[blocks.blocks, blocks.rowsPerBlock, blocks.rows, blocks.rowLength, blocks.chunksPerRow, blocks.chunkLength],
    ...[4 * blockStride, groupCount],
  ]
  if (head.length !== headWords) throw new Error('the head of a reduction has changed')
  const shape: ReduceShape = {
    op,
    dtype,
    value,
    kept: keptNest.dims.length,
    outer: outerNest.dims.length,
    row: rowNest.dims.length,
    structure: planned.structure,
    classes: strideClasses(planned, nest, nest.dims.length - 1),
  }
  const units = (columns ? groupCount * (keptPlaces / keptNest.dims[last]!) : keptPlaces) * blocks.blocks
  const launch = launchOf(op, shape, columns, head, nest, planned, units, work)
  if (partial === undefined) return [launch]
  const rest: Reduction = {
    op,
    dims: [...keptDims, blocks.blocks],
    kept,
    outer: 0,
    value: 0,
    operands: [
      { kind: 'load', dtype, access: { buffer: partial, offset: 0, strides: [...partialStrides, blockStride] } },
    ],
    steps: [],
    stores: [],
  }
  return [launch, ...reduceInto(rest, target, room)]
}

/** Rows that are no single walk through memory are computed into one first. */
const viaMemory = (reduction: Reduction, target: Access, room: Room): Launch[] => {
  const { dims, kept, op, value, operands, steps, stores } = reduction
  const buffer = room.temporary(sizeOf(dims))
  const access = { buffer, offset: 0, strides: stridesOf(dims) }
  const outer = op === 'argMax' ? 0 : reduction.outer
  return [
    ...planLoop(op, dims, { operands, steps, stores: [...stores, { value, access }] }),
    ...reduceInto(
      {
        op,
        dims,
        kept,
        outer,
        value: 0,
        operands: [{ kind: 'load', dtype: dtypeOfValue(reduction, value), access }],
        steps: [],
        stores: [],
      },
      target,
      room,
    ),
  ]
}

export const planReduce = (kernel: ReduceKernel, room: Room): Launch[] => {
  const { op, dims, kept, epilogue } = kernel
  const keptDims = dims.slice(0, kept)
  const dtype = op === 'argMax' ? 'int32' : dtypeOfValue(kernel, kernel.value)
  if (sizeOf(keptDims) === 0) return []
  if (sizeOf(dims) === 0) {
    const value = op === 'prod' ? identityValue.prod : identityValue.sum
    const nothing: Body = {
      ...epilogue,
      operands: epilogue.operands.map((operand) =>
        operand.kind === 'result' ? { kind: 'constant', dtype, value } : operand,
      ),
    }
    return planLoop(op, keptDims, nothing)
  }
  const direct = plainStore(epilogue)
  if (direct !== undefined) return reduceInto(kernel, direct, room)
  const result = { buffer: room.temporary(sizeOf(keptDims)), offset: 0, strides: stridesOf(keptDims) }
  return [...reduceInto(kernel, result, room), ...planLoop(`${op} epilogue`, keptDims, epilogue, result)]
}
