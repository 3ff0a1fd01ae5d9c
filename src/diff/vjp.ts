/** The vector-Jacobian product of a graph. For the rooms of this library; users have `differentiable`. */
import type { Node } from '../array/node.js'
import { type AnyTensor, nodeOf } from '../array/tensor.js'
import { zeros } from '../array/untyped.js'
import { reverse } from './reverse.js'
import { scanRule } from './scan/rule.js'

const none: readonly Node[] = []

/**
 * The cotangent of each input, where the outputs have these cotangents. Inputs are told apart by identity: alias them
 * first. One that no output depends on, and every integer or bool, gets zeros.
 */
export const vjp = (
  outputs: readonly AnyTensor[],
  cotangents: readonly AnyTensor[],
  inputs: readonly AnyTensor[],
): readonly AnyTensor[] => {
  const results = reverse(outputs.map(nodeOf), cotangents, inputs.map(nodeOf), none, scanRule)
  return inputs.map(({ shape, dtype }, i) => results[i] ?? zeros(shape, dtype))
}
