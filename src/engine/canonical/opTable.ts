/** Which number stands for an op in the code of a graph, and what of a node the code must say. */
import { dtypes } from '../../array/dtype.js'
import type { Op } from '../../array/node.js'

/** What inputs and attributes leave open: nothing, the dtype, the shape, or both. */
export const open = { nothing: 0, dtype: 1, shape: 2, both: 3 } as const

const opTable: readonly (readonly [op: Op, open: number])[] = [
  ...(['literal', 'cast', 'bitcast'] as const).map((op) => [op, open.dtype] as const),
  ...(['data', 'argument', 'iota'] as const).map((op) => [op, open.both] as const),
  ...(['reshape', 'broadcast', 'slice', 'dynamicSlice', 'overlapAdd', 'scatterAdd'] as const).map(
    (op) => [op, open.shape] as const,
  ),
  ...(
    [
      ...(['neg', 'abs', 'sign', 'exp', 'log', 'log1p', 'sin', 'cos', 'tanh', 'erf', 'sqrt', 'floor'] as const),
      ...(['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'mod', 'less', 'equal'] as const),
      ...(['and', 'or', 'xor', 'shiftLeft', 'shiftRight', 'select'] as const),
      ...(['sum', 'prod', 'max', 'min', 'argMax'] as const),
      ...(['permute', 'pad', 'flip', 'concat', 'alias', 'barrier', 'matmul', 'window', 'gather'] as const),
      ...(['argSort', 'cumulativeSum', 'scan', 'project'] as const),
    ] as const
  ).map((op) => [op, open.nothing] as const),
]
export const opNumber = new Map(opTable.map(([op], i) => [op, i]))
export const opens = Uint8Array.from(opTable, ([, what]) => what)
export const dtypeNumber = new Map(dtypes.map((dtype, i) => [dtype, i]))

/** Whether the code of an op says its shape. */
export const writesShape = (op: Op): boolean => (opens[opNumber.get(op)!] & open.shape) !== 0
