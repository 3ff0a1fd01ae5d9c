/** Tables of offsets: how a matrix product finds its operands, wherever they lie. */
import { sizeOf } from '../../../array/shape.js'
import { everySecond, groupBytes, scattered } from '../kernel/matmul/pack.js'

/** A run of dims with the strides, in elements, of one operand. */
export interface Axis {
  readonly dims: readonly number[]
  readonly strides: readonly number[]
}

export const axisSize = ({ dims }: Axis): number => sizeOf(dims)

/** Byte offset of every place of the axis in row-major order, the last one repeated up to a multiple of `padding`. */
export const offsetsOf = (axis: Axis, padding: number): Int32Array => {
  const size = axisSize(axis)
  const offsets = new Int32Array(Math.ceil(size / padding) * padding)
  let filled = 1
  for (let d = axis.dims.length - 1; d >= 0; d--) {
    const step = 4 * axis.strides[d]
    for (let i = 1; i < axis.dims[d]; i++)
      for (let j = 0; j < filled; j++) offsets[i * filled + j] = offsets[j] + i * step
    filled *= axis.dims[d]
  }
  return offsets.fill(offsets[size - 1] ?? 0, size)
}

/** The distance, in elements, from each place to the next, if it is the same for all. */
export const uniformStride = ({ dims, strides }: Axis): number | undefined => {
  let step: number | undefined
  let size = 1
  for (let d = dims.length - 1; d >= 0; d--) {
    if (dims[d] === 1) continue
    step ??= strides[d]
    if (strides[d] !== step * size) return undefined
    size *= dims[d]
  }
  return step ?? 0
}

/** How many places from `from` on, but before `to`, are `step` bytes apart. */
const run = (offsets: Int32Array, from: number, to: number, step: number): number => {
  let at = from + 1
  while (at < to && offsets[at] - offsets[at - 1] === step) at++
  return at - from
}

/** The table of groups of an axis of `size` places: see kernel/matmul/pack.ts. Places beyond the last do not matter. */
export const groupsOf = (offsets: Int32Array, size: number): Int32Array => {
  const table = new Int32Array(Math.ceil(size / 4) * (groupBytes / 4))
  let entry = 0
  for (let from = 0; from < size; from += 4, entry += groupBytes / 4) {
    const to = Math.min(from + 4, size)
    const first = offsets[from]
    const leading = run(offsets, from, to, 4)
    const rest = from + leading
    table[entry] = first
    table[entry + 1] = first
    if (rest === to) table[entry + 2] = 4
    else if (run(offsets, rest, to, 4) === to - rest) {
      table[entry + 1] = offsets[rest] - 4 * leading
      table[entry + 2] = leading
    } else table[entry + 2] = run(offsets, from, to, 8) === to - from ? everySecond : scattered
  }
  return table
}

/** Groups that are looked at to judge a table. */
const judged = 256

/** Mean cost of reading a group. */
export const groupCost = (table: Int32Array): number => {
  const words = groupBytes / 4
  const groups = table.length / words
  const step = Math.ceil(groups / judged)
  let cost = 0
  let count = 0
  for (let group = 0; group < groups; group += step, count++) {
    const kind = table[group * words + 2]
    cost += kind === 4 ? 1 : kind === scattered ? 8 : kind === everySecond ? 2.5 : 2
  }
  return cost / count
}
