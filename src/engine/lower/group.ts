/**
 * Which instructions become one kernel.
 *
 * Instructions are visited from the last to the first, so that all uses of a value are placed before it is. An
 * elementwise value moves into the group of its users if that is one, or if it is cheap; else it is stored, by the
 * earliest of its users if that can be, else by a group of its own. A reduce or matmul takes over the loop that uses its
 * result place by place, as its epilogue. Loops that use one value place by place become one loop where they can.
 */
import type { Program } from '../program.js'
import { type Analysis, isElementwise, isFree, isMove, isReduce } from './analysis.js'
import {
  canMerge,
  type Group,
  makeGroup,
  merge,
  mergeUses,
  mostMembers,
  resolved,
  type Section,
  type Use,
  type UseKind,
} from './groups.js'

export interface Grouping {
  /** In the order in which they run. */
  readonly groups: readonly Group[]
  /** The group that stores a value, if it is stored and not an input. */
  readonly home: readonly (Group | undefined)[]
  readonly sections: readonly Section[]
  /** Values that must lie in order in a buffer of their own. */
  readonly whole: readonly boolean[]
  /** Values that must be computed before a group runs, though it does not read them. */
  readonly orders: readonly (readonly [before: number, group: Group])[]
}

export interface GroupOptions {
  /** Every instruction a kernel of its own. */
  readonly unfused: boolean
  /** What each output is: the buffer of an instruction, a copy, or an input as it is. */
  readonly owners: readonly (number | 'copy' | 'input')[]
}

/** Costs up to which a value is computed in every group that uses it, with and without a large operand. */
const cheapCost = 8
const cheapCostWithoutLoads = 24
const cheapScalarCost = 6

