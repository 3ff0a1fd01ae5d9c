/** Shapes and the arithmetic on them. Row-major throughout: the last axis is contiguous. */
import { fail } from './error.js'

/** A size is a literal, or `number` where it is known at run time only. */
export type Shape = readonly number[]

/** Number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => {
  let size = 1
  for (let i = 0; i < shape.length; i++) size *= shape[i]
  return size
}

export const sameShape = (a: Shape, b: Shape): boolean => {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`

/** Row-major strides in elements. */
export const stridesOf = (shape: Shape): number[] => {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride
    stride *= shape[i]
  }
  return strides
}

/** Sizes are non-negative integers, and there are at most 2^31 - 1 elements (indices are int32 on every device). */
export const checkShape = (path: string, shape: Shape): void => {
  for (const size of shape)
    if (!Number.isInteger(size) || size < 0)
      fail(path, 'sizes that are non-negative integers', showShape(shape), 'Write whole numbers of elements.')
  if (sizeOf(shape) > 0x7fffffff)
    fail(path, 'at most 2147483647 elements', showShape(shape), 'Split the array into smaller ones.')
}

/** The non-negative number of an axis, which may be counted from the end. */
export const normalizeAxis = (path: string, axis: number, rank: number): number => {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
    fail(path, `an axis from ${-rank} to ${rank - 1}`, String(axis), `The array has rank ${rank}.`)
  return axis < 0 ? axis + rank : axis
}

const areNormal = (axes: readonly number[], rank: number): boolean => {
  for (let i = 0; i < axes.length; i++)
    if (!Number.isInteger(axes[i]) || axes[i] < (i === 0 ? 0 : axes[i - 1] + 1) || axes[i] >= rank) return false
  return true
}

/** Sorted, distinct, non-negative axes. An empty list stays empty; those that are so already are given back. */
export const normalizeAxes = (path: string, axes: readonly number[], rank: number): readonly number[] => {
  if (areNormal(axes, rank)) return axes
  const normal = new Array<number>(axes.length)
  for (let i = 0; i < axes.length; i++) {
    const axis = normalizeAxis(path, axes[i], rank)
    // Lists are short and mostly sorted.
    let at = i
    for (; at > 0 && normal[at - 1] >= axis; at--) {
      if (normal[at - 1] === axis) fail(path, 'axes that differ', showShape(axes), `Name axis ${axis} once.`)
      normal[at] = normal[at - 1]
    }
    normal[at] = axis
  }
  return normal
}

/** The common shape of two shapes under NumPy's rules: align at the end; sizes agree or one of them is 1. */
export const broadcastShapes = (path: string, a: Shape, b: Shape): Shape => {
  if (b.length === 0 || sameShape(a, b)) return a
  if (a.length === 0) return b
  const rank = Math.max(a.length, b.length)
  const out = new Array<number>(rank)
  for (let i = 1; i <= rank; i++) {
    const x = a[a.length - i] ?? 1
    const y = b[b.length - i] ?? 1
    if (x !== y && x !== 1 && y !== 1)
      fail(
        path,
        'shapes that broadcast (sizes agree from the end, or one of them is 1)',
        `${showShape(a)} and ${showShape(b)}: ${x} and ${y} at axis ${-i}`,
        'Reshape, or slice one of them.',
      )
    out[rank - i] = x === 1 ? y : x
  }
  return out
}
