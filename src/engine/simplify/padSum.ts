/**
 * The sum of arrays that are 0 but in parts of their own, which is what slices that are used apart give backwards: the
 * parts behind one another. An element + 0 stays in every part, for it turns -0 into 0 as the sums do.
 */
import { isFloat } from '../../array/dtype.js'
import { sameShape } from '../../array/shape.js'
import type { Instruction } from '../program.js'
import type { Rewriter } from './rewriter.js'

const plusZero = (rewriter: Rewriter, id: number): number => {
  const it = rewriter.instruction(id)
  if (!isFloat(it.dtype) || (it.op === 'add' && Object.is(rewriter.constantOf(it.inputs[1]), 0))) return id
  const constant = { op: 'constant', dtype: it.dtype, shape: [], inputs: [], attributes: [0], body: undefined } as const
  const zero = rewriter.emit(constant)
  return rewriter.emit({ ...constant, op: 'add', shape: it.shape, inputs: [id, zero], attributes: [] })
}

const partsOf = (rewriter: Rewriter, id: number, axis: number): readonly number[] => {
  const it = rewriter.instruction(id)
  const parts = it.op === 'concat' && it.attributes[0] === axis ? it.inputs : [id]
  return parts.map((part) => plusZero(rewriter, part))
}

/** The only axis along which two paddings of one shape differ, or undefined. */
const axisBetween = (a: Instruction, b: Instruction): number | undefined => {
  const axes = a.shape.map((_, axis) => axis)
  const differ = axes.filter((axis) =>
    [2 * axis, 2 * axis + 1].some((side) => a.attributes[side] !== b.attributes[side]),
  )
  return differ.length === 1 ? differ[0] : undefined
}

export const padSum = (rewriter: Rewriter, it: Instruction): number | undefined => {
  const x = rewriter.instruction(it.inputs[0])
  const y = rewriter.instruction(it.inputs[1])
  const isPad = ({ op, inputs }: Instruction): boolean => op === 'pad' && Object.is(rewriter.constantOf(inputs[1]), 0)
  if (!isPad(x) || !isPad(y) || !sameShape(x.shape, y.shape)) return undefined
  const axis = axisBetween(x, y)
  if (axis === undefined) return undefined
  const sizeOf = (pad: Instruction): number => rewriter.instruction(pad.inputs[0]).shape[axis]
  const isBefore = (a: Instruction, b: Instruction): boolean =>
    a.attributes[2 * axis] + sizeOf(a) === b.attributes[2 * axis]
  const ordered = isBefore(x, y) ? ([x, y] as const) : isBefore(y, x) ? ([y, x] as const) : undefined
  if (ordered === undefined) return undefined
  const [first, last] = ordered
  const shape = rewriter.instruction(first.inputs[0]).shape.map((size, i) => (i === axis ? size + sizeOf(last) : size))
  const inputs = ordered.flatMap((pad) => partsOf(rewriter, pad.inputs[0], axis))
  const joined = rewriter.emit({ op: 'concat', dtype: it.dtype, shape, inputs, attributes: [axis], body: undefined })
  const attributes = first.attributes.map((n, side) => (side === 2 * axis + 1 ? last.attributes[side] : n))
  if (attributes.every((n) => n === 0)) return joined
  return rewriter.emit({ ...first, inputs: [joined, first.inputs[1]], attributes })
}
