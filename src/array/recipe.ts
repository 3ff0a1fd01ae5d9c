/**
 * A graph as a list, by which it is built again over other arguments: without the checks and the arithmetic on shapes
 * of the functions that made it the first time, which cost five times as much as its nodes.
 *
 * Laws: 1. `rebuilt` over the arguments that were recorded is the recorded graph, node by node. 2. What depends on no
 * argument is not built again: it is the same in every copy.
 */
import { Node, nodeOver, postOrder } from './node.js'
import { type AnyTensor, nodeOf } from './tensor.js'
import { tuple } from './tuple.js'

/** Nodes by the places that recipes know them by: arguments first, then what is recorded. */
export interface Places {
  readonly nodes: readonly Node[]
  /** A place for each of these. */
  readonly add: (nodes: readonly Node[]) => void
  readonly has: (node: Node) => boolean
  /** Of one that has a place. */
  readonly get: (node: Node) => number
}

export const createPlaces = (): Places => {
  const nodes: Node[] = []
  const of = new Map<Node, number>()
  return {
    nodes,
    add: (more) => {
      for (const node of more) {
        of.set(node, nodes.length)
        nodes.push(node)
      }
    },
    has: (node) => of.has(node),
    get: (node) => of.get(node)!,
  }
}

/** How the nodes from place `first` on are built from those before them. */
export interface Recipe {
  /** What was recorded for each of those places. */
  readonly nodes: readonly Node[]
  /** How many of them, from the first on, are arguments or the same in every copy. */
  readonly given: number
  /** Of all others, one after another: how many inputs, and the place of each. */
  readonly inputs: Int32Array
}

/** The body of a loop holds nodes that no list of inputs tells of. */
const isLoop = ({ op }: Node): boolean => op === 'scan' || op === 'project'

/**
 * The recipe of what `roots` need beyond `places`, which from then on knows it, too. `args` are what may be put in the
 * place of others. Undefined where a loop depends on what is put in.
 */
export const record = (places: Places, args: readonly Node[], roots: readonly Node[]): Recipe | undefined => {
  const first = places.nodes.length
  places.add(args)
  const order = postOrder(roots, (node) => !places.has(node))
  const varies = new Uint8Array(order.length)
  for (let i = 0; i < order.length; i++) {
    const node = order[i]
    varies[i] = Number(places.has(node) || node.inputs.some((input) => varies[input.position] === 1))
  }
  const fresh = order.filter((node) => !places.has(node))
  const variable = fresh.filter((node) => varies[node.position] === 1)
  if (variable.some(isLoop)) return undefined
  places.add(fresh.filter((node) => varies[node.position] === 0))
  const given = places.nodes.length - first
  places.add(variable)
  const inputs = variable.flatMap((node) => [node.arity, ...node.inputs.map((input) => places.get(input))])
  return { nodes: places.nodes.slice(first), given, inputs: Int32Array.from(inputs) }
}

/**
 * The nodes of all places after those of `before`, for these arguments. The list that comes back goes on where `before`
 * ends, and begins with it.
 */
export const rebuilt = (
  before: readonly Node[],
  args: readonly AnyTensor[],
  { nodes, given, inputs }: Recipe,
): Node[] => {
  const first = before.length
  // A copy of a list, unlike one that is made by its length, is young: see tuple.ts.
  const built = before.concat(nodes)
  for (let i = 0; i < args.length; i++) built[first + i] = nodeOf(args[i])
  let at = 0
  for (let i = first + given; i < built.length; i++) {
    const { op, dtype, shape, attributes, payload } = built[i]
    const arity = inputs[at]
    const one = arity > 0 ? built[inputs[at + 1]] : undefined
    const two = arity > 1 ? built[inputs[at + 2]] : undefined
    const others = arity > 2 ? tuple(built[inputs[at + 3]]) : undefined
    built[i] =
      arity > 3
        ? nodeOver(op, dtype, shape, placed(built, inputs, at + 1, arity), attributes, payload)
        : new Node(op, dtype, shape, attributes, payload, one, two, others)
    at += 1 + arity
  }
  return built
}

const placed = (built: readonly Node[], inputs: Int32Array, begin: number, count: number): readonly Node[] => {
  const out: Node[] = []
  for (let i = 0; i < count; i++) out.push(built[inputs[begin + i]])
  return out
}
