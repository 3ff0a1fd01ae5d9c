/** How updates meet params. */
import { add } from '../array/elementwise.js'
import type { Node } from '../array/node.js'
import { type AnyTensor, nodeOf, type Tensor } from '../array/tensor.js'
import { zipTrees } from '../array/tree.js'

const isZero = (node: Node): boolean =>
  node.op === 'broadcast' ? isZero(node.input(0)) : node.op === 'literal' && node.payload === 0

/**
 * params + updates. Where an update is zero by construction (frozen params) the very tensor is returned, -0 included.
 *
 * @throws PullbackError naming the path where structure or shape differ
 * @example
 * import { applyUpdates, tensor } from 'pullback'
 *
 * const next = applyUpdates({ weight: tensor([1, 2]) }, { weight: tensor([0.5, -1]) })
 */
export const applyUpdates = <P>(params: P, updates: NoInfer<P>): P =>
  zipTrees('applyUpdates', [params, updates], (param, update) =>
    isZero(nodeOf(update)) ? param : (add(param as Tensor, update as Tensor) as AnyTensor),
  )
