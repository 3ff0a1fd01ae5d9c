/**
 * Sums over the steps of a loop, taken outside of it.
 *
 * What a captured value receives at each step is most often a product over the batch, or a sum over it. The sum of these
 * over the steps is one product, or one sum, over (step x batch): a recurrent weight's gradient is then one large matrix
 * product behind the loop, where a running total in the loop's carry would be read and written at every step.
 */
import type { Node } from '../../array/node.js'
import type { AnyTensor } from '../../array/tensor.js'
import { add, permute, reshape, scatterAdd, sum } from '../../array/untyped.js'
import { matmulInto } from '../rules/contract.js'

/** A value over all steps that can be made once the loop is there, from these nodes of its body, stacked. */
export interface Outside {
  readonly roots: readonly Node[]
  readonly make: (stacked: (node: Node) => AnyTensor) => AnyTensor
}

const shift = (axes: readonly number[]): number[] => [0, ...axes.map((axis) => axis + 1)]

/** [steps, ...shape]; moves are made outside, on the stack of what is moved. */
const stackOf = (node: Node): Outside => {
  if (node.op !== 'permute' && node.op !== 'reshape') return { roots: [node], make: (stacked) => stacked(node) }
  const { roots, make } = stackOf(node.input(0))
  return {
    roots,
    make: (stacked) => {
      const stack = make(stacked)
      return node.op === 'permute'
        ? permute(stack, shift(node.attributes))
        : reshape(stack, [stack.shape[0], ...node.shape])
    },
  }
}

/** A stack of matrices with as many leading axes behind that of the steps as the product has. */
const aligned = (stack: AnyTensor, rank: number): AnyTensor => {
  const [steps, ...rest] = stack.shape as readonly [number, ...number[]]
  return reshape(stack, [steps, ...new Array<number>(rank - rest.length).fill(1), ...rest])
}

const join = (
  a: Outside | undefined,
  b: Outside | undefined,
  make: (x: AnyTensor, y: AnyTensor) => AnyTensor,
): Outside | undefined =>
  a === undefined || b === undefined
    ? undefined
    : { roots: [...a.roots, ...b.roots], make: (stacked) => make(a.make(stacked), b.make(stacked)) }

const after = (a: Outside | undefined, make: (x: AnyTensor) => AnyTensor): Outside | undefined =>
  a === undefined ? undefined : { roots: a.roots, make: (stacked) => make(a.make(stacked)) }

/** The sum over the steps of a node of the body, if it is one of the kinds above. Factors must be `varying`. */
export const totalOutside = (node: Node, varying: ReadonlySet<Node>): Outside | undefined => {
  const stackInput = (input: Node): Outside | undefined => (varying.has(input) ? stackOf(input) : undefined)
  const [a, b] = node.inputs as readonly [Node, Node]
  switch (node.op) {
    case 'matmul':
      return join(stackInput(a), stackInput(b), (x, y) =>
        matmulInto(aligned(x, node.shape.length), aligned(y, node.shape.length), node.shape),
      )
    case 'sum':
      return after(stackInput(a), (x) => sum(x, shift(node.attributes)))
    case 'scatterAdd':
      return join(varying.has(a) ? stackOf(a) : undefined, stackInput(b), (indices, updates) =>
        scatterAdd(indices, updates, node.shape[0]),
      )
    case 'permute':
      return after(totalOutside(a, varying), (x) => permute(x, node.attributes))
    case 'reshape':
      return after(totalOutside(a, varying), (x) => reshape(x, node.shape))
    case 'add':
      return join(totalOutside(a, varying), totalOutside(b, varying), (x, y) => add(x, y))
    default:
      return undefined
  }
}
