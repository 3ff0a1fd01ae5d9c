/** From a reduction to its launches: one that reduces blocks, one for each level of blocks of blocks, and the epilogue. */
import { sizeOf, stridesOf } from '../../../../array/shape.js'
import type { Access, Body, ReduceKernel } from '../../../../engine/kernel.js'
import { identityValue } from '../../kernel/accumulate.js'
import { nestOf, planBody } from '../body.js'
import { addressOf, type Launch, type Room } from '../launch.js'
import { planLoop } from '../loop.js'
import { asShortRows, blocksOf, dtypeOfValue, groupsOf, plainStore, type Reduction } from './groups.js'
import { argMaxLaunch, blocksLaunch, type Placed, tapsLaunch } from './launches.js'
import { strategyOf } from './strategy.js'

/** The reduction with its results, of the kept places, at `target`. */
const placed = (reduction: Reduction, { buffer, offset, strides }: Access): Placed => {
  const { dims, kept } = reduction
  const still = dims.slice(kept).map(() => 0)
  const planned = planBody(reduction, undefined, [
    { base: addressOf(buffer, offset), strides: [...strides.map((stride) => 4 * stride), ...still] },
  ])
  const groups = groupsOf(reduction, nestOf(dims, planned.pointers))
  return { reduction, dtype: dtypeOfValue(reduction, reduction.value), planned, groups }
}

/** Launches that write the reduced values of all kept places to `target`. */
const reduceInto = (reduction: Reduction, target: Access, room: Room): Launch[] => {
  const { op } = reduction
  const whole = placed(reduction, target)
  const { groups, planned } = whole
  const inputs = planned.pointers.length - 1
  const isSingle = groups.row.dims.length === 1
  if (op === 'argMax') {
    const strategy = strategyOf(op, groups, isSingle && groups.outer.dims.length === 0 ? groups : undefined, inputs)
    if (strategy === 'rows') return [argMaxLaunch(whole)]
    return strategy === 'taps' ? [tapsLaunch(whole)] : viaMemory(reduction, target, room)
  }
  const blocks = blocksOf(op, groups)
  const rows = isSingle ? { groups, blocks } : asShortRows(groups, blocks)
  const strategy = strategyOf(op, groups, rows?.groups, inputs)
  if (strategy === 'memory') return viaMemory(reduction, target, room)
  if (strategy === 'taps') return [tapsLaunch(whole)]
  const columns = strategy === 'columns'
  const chosen = columns ? { groups, blocks } : rows!
  if (chosen.blocks.blocks === 1) return [blocksLaunch({ ...whole, groups: chosen.groups }, chosen.blocks, columns, 0)]
  return inBlocks(reduction, target, chosen.blocks.blocks, columns, room)
}

/** The results of blocks go to memory, and are reduced by the same rule. */
const inBlocks = (reduction: Reduction, target: Access, count: number, columns: boolean, room: Room): Launch[] => {
  const { op, dims, kept, value } = reduction
  const keptDims = dims.slice(0, kept)
  const places = sizeOf(keptDims)
  const buffer = room.temporary(places * count)
  // Neighbours for rows, a matrix [blocks, kept] for columns.
  const [step, blockStride] = columns ? [1, places] : [count, 1]
  const strides = stridesOf(keptDims).map((stride) => stride * step)
  const parts = placed(reduction, { buffer, offset: 0, strides })
  const blocks = blocksOf(op as 'sum', parts.groups)
  const chosen =
    columns || parts.groups.row.dims.length === 1
      ? { groups: parts.groups, blocks }
      : asShortRows(parts.groups, blocks)!
  const rest: Reduction = {
    op,
    dims: [...keptDims, count],
    kept,
    outer: 0,
    value: 0,
    operands: [
      {
        kind: 'load',
        dtype: dtypeOfValue(reduction, value),
        access: { buffer, offset: 0, strides: [...strides, blockStride] },
      },
    ],
    steps: [],
    stores: [],
  }
  return [
    blocksLaunch({ ...parts, groups: chosen.groups }, chosen.blocks, columns, blockStride),
    ...reduceInto(rest, target, room),
  ]
}

/** Rows that are no single walk through memory are computed into one first. */
const viaMemory = (reduction: Reduction, target: Access, room: Room): Launch[] => {
  const { dims, kept, op, value, operands, steps, stores } = reduction
  const buffer = room.temporary(sizeOf(dims))
  const access = { buffer, offset: 0, strides: stridesOf(dims) }
  const inMemory: Reduction = {
    op,
    dims,
    kept,
    outer: op === 'argMax' ? 0 : reduction.outer,
    value: 0,
    operands: [{ kind: 'load', dtype: dtypeOfValue(reduction, value), access }],
    steps: [],
    stores: [],
  }
  return [
    ...planLoop(op, dims, { operands, steps, stores: [...stores, { value, access }] }),
    ...reduceInto(inMemory, target, room),
  ]
}

/** The epilogue with a number in the place of results. */
export const withResult = (epilogue: Body, dtype: 'float32' | 'int32' | 'uint32', value: number): Body => ({
  ...epilogue,
  operands: epilogue.operands.map((operand) =>
    operand.kind === 'result' ? { kind: 'constant', dtype, value } : operand,
  ),
})

export const planReduce = (kernel: ReduceKernel, room: Room): Launch[] => {
  const { op, dims, kept, epilogue } = kernel
  const keptDims = dims.slice(0, kept)
  if (sizeOf(keptDims) === 0) return []
  if (sizeOf(dims) === 0) {
    const dtype = dtypeOfValue(kernel, kernel.value) as 'float32' | 'int32' | 'uint32'
    return planLoop(op, keptDims, withResult(epilogue, dtype, op === 'prod' ? identityValue.prod : identityValue.sum))
  }
  const direct = plainStore(epilogue)
  if (direct !== undefined) return reduceInto(kernel, direct, room)
  const result = { buffer: room.temporary(sizeOf(keptDims)), offset: 0, strides: stridesOf(keptDims) }
  return [...reduceInto(kernel, result, room), ...planLoop(`${op} epilogue`, keptDims, epilogue, result)]
}
