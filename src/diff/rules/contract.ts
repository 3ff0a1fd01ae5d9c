/**
 * Derivatives of the matrix product Y = A B: A' = C Bᵀ and B' = Aᵀ C.
 *
 * An operand that was broadcast along leading axes gets a sum over them. That sum is folded into the contraction: the
 * gradient of a weight shared by a batch is one product over (batch x rows), not a batch of products and their sum. For
 * a convolution, a product of the filter with windows, the filter's gradient is one product over (image x place).
 */
import type { Shape } from '../../array/shape.js'
import type { AnyTensor } from '../../array/tensor.js'
import { asTensor, matmul, permute, reshape, transpose } from '../../array/untyped.js'
import type { Rule } from './rule.js'

const padded = (shape: Shape, rank: number): Shape => [...new Array<number>(rank - shape.length).fill(1), ...shape]

/** left right, summed over the leading axes of the common batch shape that `shape` lacks or has as size 1. */
export const matmulInto = (left: AnyTensor, right: AnyTensor, shape: Shape): AnyTensor => {
  const rank = Math.max(left.shape.length, right.shape.length, shape.length)
  const l = padded(left.shape, rank)
  const r = padded(right.shape, rank)
  const target = padded(shape, rank)
  const batch = Array.from({ length: rank - 2 }, (_, axis) => axis)
  const isFolded = (axis: number): boolean => target[axis] === 1 && (l[axis] !== 1 || r[axis] !== 1)
  const folded = batch.filter(isFolded)
  if (folded.length === 0) return reshape(matmul(left, right), shape)
  const kept = batch.filter((axis) => !isFolded(axis))
  const pick = (from: Shape, axes: readonly number[]): number[] => axes.map((axis) => from[axis])
  const [p, q] = [rank - 2, rank - 1]
  const rows = permute(reshape(left, l), [...kept, p, ...folded, q])
  const columns = permute(reshape(right, r), [...kept, ...folded, p, q])
  const k = pick(l, folded).reduce((total, size) => total * size, l[q])
  return reshape(
    matmul(reshape(rows, [...pick(l, kept), l[p], k]), reshape(columns, [...pick(r, kept), k, r[q]])),
    shape,
  )
}

const matmulRule: Rule = (c, node, input) => {
  const [a, b] = node.inputs.map(asTensor) as [AnyTensor, AnyTensor]
  return input === 0 ? matmulInto(c, transpose(b), a.shape) : matmulInto(transpose(a), c, b.shape)
}

export const contractRules: Readonly<Record<string, Rule>> = { matmul: matmulRule }
