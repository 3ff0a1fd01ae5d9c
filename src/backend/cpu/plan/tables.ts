/** Tables of offsets: how a matrix product finds its operands, wherever they lie. */
import { sizeOf } from '../../../array/shape.js'
import { groupBytes } from '../kernel/matmul/pack.js'
import { writeGroups, writeOffsets } from '../kernel/offsets.js'
import type { KernelSource, Room, Word } from './launch.js'

/** A run of dims with the strides, in elements, of one operand. */
export interface Axis {
  readonly dims: readonly number[]
  readonly strides: readonly number[]
}

export const axisSize = ({ dims }: Axis): number => sizeOf(dims)

/** Without dims of size 1, and with neighbours joined that are one walk through memory. */
export const joinedAxis = ({ dims, strides }: Axis): Axis => {
  const [sizes, steps]: [number[], number[]] = [[], []]
  for (let d = 0; d < dims.length; d++) {
    if (dims[d] === 1) continue
    const last = sizes.length - 1
    if (last >= 0 && steps[last] === strides[d] * dims[d]) {
      sizes[last] *= dims[d]
      steps[last] = strides[d]
    } else {
      sizes.push(dims[d])
      steps.push(strides[d])
    }
  }
  return { dims: sizes, strides: steps }
}

/** The distance, in elements, from each place to the next, if it is the same for all. */
export const uniformStride = (axis: Axis): number | undefined => {
  const { dims, strides } = joinedAxis(axis)
  return dims.length > 1 ? undefined : (strides[0] ?? 0)
}

const keyOf = ({ dims, strides }: Axis): string => `${dims.join()}:${strides.join()}`

const offsetsSource: KernelSource = { key: 'offsets', write: () => writeOffsets }
const groupsSource: KernelSource = { key: 'groups', write: () => writeGroups }

/** Byte offset of every place of the axis in row-major order, the last one repeated up to a multiple of `padding`. */
export const offsetsOf = (axis: Axis, padding: number, room: Room): Word => {
  const { dims, strides } = joinedAxis(axis)
  const size = Math.ceil(sizeOf(dims) / padding) * padding
  return room.table(`offsets ${size} ${keyOf({ dims, strides })}`, () => {
    const words = [4 * size, dims.length]
    for (let d = dims.length - 1; d >= 0; d--) words.push(dims[d], 4 * strides[d])
    return { size, source: offsetsSource, words }
  })
}

/** The table of groups of an axis, whose offsets are given: see kernel/matmul/pack.ts. */
export const groupsOf = (axis: Axis, offsets: Word, room: Room): Word => {
  const size = axisSize(axis)
  return room.table(`groups ${keyOf(joinedAxis(axis))}`, () => ({
    size: Math.ceil(size / 4) * (groupBytes / 4),
    source: groupsSource,
    words: [offsets, size],
  }))
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))

/** Mean cost of reading a group: of neighbours, of neighbours in two rows, of every second place, of scattered places. */
export const groupCost = (axis: Axis): number => {
  const { dims, strides } = joinedAxis(axis)
  const last = dims.length - 1
  if (last < 0) return 1
  const [row, step] = [dims[last], strides[last]]
  if (axisSize(axis) === 2 && step !== 1) return 2
  /** The part of the groups that do not lie in one row. */
  const broken = last === 0 ? 0 : (4 - divisor(row, 4)) / row
  if (step === 1) return 1 + broken
  return step === 2 ? 2.5 + 5.5 * broken : 8
}

/** Whether every whole run of `count` places, from the first one on, is one of neighbours. */
export const isInRuns = (axis: Axis, count: number): boolean => {
  const { dims, strides } = joinedAxis(axis)
  const last = dims.length - 1
  return last >= 0 && strides[last] === 1 && (last === 0 || dims[last] % count === 0)
}
