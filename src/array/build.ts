/** Builders of nodes that the families share. For the rooms of this library; not part of the public API. */
import type { DType } from './dtype.js'
import { fail } from './error.js'
import { interned } from './intern.js'
import { type BinaryOp, Node, noAttributes, nodeOver, type Op, scalarShape, type UnaryOp } from './node.js'
import { broadcastShapes, type Shape, sameShape } from './shape.js'
import { type AnyTensor, nodeOf, type Tensor, tensorOf } from './tensor.js'
import { tuple } from './tuple.js'

/** A node without payload. */
export const build = (
  op: Op,
  dtype: DType,
  shape: Shape,
  attributes: readonly number[],
  first?: AnyTensor,
  second?: AnyTensor,
  third?: AnyTensor,
): AnyTensor => {
  const others = third === undefined ? undefined : tuple(nodeOf(third))
  return tensorOf(
    new Node(op, dtype, shape, attributes, undefined, first && nodeOf(first), second && nodeOf(second), others),
  )
}

/** As {@link build}, of any number of inputs. */
export const buildOver = (
  op: Op,
  dtype: DType,
  shape: Shape,
  inputs: readonly AnyTensor[],
  attributes: readonly number[] = noAttributes,
): AnyTensor => tensorOf(nodeOver(op, dtype, shape, inputs.map(nodeOf), attributes, undefined))

const literalNode = (value: number, dtype: DType): AnyTensor =>
  tensorOf(new Node('literal', dtype, scalarShape, noAttributes, value))
const literalOfEach = (value: number): Readonly<Record<DType, AnyTensor>> => ({
  float32: literalNode(value, 'float32'),
  float64: literalNode(value, 'float64'),
  int32: literalNode(value, 'int32'),
  uint32: literalNode(value, 'uint32'),
  bool: literalNode(value, 'bool'),
})
/** 0 and 1 are part of a program's structure, so one node does for all; every twelfth node of a deep network was one. */
const zeros = /* @__PURE__ */ literalOfEach(0)
const ones = /* @__PURE__ */ literalOfEach(1)

/** A number becomes a literal of the other operand's dtype. */
export const operand = (x: AnyTensor | number | boolean, dtype: DType): AnyTensor => {
  if (typeof x === 'object') return x
  const value = Number(x)
  return value === 1 ? ones[dtype] : Object.is(value, 0) ? zeros[dtype] : literalNode(value, dtype)
}

/**
 * A number that many operations take: one literal for each dtype, and so one number that a plan is given, for all of them.
 */
export const sharedNumber = (value: number): ((like: AnyTensor) => Tensor) => {
  const made = new Map<DType, AnyTensor>()
  return ({ dtype }) => {
    const known = made.get(dtype)
    if (known !== undefined) return known as Tensor
    const node = operand(value, dtype)
    made.set(dtype, node)
    return node as Tensor
  }
}

export const unaryNode = (op: UnaryOp, x: AnyTensor, dtype: DType = x.dtype): AnyTensor =>
  build(op, dtype, x.shape, noAttributes, x)

const commonShape = (op: BinaryOp, a: Shape, b: Shape): Shape => {
  const common = broadcastShapes(op, a, b)
  return common === a || common === b ? common : interned(common)
}

/** Shapes broadcast; dtypes must agree, for a silent promotion is a silent mistake. */
export const binaryNode = (
  op: BinaryOp,
  a: AnyTensor | number | boolean,
  b: AnyTensor | number | boolean,
  dtype?: DType,
): AnyTensor => {
  const common = typeof a === 'object' ? a.dtype : typeof b === 'object' ? b.dtype : 'float32'
  const x = operand(a, common)
  const y = operand(b, common)
  if (x.dtype !== y.dtype)
    fail(op, `operands of one dtype`, `${x.dtype} and ${y.dtype}`, `Write cast(x, '${x.dtype}') on one of them.`)
  const shape = sameShape(x.shape, y.shape) ? x.shape : commonShape(op, x.shape, y.shape)
  return build(op, dtype ?? common, shape, noAttributes, x, y)
}
