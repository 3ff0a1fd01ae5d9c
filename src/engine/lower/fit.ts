/**
 * The loop nest of a kernel: groups of dims (such as batch, m, n and k) over which all accesses of the kernel are affine.
 */
import type { Shape } from '../../array/shape.js'
import { refine } from './refine.js'
import { cut, type Digit, join, type Move, moved, type View } from './view.js'

/** An access before its dims are known. */
export interface Slot {
  readonly view: View
  /** Order of axes to be taken first, for an array of this shape. */
  readonly permute?: { readonly shape: Shape; readonly axes: readonly number[] }
  /** The groups of dims that it spans, from the outermost. */
  readonly spans: readonly number[]
}

export interface Fitted {
  /** Dims of each group. */
  readonly dims: readonly (readonly number[])[]
  /** For each slot, its strides in the dims of each group that it spans. */
  readonly strides: readonly (readonly (readonly number[])[])[]
}

const digitsOf = ({ view, permute }: Slot): readonly Digit[] | undefined => {
  if (permute === undefined) return view.digits
  const { shape, axes } = permute
  const move: Move = { op: 'permute', attributes: axes, from: shape, to: axes.map((axis) => shape[axis]) }
  return moved(view, move)?.digits
}

/** The nest for groups of the given sizes, or the number of a slot that must be made contiguous first. */
export const fitNest = (sizes: readonly number[], slots: readonly Slot[]): Fitted | number => {
  const parts: (readonly Digit[])[][] = []
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]
    const digits = digitsOf(slot)
    const own =
      digits &&
      cut(
        digits,
        slot.spans.map((span) => sizes[span]),
      )
    if (own === undefined) return i
    parts.push(own.map(join))
  }
  const dims: (readonly number[])[] = []
  const strides = slots.map(({ spans }) => new Array<readonly number[]>(spans.length))
  for (let span = 0; span < sizes.length; span++) {
    const users: (readonly [slot: number, at: number])[] = []
    slots.forEach(({ spans }, slot) => {
      const at = spans.indexOf(span)
      if (at >= 0) users.push([slot, at])
    })
    const refined = refine(
      sizes[span],
      users.map(([slot, at]) => parts[slot][at]),
    )
    if (typeof refined === 'number') return users[refined][0]
    dims.push(refined.dims)
    users.forEach(([slot, at], i) => {
      strides[slot][at] = refined.strides[i]!
    })
  }
  return { dims, strides }
}
