/**
 * Views: how the elements of an array, taken in row-major order, lie in a buffer.
 *
 * A view is a mixed-radix number: digits from the outermost in, each with a size and a stride. It knows nothing of axes:
 * neighbouring digits that run through memory as one are one, so that a reshape changes nothing at all, and axes are cut
 * out when a function asks for them. A cut fails where a digit would have to be split unevenly; then whoever asks must
 * make the elements contiguous first.
 */
import type { Shape } from '../../array/shape.js'
import { sizeOf } from '../../array/shape.js'

export interface Digit {
  readonly size: number
  readonly stride: number
}
/** Sizes are 2 or more: an axis of size 1 has no digit. */
export interface View {
  readonly offset: number
  readonly digits: readonly Digit[]
}

export const contiguous = (size: number): View => ({ offset: 0, digits: size === 1 ? [] : [{ size, stride: 1 }] })

export const isContiguous = ({ offset, digits }: View): boolean =>
  offset === 0 && (digits.length === 0 || (digits.length === 1 && digits[0].stride === 1))

const isJoined = (digits: readonly Digit[]): boolean => {
  for (let i = 0; i < digits.length; i++) {
    const { size, stride } = digits[i]
    if (size === 1 || (i > 0 && digits[i - 1].stride === size * stride)) return false
  }
  return true
}

/** Neighbours that run through memory as one, made one. */
export const join = (digits: readonly Digit[]): readonly Digit[] => {
  if (isJoined(digits)) return digits
  const out: Digit[] = []
  for (let i = 0; i < digits.length; i++) {
    const digit = digits[i]
    if (digit.size === 1) continue
    const outer = out[out.length - 1]
    if (outer !== undefined && outer.stride === digit.size * digit.stride)
      out[out.length - 1] = { size: outer.size * digit.size, stride: digit.stride }
    else out.push(digit)
  }
  return out
}

/** The digits of consecutive parts of the given sizes, or undefined where a digit crosses a border unevenly. */
export const cut = (digits: readonly Digit[], sizes: readonly number[]): readonly (readonly Digit[])[] | undefined => {
  const parts = new Array<readonly Digit[]>(sizes.length)
  let last = digits.length - 1
  /** What is left of the last digit. */
  let left = digits[last]
  for (let part = sizes.length - 1; part >= 0; part--) {
    let taken = noDigits
    let need = sizes[part]
    while (need > 1) {
      if (left === undefined) return undefined
      const { size, stride } = left
      if (need % size === 0) {
        taken = taken.length === 0 ? [left] : [left, ...taken]
        need /= size
        left = digits[--last]
      } else if (size % need === 0) {
        const digit = { size: need, stride }
        taken = taken.length === 0 ? [digit] : [digit, ...taken]
        left = { size: size / need, stride: stride * need }
        need = 1
      } else return undefined
    }
    parts[part] = taken
  }
  return parts
}

const noDigits: readonly Digit[] = []

/** One step of moving elements: from an array of shape `from` to one of shape `to`. */
export interface Move {
  readonly op: 'reshape' | 'permute' | 'broadcast' | 'slice' | 'flip' | 'window'
  readonly attributes: readonly number[]
  readonly from: Shape
  readonly to: Shape
}

const permuted = (axes: readonly (readonly Digit[])[], { attributes }: Move): Digit[] =>
  attributes.flatMap((axis) => axes[axis])

const broadcast = (axes: readonly (readonly Digit[])[], { from, to }: Move): Digit[] => {
  const lead = to.length - from.length
  return to.flatMap((size, i) => (i < lead || from[i - lead] !== size ? [{ size, stride: 0 }] : axes[i - lead]))
}

/** Memory distance of element `index` of an axis. */
const distance = (axis: readonly Digit[], index: number): number => {
  let rest = index
  let sum = 0
  for (let i = axis.length - 1; i >= 0; i--) {
    sum += (rest % axis[i].size) * axis[i].stride
    rest = Math.floor(rest / axis[i].size)
  }
  return sum
}

const sliced = (view: View, axes: readonly (readonly Digit[])[], { attributes, from, to }: Move): View | undefined => {
  const rank = to.length
  let { offset } = view
  const digits: Digit[] = []
  for (let i = 0; i < rank; i++) {
    const axis = axes[i]
    const [begin, step, size] = [attributes[i], attributes[rank + i], to[i]]
    if (size === from[i]) digits.push(...axis)
    else if (size === 1) offset += distance(axis, begin)
    else if (axis.length === 1) {
      offset += begin * axis[0].stride
      digits.push({ size, stride: step * axis[0].stride })
    } else return undefined
  }
  return { offset, digits: join(digits) }
}

const flipped = (view: View, axes: readonly (readonly Digit[])[], { attributes }: Move): View => {
  let { offset } = view
  const digits = axes.flatMap((axis, i) => {
    if (!attributes.includes(i)) return axis
    for (const { size, stride } of axis) offset += (size - 1) * stride
    return axis.map(({ size, stride }) => ({ size, stride: -stride }))
  })
  return { offset, digits: join(digits) }
}

const windowed = (
  view: View,
  axes: readonly (readonly Digit[])[],
  { attributes, from, to }: Move,
): View | undefined => {
  const n = attributes.length / 3
  const lead = from.length - n
  const inner: Digit[] = []
  const outer: Digit[] = []
  for (let i = 0; i < n; i++) {
    const axis = axes[lead + i]
    const [step, dilation] = [attributes[n + i], attributes[2 * n + i]]
    const [size, count] = [to[lead + i], to[lead + n + i]]
    if (size === 1 && count === from[lead + i]) outer.push(...axis)
    else if (axis.length === 1) {
      inner.push({ size, stride: dilation * axis[0].stride })
      outer.push({ size: count, stride: step * axis[0].stride })
    } else return undefined
  }
  return { offset: view.offset, digits: join([...axes.slice(0, lead).flat(), ...inner, ...outer]) }
}

/** What `move` makes of a view, or undefined where the elements must be made contiguous first. */
export const moved = (view: View, move: Move): View | undefined => {
  if (move.op === 'reshape') return view
  if (view.digits.length === 0 && move.op !== 'broadcast') return sizeOf(move.to) === 1 ? view : undefined
  const axes = cut(view.digits, move.from)
  if (axes === undefined) return undefined
  switch (move.op) {
    case 'permute':
      return { offset: view.offset, digits: join(permuted(axes, move)) }
    case 'broadcast':
      return { offset: view.offset, digits: join(broadcast(axes, move)) }
    case 'slice':
      return sliced(view, axes, move)
    case 'flip':
      return flipped(view, axes, move)
    case 'window':
      return windowed(view, axes, move)
  }
}
