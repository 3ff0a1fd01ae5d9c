/**
 * Which instructions become one kernel.
 *
 * Every group has a position, the number of its last instruction, and groups run in the order of their positions. A
 * value that one group stores and another reads must be stored at an earlier position; any grouping that keeps to this
 * is free of cycles, and whether a merge does is one comparison for each use.
 *
 * Instructions are visited from the last to the first, so that all uses of a value are placed before it is. An
 * elementwise value moves into the group of its users if that is one, or if it is cheap; else it is stored, by the
 * earliest of its users if that can be, else by a group of its own. A reduce or matmul takes over the loop that uses its
 * result place by place, as its epilogue. Loops never change their position when something joins them.
 */
import type { Program } from '../program.js'
import { type Analysis, isElementwise, isFree, isMove, isReduce } from './analysis.js'

export type Section = 'main' | 'body'
/** same: computed in the group, place by place. moved: through a view. load: must be in memory. whole: there, in order. order: only has to be computed before. */
type UseKind = 'same' | 'moved' | 'load' | 'whole' | 'order'

interface Use {
  readonly group: Group
  readonly section: Section
  readonly kind: UseKind
  /** How many elements it asks for. */
  readonly places: number
}

/** A value that a group stores: where it is kept, as part of a pad or concat, or as an output that is a copy. */
export interface Root {
  readonly node: number
  readonly target:
    | { readonly kind: 'value' }
    | { readonly kind: 'part'; readonly owner: number; readonly part: number }
    | { readonly kind: 'output'; readonly index: number }
}

export interface Group {
  readonly position: number
  /** The instruction that is no loop: a reduce, matmul, pad to fill, or another whole kernel; -1 in a loop. */
  anchor: number
  /** Places of the loop, or of the epilogue. */
  readonly size: number
  readonly roots: Root[]
  /** Values that a reduce stores on its way. */
  readonly bodyRoots: number[]
  members: number
  ready: number
}

export interface Grouping {
  /** In the order in which they run. */
  readonly groups: readonly Group[]
  /** The group that stores a value, if it is stored and not an input. */
  readonly home: readonly (Group | undefined)[]
  readonly sections: readonly Section[]
  /** Values that must lie in order in a buffer of their own. */
  readonly whole: readonly boolean[]
}

export interface GroupOptions {
  /** Every instruction a kernel of its own. */
  readonly unfused: boolean
  /** What each output is: the buffer of an instruction, a copy, or an input as it is. */
  readonly owners: readonly (number | 'copy' | 'input')[]
}

/** Larger kernels gain nothing, and expressions are built recursively. */
const mostMembers = 400
/** Costs up to which a value is computed in every group that uses it, with and without a large operand. */
const cheapCost = 8
const cheapCostWithoutLoads = 24
const cheapScalarCost = 6

