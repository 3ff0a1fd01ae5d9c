/**
 * Reverse accumulation over a graph: the core of everything in this room.
 *
 * One walk finds the nodes between `inputs` and `outputs`, inputs before users; going back through them every node hands
 * its cotangent on by its op's rule. Iterative, because graphs are deeper than the call stack, and side tables are arrays
 * by position, because a network of 150 layers has 10,000 nodes.
 */
import { binaryNode } from '../array/build.js'
import { isStopped } from '../array/control.js'
import { isFloat } from '../array/dtype.js'
import { type Node, nextMark, type Projection } from '../array/node.js'
import type { AnyTensor } from '../array/tensor.js'
import { rules } from './rules/table.js'

/** A result of a scan, and its cotangent. */
export interface Seed {
  readonly projection: Projection
  readonly cotangent: AnyTensor
}

/** The cotangents of a scan's inputs, for those that are `wanted`. It runs this very function on the scan's body. */
export type ScanRule = (
  scan: Node,
  seeds: readonly Seed[],
  wanted: (input: number) => boolean,
) => readonly (AnyTensor | undefined)[]

/** Whether a cotangent can pass from the node to its inputs. A scan has no dtype of its own. */
const passes = (node: Node): boolean =>
  node.op === 'alias'
    ? isFloat(node.dtype) && !isStopped(node)
    : node.op === 'scan' || (isFloat(node.dtype) && (node.op === 'project' || rules[node.op] !== undefined))

interface Order {
  /** The boundary, then what lies above it, inputs before users. */
  readonly nodes: readonly Node[]
  /** For every node the place in `first` of its first input's position, or -1 where no input is wanted. */
  readonly begin: readonly number[]
  readonly first: readonly number[]
  readonly active: Uint8Array
  readonly outputs: readonly number[]
}

/** Positions are read off here, once: rules may walk graphs of their own. */
const orderOf = (outputs: readonly Node[], inputs: readonly Node[], boundary: readonly Node[]): Order => {
  const mark = nextMark()
  const nodes: Node[] = []
  const place = (node: Node): void => {
    node.mark = mark
    node.position = nodes.length
    nodes.push(node)
  }
  for (const node of inputs) place(node)
  for (const node of boundary) if (node.mark !== mark) place(node)
  const bottom = nodes.length
  // A node that depends on an input is deeper than that input.
  let shallowest = Number.POSITIVE_INFINITY
  for (const node of inputs) shallowest = Math.min(shallowest, node.depth)
  const stack: Node[] = []
  for (const output of outputs) {
    stack.push(output)
    while (stack.length > 0) {
      const node = stack[stack.length - 1]
      if (node.mark === mark) {
        stack.pop()
        continue
      }
      const before = stack.length
      if (node.depth > shallowest && passes(node))
        for (let i = node.arity - 1; i >= 0; i--) if (node.input(i).mark !== mark) stack.push(node.input(i))
      if (stack.length === before) {
        place(node)
        stack.pop()
      }
    }
  }
  const active = new Uint8Array(nodes.length)
  for (let i = 0; i < inputs.length; i++) active[i] = Number(isFloat(inputs[i].dtype))
  const begin: number[] = []
  const first: number[] = []
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]
    begin.push(first.length)
    if (i < bottom || node.depth <= shallowest || !passes(node)) continue
    for (let j = 0; j < node.arity; j++) {
      const position = node.input(j).position
      first.push(position)
      if (active[position]) active[i] = 1
    }
  }
  return { nodes, begin, first, active, outputs: outputs.map((node) => node.position) }
}

/**
 * The cotangent of each of `inputs`, undefined where no path leads to it.
 *
 * @param boundary nodes beyond which the walk does not go (the arguments of a scan's body), inputs or not
 */
export const reverse = (
  outputs: readonly Node[],
  cotangents: readonly (AnyTensor | undefined)[],
  inputs: readonly Node[],
  boundary: readonly Node[],
  scanRule: ScanRule,
): readonly (AnyTensor | undefined)[] => {
  const { nodes, begin, first, active, outputs: places } = orderOf(outputs, inputs, boundary)
  const gathered = new Array<AnyTensor | undefined>(nodes.length).fill(undefined)
  const seeds = new Map<number, Seed[]>()
  const give = (position: number, cotangent: AnyTensor | undefined): void => {
    if (cotangent === undefined) return
    const before = gathered[position]
    gathered[position] = before === undefined ? cotangent : binaryNode('add', before, cotangent)
  }
  places.forEach((position, i) => {
    if (active[position]) give(position, cotangents[i])
  })
  for (let i = nodes.length - 1; i >= inputs.length; i--) {
    if (!active[i]) continue
    const node = nodes[i]
    const from = begin[i]
    if (node.op === 'scan') {
      const own = seeds.get(i)
      if (own === undefined) continue
      const results = scanRule(node, own, (j) => active[first[from + j]] === 1)
      for (let j = 0; j < results.length; j++) if (active[first[from + j]]) give(first[from + j], results[j])
      continue
    }
    const cotangent = gathered[i]
    if (cotangent === undefined) continue
    gathered[i] = undefined
    if (node.op === 'project') {
      const scan = first[from]
      const own = seeds.get(scan)
      const seed = { projection: node.payload as Projection, cotangent }
      if (own === undefined) seeds.set(scan, [seed])
      else own.push(seed)
      continue
    }
    const rule = rules[node.op]!
    for (let j = 0; j < node.arity; j++) {
      const position = first[from + j]
      if (active[position]) give(position, rule(cotangent, node, j))
    }
  }
  return gathered.slice(0, inputs.length)
}