export const group = ({ instructions, outputs }: Program, analysis: Analysis, options: GroupOptions): Grouping => {
  const count = instructions.length
  const { sizes, cost, loads, ready, follows, alone } = analysis
  const uses = new Array<Use[] | undefined>(count).fill(undefined)
  const home = new Array<Group | undefined>(count).fill(undefined)
  const sections = new Array<Section>(count).fill('main')
  const whole = new Array<boolean>(count).fill(false)
  const groups: Group[] = []
  const orders: (readonly [number, Group])[] = []

  const newGroup = (position: number, anchor: number, size: number, open = anchor < 0): Group => {
    const made = makeGroup(position, anchor, size, open)
    groups.push(made)
    return made
  }
  const use = (node: number, by: Group, kind: UseKind, places = sizes[node], section: Section = 'main'): void => {
    const made: Use = { group: by, section, kind, places }
    const list = uses[node]
    if (list === undefined) uses[node] = [made]
    else list.push(made)
  }
  /** Operands of an elementwise instruction that `by` computes, at `places` of it; place by place if `inPlace`. */
  const useOperands = (node: number, by: Group, section: Section, inPlace = true, places = sizes[node]): void => {
    by.members++
    by.ready = Math.max(by.ready, ready[node])
    const { inputs } = instructions[node]
    for (let i = 0; i < inputs.length; i++)
      use(inputs[i], by, inPlace && sizes[inputs[i]] === sizes[node] ? 'same' : 'moved', places, section)
  }
  const outside = makeGroup(Number.POSITIVE_INFINITY, -1, 0, false)

  outputs.forEach((node, index) => {
    const owner = options.owners[index]
    if (typeof owner === 'number') use(owner, outside, 'whole')
    else if (owner === 'copy') {
      const copy = newGroup(count + index, -1, sizes[node])
      copy.roots.push({ node, target: { kind: 'output', index } })
      use(node, copy, 'same')
    }
  })

  const readers = (list: readonly Use[], but: Group): number => {
    let first = Number.POSITIVE_INFINITY
    for (let i = 0; i < list.length; i++) if (list[i].group !== but) first = Math.min(first, list[i].group.position)
    return first
  }
  /** Stores an instruction in a loop of its own. */
  const ownLoop = (node: number, list: readonly Use[]): Group => {
    const made = newGroup(node, -1, sizes[node])
    made.roots.push({ node, target: { kind: 'value' } })
    made.firstReader = readers(list, made)
    home[node] = made
    return made
  }
  /** Loops that use a value place by place, made one where that can be. */
  const joinLoops = (node: number, list: readonly Use[]): readonly Use[] => {
    const loops: Group[] = []
    for (let i = 0; i < list.length; i++) {
      const { kind, section, group: by } = list[i]
      if (kind === 'same' && section === 'main' && by.size === sizes[node]) loops.push(by)
    }
    if (loops.length < 2) return list
    loops.sort((a, b) => a.position - b.position)
    for (let i = 0; i + 1 < loops.length; i++) if (canMerge(loops[i], loops[i + 1])) merge(loops[i], loops[i + 1])
    return mergeUses(list)
  }

  const visitMove = (node: number, list: readonly Use[]): void => {
    const { op, inputs } = instructions[node]
    const source = inputs[0]
    const inOrder = op === 'reshape' || op === 'barrier'
    for (const { group: by } of op === 'barrier' ? list : [])
      for (const before of inputs.slice(1)) {
        use(before, by, 'order')
        orders.push([before, by])
      }
    if (!inOrder && list.some(({ kind }) => kind === 'whole')) {
      whole[node] = true
      use(source, ownLoop(node, list), 'moved', sizes[node])
      return
    }
    for (const { kind, group: by, places, section } of list)
      use(source, by, kind === 'same' && !inOrder ? 'moved' : kind, places, section)
  }

  const canInline = (node: number, list: readonly Use[]): boolean => {
    if (options.unfused) return false
    let spread = false
    let total = 0
    for (let i = 0; i < list.length; i++) {
      const { kind, group: by, places } = list[i]
      if (kind === 'order') continue
      if (kind === 'load' || kind === 'whole' || by.members >= mostMembers) return false
      if (places > sizes[node]) spread = true
      total += places
    }
    const scalar = loads[node] === 0
    if (spread && total > sizes[node]) return scalar && cost[node] <= cheapScalarCost
    if (total <= sizes[node]) return true
    // What is stored instead of the result that it is made of costs nothing.
    if (alone[node] === 1) return false
    return scalar ? cost[node] <= cheapCostWithoutLoads : loads[node] <= 1 && cost[node] <= cheapCost
  }

  /** The use whose group can store the value for all the others, if there is one. */
  const homeAmong = (list: readonly Use[], accepts: (use: Use) => boolean): Use | undefined => {
    let best: Use | undefined
    for (let i = 0; i < list.length; i++) {
      const each = list[i]
      if (each.kind !== 'same' || (best !== undefined && each.group.position >= best.group.position)) continue
      if (accepts(each)) best = each
    }
    if (best === undefined) return undefined
    for (let i = 0; i < list.length; i++) {
      const { group: by, kind } = list[i]
      if (list[i] === best || (kind === 'order' && by === best.group)) continue
      if (by.position <= best.group.position) return undefined
    }
    return best
  }

  const addRoot = (node: number, to: Group, list: readonly Use[]): void => {
    home[node] = to
    to.firstReader = Math.min(to.firstReader, readers(list, to))
    const isPart = to.roots.some((root) => root.node === node && root.target.kind === 'part')
    if (!isPart || whole[node]) to.roots.push({ node, target: { kind: 'value' } })
  }

  const inline = (node: number, list: readonly Use[]): void => {
    for (let i = 0; i < list.length; i++) {
      const { group: by, section, kind, places } = list[i]
      if (kind !== 'order') useOperands(node, by, section, kind === 'same', places)
    }
  }

  const visitElementwise = (node: number, given: readonly Use[]): void => {
    if (canInline(node, given)) {
      inline(node, given)
      return
    }
    const list = options.unfused ? given : joinLoops(node, given)
    if (canInline(node, list)) {
      inline(node, list)
      return
    }
    whole[node] = list.some(({ kind }) => kind === 'whole')
    const found = options.unfused
      ? undefined
      : homeAmong(list, ({ group: by, section }) => {
          if (!by.open || by.members >= mostMembers) return false
          // Better in the epilogue that it can join, unless this group can join it too.
          return follows[node] === 0 || (section === 'main' && by.anchor < 0 && by.ready <= ready[node])
        })
    if (found === undefined) {
      useOperands(node, ownLoop(node, list), 'main')
      return
    }
    const { group: by, section } = found
    sections[node] = section
    if (section === 'main') addRoot(node, by, list)
    else {
      home[node] = by
      by.firstReader = Math.min(by.firstReader, readers(list, by))
      by.bodyRoots.push(node)
    }
    useOperands(node, by, section)
  }

  /** The group of a reduce or matmul: the loop that goes on with its result, or a new one. */
  const withEpilogue = (node: number, given: readonly Use[]): Group => {
    const list = options.unfused ? given : joinLoops(node, given)
    whole[node] = list.some(({ kind }) => kind === 'whole')
    const found = options.unfused
      ? undefined
      : homeAmong(
          list,
          ({ group: by, section }) => section === 'main' && by.open && by.anchor < 0 && by.size === sizes[node],
        )
    if (found === undefined) {
      const made = ownLoop(node, list)
      made.anchor = node
      return made
    }
    const { group: by } = found
    by.anchor = node
    if (list.some((each) => each.group !== by && each.kind !== 'order')) addRoot(node, by, list)
    else home[node] = by
    return by
  }

  const visitPad = (node: number, list: readonly Use[]): void => {
    const [source, value] = instructions[node].inputs as readonly [number, number]
    whole[node] = true
    const fill = newGroup(node, node, sizes[node])
    home[node] = fill
    use(value, fill, 'moved', sizes[node])
    const part = newGroup(node, -1, sizes[source])
    part.roots.push({ node: source, target: { kind: 'part', owner: node, part: 0 } })
    part.firstReader = readers(list, part)
    use(source, part, 'same')
  }

  /** Parts of one size are stored by one loop. */
  const visitConcat = (node: number, list: readonly Use[]): void => {
    whole[node] = true
    home[node] = makeGroup(node, node, sizes[node], false)
    const bySize = new Map<number, Group>()
    instructions[node].inputs.forEach((source, part) => {
      const by = bySize.get(sizes[source]) ?? newGroup(node, -1, sizes[source])
      if (!options.unfused) bySize.set(sizes[source], by)
      by.roots.push({ node: source, target: { kind: 'part', owner: node, part } })
      by.firstReader = readers(list, by)
      use(source, by, 'same')
    })
  }

  for (let node = count - 1; node >= 0; node--) {
    const { op, inputs } = instructions[node]
    const given = uses[node]
    if (given === undefined || op === 'input' || given.every(({ kind }) => kind === 'order')) continue
    const list = isFree(op) ? given : mergeUses(given)
    if (isMove(op)) visitMove(node, list)
    else if (isElementwise(op)) visitElementwise(node, list)
    else if (isFree(op)) {
      if (list.some(({ kind }) => kind === 'load' || kind === 'whole')) ownLoop(node, list)
    } else if (isReduce(op)) {
      const by = withEpilogue(node, list)
      use(inputs[0], by, 'same', sizes[inputs[0]], 'body')
    } else if (op === 'matmul') {
      const by = withEpilogue(node, list)
      for (const input of inputs) use(input, by, 'load')
    } else if (op === 'project') {
      whole[node] = true
      for (const { group: by, kind } of list) use(inputs[0], by, kind === 'order' ? 'order' : 'load')
    } else if (op === 'pad') visitPad(node, list)
    else if (op === 'concat') visitConcat(node, list)
    else {
      whole[node] = true
      const made = newGroup(node, node, sizes[node])
      home[node] = made
      for (const input of inputs) use(input, made, 'whole')
    }
    uses[node] = undefined
  }
  instructions.forEach(({ op, inputs }, node) => {
    if (op === 'project' && whole[node]) home[node] = home[inputs[0]]
  })
  const standing = groups.filter(({ into }) => into === undefined).sort((a, b) => a.position - b.position)
  return { groups: standing, home: home.map((by) => by && resolved(by)), sections, whole, orders }
}