export const group = ({ instructions, outputs }: Program, analysis: Analysis, options: GroupOptions): Grouping => {
  const count = instructions.length
  const { sizes, cost, loads, ready, follows } = analysis
  const uses: Use[][] = instructions.map(() => [])
  const home = new Array<Group | undefined>(count).fill(undefined)
  const sections = new Array<Section>(count).fill('main')
  const whole = new Array<boolean>(count).fill(false)
  const groups: Group[] = []

  const newGroup = (position: number, anchor: number, size: number): Group => {
    const made: Group = { position, anchor, size, roots: [], bodyRoots: [], members: 0, ready: -1 }
    groups.push(made)
    return made
  }
  const use = (node: number, by: Group, kind: UseKind, places = sizes[node]!, section: Section = 'main'): void => {
    uses[node]!.push({ group: by, section, kind, places })
  }
  /** Operands of an elementwise instruction that `by` computes, at `places` of it; place by place if `inPlace`. */
  const useOperands = (node: number, by: Group, section: Section, inPlace = true, places = sizes[node]!): void => {
    by.members++
    by.ready = Math.max(by.ready, ready[node]!)
    for (const input of instructions[node]!.inputs)
      use(input, by, inPlace && sizes[input] === sizes[node] ? 'same' : 'moved', places, section)
  }
  const outside: Group = {
    position: Number.POSITIVE_INFINITY,
    anchor: -1,
    size: 0,
    roots: [],
    bodyRoots: [],
    members: 0,
    ready: -1,
  }

  outputs.forEach((node, index) => {
    const owner = options.owners[index]
    if (typeof owner === 'number') use(owner, outside, 'whole')
    else if (owner === 'copy') {
      const copy = newGroup(count + index, -1, sizes[node]!)
      copy.roots.push({ node, target: { kind: 'output', index } })
      use(node, copy, 'same')
    }
  })

  const mergeUses = (list: readonly Use[]): Use[] => {
    if (list.length < 2) return [...list]
    const merged: Use[] = []
    const byGroup = new Map<Group, number[]>()
    for (const each of list) {
      const places = byGroup.get(each.group) ?? []
      const at = places.find((i) => merged[i]!.section === each.section && merged[i]!.kind === each.kind)
      if (at === undefined) {
        byGroup.set(each.group, [...places, merged.length])
        merged.push(each)
      } else if (each.kind === 'moved') merged[at] = { ...each, places: merged[at]!.places + each.places }
    }
    return merged
  }

  /** Stores an instruction in a loop of its own. */
  const ownLoop = (node: number): Group => {
    const made = newGroup(node, -1, sizes[node]!)
    made.roots.push({ node, target: { kind: 'value' } })
    home[node] = made
    return made
  }

  const visitMove = (node: number, list: readonly Use[]): void => {
    const { op, inputs } = instructions[node]!
    const source = inputs[0]!
    const inOrder = op === 'reshape' || op === 'barrier'
    for (const { group: by } of op === 'barrier' ? list : [])
      for (const before of inputs.slice(1)) use(before, by, 'order')
    if (!inOrder && list.some(({ kind }) => kind === 'whole')) {
      whole[node] = true
      use(source, ownLoop(node), 'moved', sizes[node])
      return
    }
    for (const each of list) {
      const kind = each.kind === 'same' && !inOrder ? 'moved' : each.kind
      uses[source]!.push({ ...each, kind })
    }
  }

  const canInline = (node: number, list: readonly Use[]): boolean => {
    const computed = list.filter(({ kind }) => kind !== 'order')
    if (computed.some(({ kind }) => kind === 'load' || kind === 'whole')) return false
    if (computed.some(({ group: by }) => by.members >= mostMembers)) return false
    const scalar = loads[node] === 0
    const spread = computed.some(({ places }) => places > sizes[node]!)
    if (options.unfused) return false
    const total = computed.reduce((sum, { places }) => sum + places, 0)
    if (spread && total > sizes[node]!) return scalar && cost[node]! <= cheapScalarCost
    if (total <= sizes[node]!) return true
    return scalar ? cost[node]! <= cheapCostWithoutLoads : loads[node]! <= 1 && cost[node]! <= cheapCost
  }

  const earliest = (list: readonly Use[]): Use | undefined =>
    list.reduce<Use | undefined>(
      (best, each) => (best === undefined || each.group.position < best.group.position ? each : best),
      undefined,
    )

  /** The use whose group can store the value for all the others, if there is one. */
  const homeAmong = (list: readonly Use[], accepts: (use: Use) => boolean): Use | undefined => {
    const best = earliest(list.filter((each) => each.kind === 'same' && accepts(each)))
    if (best === undefined) return undefined
    const rest = list.filter((each) => each !== best && !(each.kind === 'order' && each.group === best.group))
    return rest.every((each) => each.group.position > best.group.position) ? best : undefined
  }

  const addRoot = (node: number, to: Group): void => {
    const isPart = to.roots.some((root) => root.node === node && root.target.kind === 'part')
    if (!isPart || whole[node]) to.roots.push({ node, target: { kind: 'value' } })
  }

  const visitElementwise = (node: number, list: readonly Use[]): void => {
    if (canInline(node, list)) {
      for (const { group: by, section, kind, places } of list)
        if (kind !== 'order') useOperands(node, by, section, kind === 'same', places)
      return
    }
    whole[node] = list.some(({ kind }) => kind === 'whole')
    const found = options.unfused
      ? undefined
      : homeAmong(list, ({ group: by, section }) => {
          if (by === outside || by.members >= mostMembers) return false
          // Better in the epilogue that it can join, unless this group can join it too.
          const fits = section === 'main' && by.anchor < 0
          return follows[node]! ? fits && by.ready <= ready[node]! : section === 'body' || fits
        })
    if (found === undefined) {
      useOperands(node, ownLoop(node), 'main')
      return
    }
    const { group: by, section } = found
    home[node] = by
    sections[node] = section
    if (section === 'body') by.bodyRoots.push(node)
    else addRoot(node, by)
    useOperands(node, by, section)
  }

  /** The group of a reduce or matmul: the loop that goes on with its result, or a new one. */
  const withEpilogue = (node: number, list: readonly Use[]): Group => {
    whole[node] = list.some(({ kind }) => kind === 'whole')
    const found = options.unfused
      ? undefined
      : homeAmong(
          list,
          ({ group: by, section }) => section === 'main' && by.anchor < 0 && by !== outside && by.size === sizes[node],
        )
    const by = found?.group
    // A result that the loop also reads elsewhere than at its own place is not there yet.
    if (by === undefined || list.some((each) => each.group === by && each !== found && each.kind !== 'order')) {
      const made = ownLoop(node)
      made.anchor = node
      return made
    }
    by.anchor = node
    home[node] = by
    if (list.some((each) => each.group !== by && each.kind !== 'order')) addRoot(node, by)
    return by
  }

  const visitPad = (node: number): void => {
    const [source, value] = instructions[node]!.inputs as readonly [number, number]
    whole[node] = true
    const fill = newGroup(node, node, sizes[node]!)
    home[node] = fill
    use(value, fill, 'moved', sizes[node])
    const part = newGroup(node, -1, sizes[source]!)
    part.roots.push({ node: source, target: { kind: 'part', owner: node, part: 0 } })
    use(source, part, 'same')
  }

  const visitConcat = (node: number): void => {
    whole[node] = true
    const bySize = new Map<number, Group>()
    instructions[node]!.inputs.forEach((source, part) => {
      const by = bySize.get(sizes[source]!) ?? newGroup(node, -1, sizes[source]!)
      if (!options.unfused) bySize.set(sizes[source]!, by)
      by.roots.push({ node: source, target: { kind: 'part', owner: node, part } })
      use(source, by, 'same')
      home[node] = by
    })
  }

  for (let node = count - 1; node >= 0; node--) {
    const { op, inputs } = instructions[node]!
    if (uses[node]!.every(({ kind }) => kind === 'order') || op === 'input') continue
    const list = isFree(op) ? uses[node]! : mergeUses(uses[node]!)
    if (isMove(op)) visitMove(node, list)
    else if (isElementwise(op)) visitElementwise(node, list)
    else if (isFree(op)) {
      if (list.some(({ kind }) => kind === 'load' || kind === 'whole')) ownLoop(node)
    } else if (isReduce(op)) {
      const by = withEpilogue(node, list)
      use(inputs[0]!, by, 'same', sizes[inputs[0]!], 'body')
    } else if (op === 'matmul') {
      const by = withEpilogue(node, list)
      for (const input of inputs) use(input, by, 'load')
    } else if (op === 'project') {
      whole[node] = true
      for (const { group: by, kind } of list) use(inputs[0]!, by, kind === 'order' ? 'order' : 'load')
    } else if (op === 'pad') visitPad(node)
    else if (op === 'concat') visitConcat(node)
    else {
      whole[node] = true
      const made = newGroup(node, node, sizes[node]!)
      home[node] = made
      for (const input of inputs) use(input, made, 'whole')
    }
    uses[node] = []
  }
  instructions.forEach(({ op, inputs }, node) => {
    if (op === 'project' && whole[node]) home[node] = home[inputs[0]!]
  })
  groups.sort((a, b) => a.position - b.position)
  return { groups, home, sections, whole }
}
