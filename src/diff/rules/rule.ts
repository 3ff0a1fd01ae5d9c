import type { Node } from '../../array/node.js'
import type { AnyTensor } from '../../array/tensor.js'

/**
 * The cotangent of input number `input` of `node`, where the node's output has cotangent `c`: of the input's shape and
 * dtype, linear in `c`, and a dataflow like any other. Undefined means none. It is asked for where somebody wants it
 * only, and for float inputs only.
 *
 * An op without a rule has derivative zero wherever it has one (sign, floor, comparisons, everything on integers).
 */
export type Rule = (c: AnyTensor, node: Node, input: number) => AnyTensor | undefined
