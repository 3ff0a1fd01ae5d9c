/** What the derivative of a loop's step reads of the forward step. */
import { project } from '../../array/control.js'
import { type Node, postOrder, type ScanBody } from '../../array/node.js'
import type { AnyTensor } from '../../array/tensor.js'
import { asTensor } from '../../array/untyped.js'

/** The nodes above `inside` that `roots` depend on, and `inside`. Nodes of `outside` are not entered. */
export const varyingOf = (
  roots: readonly Node[],
  inside: ReadonlySet<Node>,
  outside: ReadonlySet<Node>,
): ReadonlySet<Node> => {
  const varying = new Set(inside)
  for (const node of postOrder(roots, (node) => !inside.has(node) && !outside.has(node)))
    if (!outside.has(node) && node.inputs.some((input) => varying.has(input))) varying.add(node)
  return varying
}

/** Moving elements costs less than keeping a copy of them for every step. */
export const isCheap = ({ op }: Node): boolean => op === 'reshape' || op === 'permute' || op === 'broadcast'

/** Tells the forward nodes that a derivative reads from those that it makes. Of a loop in the loop, results are read. */
export const isResidualOf = (body: ScanBody, forwardRoots: readonly Node[]): ((node: Node) => boolean) => {
  const given = new Set([...body.carry, ...body.slices])
  const varying = varyingOf(forwardRoots, given, new Set(body.captures))
  return (node) =>
    given.has(node) || (node.op === 'project' ? varying.has(node.input(0)) : varying.has(node) && !isCheap(node))
}

/** The residuals that `roots`, made by the derivative, read. */
export const residualsOf = (
  roots: readonly Node[],
  isResidual: (node: Node) => boolean,
  outside: ReadonlySet<Node>,
): Node[] => postOrder(roots, (node) => !isResidual(node) && !outside.has(node)).filter(isResidual)

/** A forward node at every step: a sequence that is there already, or a further result of the forward loop. */
export const stackedForward = (scan: Node, node: Node): AnyTensor => {
  const body = scan.payload as ScanBody
  const sequence = body.slices.indexOf(node)
  return sequence >= 0 ? asTensor(scan.input(body.carry.length + sequence)) : project(scan, { kind: 'stacked', node })
}
