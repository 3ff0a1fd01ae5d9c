/** Derivatives of reductions. A reduce node drops its axes; `keep` puts them back as size 1. */
import type { Node } from '../../array/node.js'
import { type Shape, sizeOf } from '../../array/shape.js'
import type { AnyTensor } from '../../array/tensor.js'
import {
  asTensor,
  broadcastTo,
  cast,
  div,
  equal,
  mul,
  pad,
  permute,
  reshape,
  select,
  slice,
  sum,
  zeros,
} from '../../array/untyped.js'
import type { Rule } from './rule.js'

const keep = (x: AnyTensor, node: Node): AnyTensor =>
  reshape(
    x,
    node.input(0).shape.map((size, axis) => (node.attributes.includes(axis) ? 1 : size)),
  )

const sumRule: Rule = (c, node) => broadcastTo(keep(c, node), node.input(0).shape)

/** Elements that tie share the cotangent equally. */
const extremeRule: Rule = (c, node) => {
  const x = asTensor(node.input(0))
  const chosen = equal(x, keep(asTensor(node), node))
  const count = sum(cast(chosen, x.dtype), node.attributes)
  return select(chosen, keep(div(c, count), node), 0)
}

/** Moved `by` places towards the end (or the beginning) of the last axis; what comes in is 1. */
const shifted = (x: AnyTensor, by: number): AnyTensor => {
  const lead: Shape = x.shape.slice(0, -1)
  const none = lead.map(() => [0, 0] as const)
  const n = x.shape.at(-1)!
  const room = Math.abs(by)
  const padded = pad(x, [...none, by > 0 ? [room, 0] : [0, room]], 1)
  const begin = [...lead.map(() => 0), by > 0 ? 0 : room]
  return slice(padded, begin, [...lead, begin.at(-1)! + n])
}

/** The product of all elements before (direction 1) or after (-1) each, by doubling: log2(n) multiplications. */
const productBeside = (x: AnyTensor, direction: 1 | -1): AnyTensor => {
  const n = x.shape.at(-1)!
  let product = shifted(x, direction)
  for (let distance = 1; distance < n; distance *= 2) product = mul(product, shifted(product, direction * distance))
  return product
}

/** The product of all others: no division, so that zeros, and second derivatives at zeros, are right. */
const prodRule: Rule = (c, node) => {
  const x = node.input(0)
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !node.attributes.includes(axis))
  const order = [...kept, ...node.attributes]
  const sizes = order.map((axis) => x.shape[axis])
  const n = sizeOf(sizes.slice(kept.length))
  if (n === 0) return zeros(x.shape, x.dtype)
  const rows = reshape(permute(asTensor(x), order), [...node.shape, n])
  const others = mul(productBeside(rows, 1), productBeside(rows, -1))
  const inverse = x.shape.map((_, axis) => order.indexOf(axis))
  return permute(reshape(mul(reshape(c, [...node.shape, 1]), others), sizes), inverse)
}

export const reduceRules: Readonly<Record<string, Rule>> = {
  sum: sumRule,
  prod: prodRule,
  max: extremeRule,
  min: extremeRule,
}
