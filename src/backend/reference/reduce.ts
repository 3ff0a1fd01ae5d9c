/** Reductions over axes. The order of operations is that of src/array/reduce.ts, read off its header. */
import { allocate, type DType, type HostArray } from '../../array/dtype.js'
import type { ReduceOp } from '../../array/node.js'
import { sizeOf, stridesOf } from '../../array/shape.js'
import { addition, multiplication, type Operator } from './rounding.js'
import { places, type View } from './view.js'

const longest = 4096
const lanes = 8

/** Rows of r elements, cut into chunks, gathered into blocks; each block is a list of [begin, end) ranges. */
const blocksOf = (rows: number, r: number): (readonly [number, number])[][] => {
  const chunks: (readonly [number, number])[] = []
  for (let row = 0; row < rows; row++)
    for (let begin = 0; begin < r; begin += longest)
      chunks.push([row * r + begin, row * r + Math.min(begin + longest, r)])
  const blocks: (readonly [number, number])[][] = []
  let held = 0
  for (const chunk of chunks) {
    const size = chunk[1] - chunk[0]
    if (blocks.length === 0 || held + size > longest) {
      blocks.push([])
      held = 0
    }
    blocks[blocks.length - 1].push(chunk)
    held += size
  }
  return blocks
}

const reduceBlock = (
  elements: ArrayLike<number>,
  block: readonly (readonly [number, number])[],
  f: Operator,
  identity: number,
): number => {
  const lane = new Array<number>(lanes).fill(identity)
  for (const [begin, end] of block)
    for (let i = begin; i < end; i++) lane[(i - begin) % lanes] = f(lane[(i - begin) % lanes], elements[i])
  const [l0, l1, l2, l3, l4, l5, l6, l7] = lane as [number, number, number, number, number, number, number, number]
  return f(f(f(l0, l4), f(l2, l6)), f(f(l1, l5), f(l3, l7)))
}

/** Reduces `rows` rows of r elements. */
const inBlocks = (
  rows: number,
  r: number,
  f: Operator,
  identity: number,
): ((elements: ArrayLike<number>) => number) => {
  const blocks = blocksOf(rows, r)
  if (blocks.length === 0) return () => identity
  if (blocks.length === 1) return (elements) => reduceBlock(elements, blocks[0], f, identity)
  const again = inBlocks(1, blocks.length, f, identity)
  return (elements) => again(blocks.map((block) => reduceBlock(elements, block, f, identity)))
}

/** The first place of the largest element; the first NaN, if there is one. */
const placeOfLargest = (elements: ArrayLike<number>): number => {
  let best = 0
  for (let i = 0; i < elements.length; i++) {
    if (Number.isNaN(elements[i])) return i
    if (elements[i] > elements[best]) best = i
  }
  return best
}

const folded = (elements: ArrayLike<number>, f: Operator): number => {
  let result = elements[0]
  for (let i = 1; i < elements.length; i++) result = f(result, elements[i])
  return result
}

/** How many of the reduced axes, counted from the last, are neighbours: they make one row. */
const rowAxes = (axes: readonly number[]): number => {
  let n = 1
  while (n < axes.length && axes[axes.length - n] - 1 === axes[axes.length - n - 1]) n++
  return n
}

const reducer = (op: ReduceOp, dtype: DType, rows: number, r: number): ((elements: ArrayLike<number>) => number) => {
  if (op === 'sum') return inBlocks(rows, r, addition(dtype), 0)
  if (op === 'prod') return inBlocks(rows, r, multiplication(dtype), 1)
  if (op === 'argMax') return placeOfLargest
  return (elements) => folded(elements, op === 'max' ? Math.max : Math.min)
}

export const reduce = (op: ReduceOp, x: View, axes: readonly number[], dtype: DType): HostArray => {
  const strides = stridesOf(x.shape)
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const pick = (list: readonly number[], from: readonly number[]): number[] => list.map((axis) => from[axis])
  const sizes = pick(axes, x.shape)
  const r = sizeOf(sizes.slice(sizes.length - rowAxes(axes)))
  const count = sizeOf(sizes)
  const f = reducer(op, x.dtype, r === 0 ? 0 : count / r, r)
  const begins = places(pick(kept, x.shape), pick(kept, strides))
  const inside = places(sizes, pick(axes, strides))
  const out = allocate(dtype, begins.length)
  const elements = new Float64Array(count)
  for (let i = 0; i < out.length; i++) {
    for (let j = 0; j < count; j++) elements[j] = x.data[begins[i] + inside[j]]!
    out[i] = f(elements)
  }
  return out
}
