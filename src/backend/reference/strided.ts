/** Functions that only move elements, and say where from by numbers alone: each is its input, read at other strides. */
import type { HostArray } from '../../array/dtype.js'
import { type Shape, stridesOf } from '../../array/shape.js'
import type { Instruction, InstructionOp } from '../../engine/program.js'
import { broadcastStrides, dot, places, readAt, type View } from './view.js'

/** Element (i0, i1, ...) lies at offset + i0 strides[0] + i1 strides[1] + ..., counted in elements. */
export interface StridedView {
  readonly offset: number
  readonly strides: readonly number[]
}

type Move = Pick<Instruction, 'op' | 'shape' | 'attributes'>

const inOrder = ({ shape }: Move): StridedView => ({ offset: 0, strides: stridesOf(shape) })

const views: Partial<Record<InstructionOp, (move: Move, from: Shape) => StridedView>> = {
  reshape: inOrder,
  barrier: inOrder,
  broadcast: ({ shape }, from) => ({ offset: 0, strides: broadcastStrides(from, shape) }),
  permute: ({ attributes }, from) => {
    const strides = stridesOf(from)
    return { offset: 0, strides: attributes.map((axis) => strides[axis]) }
  },
  slice: ({ shape, attributes }, from) => {
    const strides = stridesOf(from)
    const steps = strides.map((stride, axis) => stride * attributes[shape.length + axis])
    return { offset: dot(attributes.slice(0, shape.length), strides), strides: steps }
  },
  flip: ({ attributes }, from) => {
    const strides = stridesOf(from)
    const last = attributes.reduce((at, axis) => at + (from[axis] - 1) * strides[axis], 0)
    return { offset: last, strides: strides.map((stride, axis) => (attributes.includes(axis) ? -stride : stride)) }
  },
  window: ({ attributes }, from) => {
    const n = attributes.length / 3
    const strides = stridesOf(from)
    const [lead, spatial] = [strides.slice(0, from.length - n), strides.slice(from.length - n)]
    const within = spatial.map((stride, i) => stride * attributes[2 * n + i])
    const between = spatial.map((stride, i) => stride * attributes[n + i])
    return { offset: 0, strides: [...lead, ...within, ...between] }
  },
}

/**
 * Where reshape, barrier, broadcast, permute, slice, flip and window read an array of shape `from` that lies in row-major
 * order; undefined for other primitives. Some of those write at such places: pad where a slice of its result would read,
 * overlapAdd where a window would. A dynamicSlice is a slice once its starts are known.
 *
 * @example
 * import { stridedView } from 'pullback/reference'
 *
 * stridedView({ op: 'permute', shape: [3, 2], attributes: [1, 0] }, [2, 3]) // => { offset: 0, strides: [1, 3] }
 * stridedView({ op: 'flip', shape: [4], attributes: [0] }, [4]) // => { offset: 3, strides: [-1] }
 * stridedView({ op: 'broadcast', shape: [2, 4], attributes: [] }, [4]) // => { offset: 0, strides: [0, 1] }
 */
export const stridedView = (move: Move, from: Shape): StridedView | undefined => views[move.op]?.(move, from)

/** Where those of them lie, for every place of the result in row-major order. */
export const placesOf = (move: Move, from: Shape): Int32Array => {
  const { offset, strides } = stridedView(move, from)!
  return places(move.shape, strides, offset)
}

export const read = (move: Move, x: View): HostArray => readAt(x.data, x.dtype, placesOf(move, x.shape))
