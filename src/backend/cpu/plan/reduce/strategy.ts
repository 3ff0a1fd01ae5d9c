/** Which dim of a reduction is vectorised. */

import type { ReduceOp } from '../../../../array/node.js'
import { sizeOf } from '../../../../array/shape.js'
import type { Nest } from '../nest.js'
import type { Groups } from './groups.js'

/**
 * rows: along the rows. columns: across kept places. taps: the same for few elements. memory: the values go through
 * memory first, for rows that are no single walk.
 */
export type Strategy = 'rows' | 'columns' | 'taps' | 'memory'

const mostTaps = 64
/** argMax has no other way across kept places. */
const mostTapsOfArgMax = 16384

const accessCost = (stride: number): number => (stride === 0 ? 0.3 : stride === 4 ? 1 : stride === 8 ? 2 : 5)

/** Rough cost of an element when dim `d` of a nest is vectorised, in vectors. */
const vectorisedCost = ({ dims, strides }: Nest, d: number, pointers: number): number => {
  const size = dims[d]
  const access = strides.slice(0, pointers).reduce((cost, list) => cost + accessCost(list[d]), 1)
  return (access * Math.ceil(size / 4)) / size
}

/** `rows` are the groups as rows of one dim, if there is such a form; `pointers` counts those that are not the target. */
export const strategyOf = (op: ReduceOp, groups: Groups, rows: Groups | undefined, pointers: number): Strategy => {
  const { kept, outer, row } = groups
  const elements = sizeOf(outer.dims) * sizeOf(row.dims)
  const across =
    elements <= (op === 'argMax' ? mostTapsOfArgMax : mostTaps) ? 'taps' : op === 'argMax' ? 'memory' : 'columns'
  const last = kept.dims.length - 1
  if (last < 0) return rows === undefined ? 'memory' : 'rows'
  if (rows === undefined) return across
  const length = rows.row.dims[0]
  const columnCost = vectorisedCost(kept, last, pointers) + 0.4 + 8 / elements
  const rowCost = vectorisedCost(rows.row, 0, pointers) + 30 / elements + 6 / length
  return columnCost < rowCost && across !== 'memory' ? across : 'rows'
}
