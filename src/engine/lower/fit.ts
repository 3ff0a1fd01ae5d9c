/**
 * The loop nest of a kernel: groups of dims (such as batch, m, n and k) over which all accesses of the kernel are affine.
 */
import { refine } from './refine.js'
import { cut, type Digit, join, type Move, moved, type View } from './view.js'

/** An access before its dims are known. */
export interface Slot {
  readonly view: View
  /** How axes are permuted first. */
  readonly permute: Move | undefined
  /** The groups of dims that it spans, from the outermost. */
  readonly spans: readonly number[]
}

export interface Fitted {
  /** Dims of each group. */
  readonly dims: readonly (readonly number[])[]
  /** For each slot, its strides in the dims of each group that it spans. */
  readonly strides: readonly (readonly (readonly number[])[])[]
}

/** The digits of a slot in each group that it spans, or undefined where they do not fit. */
const partsOf = (slot: Slot, sizes: readonly number[]): readonly (readonly Digit[])[] | undefined => {
  const digits = slot.permute === undefined ? slot.view.digits : moved(slot.view, slot.permute)?.digits
  if (digits === undefined) return undefined
  // What spans one group is all of it, and joined as it is.
  if (slot.spans.length === 1) return [digits]
  const parts = cut(
    digits,
    slot.spans.map((span) => sizes[span]),
  )
  return parts?.map(join)
}

/** The nest for groups of the given sizes, or the number of a slot that must be made contiguous first. */
export const fitNest = (sizes: readonly number[], slots: readonly Slot[]): Fitted | number => {
  const parts: (readonly (readonly Digit[])[])[] = []
  const strides: (readonly number[])[][] = []
  for (let i = 0; i < slots.length; i++) {
    const own = partsOf(slots[i], sizes)
    if (own === undefined) return i
    parts.push(own)
    strides.push(new Array<readonly number[]>(own.length))
  }
  const dims: (readonly number[])[] = []
  for (let span = 0; span < sizes.length; span++) {
    const users: number[] = []
    const views: (readonly Digit[])[] = []
    for (let slot = 0; slot < slots.length; slot++) {
      const at = slots[slot].spans.indexOf(span)
      if (at < 0) continue
      users.push(slot)
      views.push(parts[slot][at])
    }
    const refined = refine(sizes[span], views)
    if (typeof refined === 'number') return users[refined]
    dims.push(refined.dims)
    for (let i = 0; i < users.length; i++) strides[users[i]][slots[users[i]].spans.indexOf(span)] = refined.strides[i]
  }
  return { dims, strides }
}
