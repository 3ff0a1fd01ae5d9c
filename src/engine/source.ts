/** What a leaf of a tree stands for. */
import type { Node, Storage } from '../array/node.js'
import { type AnyTensor, nodeOf } from '../array/tensor.js'

/** Aliases are seen through. */
export const sourceOf = (x: AnyTensor): Node => {
  let node = nodeOf(x)
  while (node.op === 'alias') node = node.input(0)
  return node
}

/** Where its elements are; undefined where they are yet to be computed. */
export const storageOf = (node: Node): Storage | undefined =>
  node.op === 'data' ? (node.payload as Storage) : undefined
