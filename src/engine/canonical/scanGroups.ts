/**
 * Which scan nodes are one loop, and what that loop reads and gives.
 *
 * A derivative asks for more nodes of a scan's body than the forward pass did: it projects them from the same scan node,
 * or from a scan node rebuilt over the same arguments. All of these must run as one loop, so the nodes of a graph are
 * gathered first. What a loop captures is then found from what is really asked of it, so that a result that nobody uses
 * costs nothing.
 */
import { type Node, type Projection, postOrder, type ScanBody } from '../../array/node.js'

/** Scan nodes that are one loop. */
export interface ScanGroup {
  readonly body: ScanBody
  /** The first carry, the sequences and the captures. */
  readonly inputs: readonly Node[]
  readonly captures: readonly Node[]
  /** Body nodes to stack, with their numbers. */
  readonly stacked: ReadonlyMap<Node, number>
  /** Groups of the scans inside the body. */
  readonly inner: ScanGroups
}
/** The group of each scan node. */
export type ScanGroups = ReadonlyMap<Node, ScanGroup>

interface Gathered {
  readonly node: Node
  readonly body: ScanBody
  readonly nodes: Node[]
  readonly stacked: Map<Node, number>
}

const throughAliases = (node: Node): Node => {
  let at = node
  while (at.op === 'alias') at = at.input(0)
  return at
}

const sameNodes = (a: readonly Node[], b: readonly Node[]): boolean =>
  a.length === b.length && a.every((node, i) => throughAliases(node) === throughAliases(b[i]))

const ownInputs = (node: Node, body: ScanBody): readonly Node[] =>
  node.inputs.slice(0, body.carry.length + body.slices.length)

/** Equal loops but for what is captured and stacked. */
const isSameLoop = (a: Node, b: Node): boolean => {
  const [x, y] = [a.payload as ScanBody, b.payload as ScanBody]
  if (!sameNodes(ownInputs(a, x), ownInputs(b, y))) return false
  if (x === y) return true
  return (
    x.length === y.length &&
    x.reverse === y.reverse &&
    x.carry.length + x.slices.length > 0 &&
    sameNodes(x.carry, y.carry) &&
    sameNodes(x.slices, y.slices) &&
    sameNodes(x.next, y.next)
  )
}

const gather = (order: readonly Node[]): readonly Gathered[] => {
  const groups: Gathered[] = []
  const byKey = new Map<unknown, Gathered[]>()
  const of = new Map<Node, Gathered>()
  for (const node of order) {
    if (node.op === 'scan') {
      const body = node.payload as ScanBody
      const key = body.carry[0] ?? body.slices[0] ?? body
      const candidates = byKey.get(key) ?? []
      const found = candidates.find((group) => isSameLoop(group.node, node))
      const group = found ?? { node, body, nodes: [], stacked: new Map<Node, number>() }
      group.nodes.push(node)
      of.set(node, group)
      if (found === undefined) {
        groups.push(group)
        byKey.set(key, [...candidates, group])
      }
    } else if (node.op === 'project') {
      const projection = node.payload as Projection
      const { stacked } = of.get(node.input(0))!
      if (projection.kind === 'stacked' && !stacked.has(projection.node)) stacked.set(projection.node, stacked.size)
    }
  }
  return groups
}

/** Free nodes that what depends on an argument reads, in the order of first use; literals and iota are made inside. */
const capturesOf = (roots: readonly Node[], body: ScanBody, hints: ReadonlySet<Node>, inner: ScanGroups): Node[] => {
  const inside = new Set([...body.carry, ...body.slices])
  const order = postOrder(roots, (node) => !hints.has(node))
  const dependent = new Uint8Array(order.length)
  const captures = new Set<Node>()
  const isFree = (node: Node): boolean => dependent[node.position] === 0 && node.op !== 'literal' && node.op !== 'iota'
  for (const node of order) {
    if (inside.has(node)) dependent[node.position] = 1
    else if (!hints.has(node)) {
      const inputs = inner.get(node)?.inputs ?? node.inputs
      for (const input of inputs) if (dependent[input.position] === 1) dependent[node.position] = 1
    }
  }
  for (const node of order)
    if (dependent[node.position] === 1 && !inside.has(node))
      for (const input of inner.get(node)?.inputs ?? node.inputs) if (isFree(input)) captures.add(input)
  for (const root of roots) if (isFree(root)) captures.add(root)
  return [...captures]
}

const complete = (group: Gathered): ScanGroup => {
  const { node, body, nodes, stacked } = group
  const roots = [...body.next, ...stacked.keys()]
  // A derivative's body may take any node as an argument; what is below an argument is no part of the body.
  const limits = new Set(nodes.flatMap((each) => (each.payload as ScanBody).captures))
  for (const node of [...body.carry, ...body.slices]) limits.add(node)
  const inner = scanGroups(roots, limits)
  const captures = capturesOf(roots, body, limits, inner)
  return { body, inputs: [...ownInputs(node, body), ...captures], captures, stacked, inner }
}

/**
 * The groups of the scans that `roots` depend on. A group may read more than its scan nodes say, when a derivative made
 * a body node over something new; what that leads to is gathered too. Nodes of `outside` are not entered.
 */
export const scanGroups = (roots: readonly Node[], outside: ReadonlySet<Node> = new Set()): ScanGroups => {
  const seen = new Set<Node>()
  const from = [...roots]
  for (;;) {
    const order = postOrder(from, (node) => !outside.has(node)).filter((node) => !outside.has(node))
    for (const node of order) seen.add(node)
    const groups = new Map<Node, ScanGroup>()
    for (const gathered of gather(order)) {
      const group = complete(gathered)
      for (const node of gathered.nodes) groups.set(node, group)
    }
    const missed = [...new Set(groups.values())].flatMap((group) =>
      group.captures.filter((node) => !seen.has(node) && !outside.has(node)),
    )
    if (missed.length === 0) return groups
    from.push(...missed)
  }
}
