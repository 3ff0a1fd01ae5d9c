/**
 * The common loop nest of several views: the fewest dims such that each view has one stride for each dim.
 *
 * A view's digits end at certain products of sizes, counted from the inside. The dims end at all of those together, which
 * works if each divides the next.
 */
import type { Digit } from './view.js'

export interface Refined {
  readonly dims: readonly number[]
  /** For each view, its stride in each dim. */
  readonly strides: readonly (readonly number[])[]
}

/** Adds the borders of `digits` to `borders`, or says false and adds none when they do not nest. */
const addBorders = (borders: number[], digits: readonly Digit[]): boolean => {
  let fresh: number[] | undefined
  let product = 1
  for (let i = digits.length - 1; i > 0; i--) {
    product *= digits[i].size
    if (borders.includes(product)) continue
    if (fresh === undefined) fresh = [product]
    else fresh.push(product)
  }
  if (fresh === undefined) return true
  const all = [...borders, ...fresh].sort((a, b) => a - b)
  for (let i = 1; i < all.length; i++) if (all[i] % all[i - 1] !== 0) return false
  borders.splice(0, borders.length, ...all)
  return true
}

const none: readonly number[] = []

const stridesIn = (dims: readonly number[], digits: readonly Digit[]): number[] => {
  const strides = new Array<number>(dims.length).fill(0)
  let digit = digits.length - 1
  let inside = 1
  for (let i = dims.length - 1; i >= 0 && digit >= 0; i--) {
    strides[i] = inside * digits[digit].stride
    inside *= dims[i]
    if (inside === digits[digit].size) {
      digit--
      inside = 1
    }
  }
  return strides
}

/** The dims for `views` over `size` places, or the number of the first view that does not fit those before it. */
export const refine = (size: number, views: readonly (readonly Digit[])[]): Refined | number => {
  const borders: number[] = []
  for (let i = 0; i < views.length; i++) if (!addBorders(borders, views[i])) return i
  if (size === 1) return { dims: none, strides: views.map(() => none) }
  // Most views run through memory with one stride.
  if (borders.length === 0)
    return { dims: [size], strides: views.map((digits) => [digits.length === 0 ? 0 : digits[0].stride]) }
  const dims = [...borders, size].map((border, i) => border / (i === 0 ? 1 : borders[i - 1])).reverse()
  return { dims, strides: views.map((digits) => stridesIn(dims, digits)) }
}
