/** Builders of nodes that the families share. For the rooms of this library; not part of the public API. */
import type { DType } from './dtype.js'
import { fail } from './error.js'
import { type BinaryOp, Node, noAttributes, noInputs, type Op, scalarShape, type UnaryOp } from './node.js'
import { broadcastShapes, type Shape, sameShape } from './shape.js'
import { type AnyTensor, tensorOf } from './tensor.js'

/**
 * The inputs of a node. Not a list that is written out where it is needed: of the many that come from one place most live
 * through a collection, so V8 would make them in the space of old objects, where they keep dead graphs alive until the
 * next full collection. It does not do so with rest parameters.
 */
export const inputsOf = (...inputs: readonly AnyTensor[]): readonly AnyTensor[] => inputs

export const build = (
  op: Op,
  dtype: DType,
  shape: Shape,
  inputs: readonly AnyTensor[],
  attributes: readonly number[] = noAttributes,
): AnyTensor =>
  tensorOf(new Node(op, dtype, shape, inputs as readonly unknown[] as readonly Node[], attributes, undefined))

/** A number becomes a literal of the other operand's dtype. */
export const operand = (x: AnyTensor | number | boolean, dtype: DType): AnyTensor =>
  typeof x === 'object' ? x : tensorOf(new Node('literal', dtype, scalarShape, noInputs, noAttributes, Number(x)))

export const unaryNode = (op: UnaryOp, x: AnyTensor, dtype: DType = x.dtype): AnyTensor =>
  build(op, dtype, x.shape, inputsOf(x))

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
  const shape = sameShape(x.shape, y.shape) ? x.shape : broadcastShapes(op, x.shape, y.shape)
  return build(op, dtype ?? common, shape, inputsOf(x, y))
}
