/**
 * Groups of instructions that become one kernel, and when two of them may be one.
 *
 * Every group has a position, the number of its last instruction, and groups run in the order of their positions. A
 * value that one group stores and another reads must be stored at an earlier position; any grouping that keeps to this
 * is free of cycles, and whether a merge does is one comparison. The position of a group never changes: an earlier group
 * moves into a later one.
 */
export type Section = 'main' | 'body'
/**
 * How a value is used. same: computed in the group, place by place. moved: through a view. load: must be in memory.
 * whole: there, in order. order: only has to be computed before.
 */
export type UseKind = 'same' | 'moved' | 'load' | 'whole' | 'order'

export interface Use {
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
  /** Whether it is a loop, reduce or matmul, which others can join. */
  readonly open: boolean
  /** The instruction that is no loop: a reduce, matmul, pad to fill, or another whole kernel; -1 in a loop. */
  anchor: number
  /** Places of the loop, or of the epilogue. */
  readonly size: number
  readonly roots: Root[]
  /** Values that a reduce stores on its way. */
  readonly bodyRoots: number[]
  members: number
  /** The last instruction of weight that it depends on. */
  ready: number
  /** Position of the first group that reads what this one stores. */
  firstReader: number
  /** The group that it became part of. */
  into: Group | undefined
}

export const makeGroup = (position: number, anchor: number, size: number, open: boolean): Group => ({
  position,
  open,
  anchor,
  size,
  roots: [],
  bodyRoots: [],
  members: 0,
  ready: -1,
  firstReader: Number.POSITIVE_INFINITY,
  into: undefined,
})

export const resolved = (group: Group): Group => {
  let at = group
  while (at.into !== undefined) at = at.into
  return at
}

/** Larger kernels gain nothing, and expressions are built recursively. */
export const mostMembers = 400

/** Whether `a` can move into the later group `b`. */
export const canMerge = (a: Group, b: Group): boolean =>
  a.open &&
  b.open &&
  a.position < b.position &&
  a.size === b.size &&
  (a.anchor < 0 || b.anchor < 0) &&
  a.firstReader > b.position &&
  a.members + b.members <= mostMembers

export const merge = (a: Group, b: Group): void => {
  a.into = b
  b.anchor = Math.max(a.anchor, b.anchor)
  b.roots.push(...a.roots)
  b.bodyRoots.push(...a.bodyRoots)
  b.members += a.members
  b.ready = Math.max(a.ready, b.ready)
  b.firstReader = Math.min(a.firstReader, b.firstReader)
}

const isSameWay = (a: Use, b: Use): boolean => a.group === b.group && a.section === b.section && a.kind === b.kind

/** Uses by one group in one way, made one. */
export const mergeUses = (list: readonly Use[]): readonly Use[] => {
  // Most values have one use.
  if (list.length === 1 && list[0].group.into === undefined) return list
  const merged: Use[] = []
  /** Where a group's first use stands; few are found as fast without. */
  const firsts = list.length > 8 ? new Map<Group, number>() : undefined
  for (let i = 0; i < list.length; i++) {
    const { group: given, section, kind, places } = list[i]
    const each = given.into === undefined ? list[i] : { group: resolved(given), section, kind, places }
    let at = firsts === undefined ? 0 : (firsts.get(each.group) ?? merged.length)
    if (at === merged.length) firsts?.set(each.group, at)
    while (at < merged.length && !isSameWay(merged[at], each)) at++
    if (at === merged.length) merged.push(each)
    else if (kind === 'moved') merged[at] = { group: each.group, section, kind, places: merged[at].places + places }
  }
  return merged
}
