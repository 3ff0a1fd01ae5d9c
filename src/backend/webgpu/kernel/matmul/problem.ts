/**
 * A product as the shaders see it: two sides and three numbers, m, n and k, instead of lists of dims.
 *
 * Batch dims over which one operand does not change are rows (or columns) of the other's matrix: the images of a
 * convolution are one long axis n beside one filter. Dims are joined where strides allow, and the roles of a and b are
 * exchanged where results then lie along n, which neighbouring invocations compute.
 */
import { sizeOf } from '../../../../array/shape.js'
import type { Access, Body, MatmulKernel, Operand } from '../../../../engine/kernel.js'

type List = readonly number[]

/** Dims and the strides of one access along them. */
export interface Axis {
  readonly dims: List
  readonly strides: List
}

/** An operand: address = offset + batch offset + offset along its own axis (m or n) + offset along k. */
export interface Side {
  readonly buffer: number
  readonly offset: number
  readonly batch: Axis
  readonly own: Axis
  /** Over the dims that both sides share. */
  readonly depth: Axis
}

/** What is done with a result, over the dims of batch, rows and columns. */
export interface Epilogue {
  readonly body: Body
  readonly batch: List
  readonly rows: List
  readonly columns: List
}

export interface Problem {
  readonly batch: number
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Side
  readonly b: Side
  readonly epilogue: Epilogue
}

/** All that the choice of a kernel looks at. */
export type Sizes = Pick<Problem, 'batch' | 'm' | 'n' | 'k'>

const pick = (list: List, order: List): number[] => order.map((at) => list[at])
const range = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i)

/** Groups of neighbouring dims that are one in every list of strides. Dims of size 1 join any. */
const joined = (dims: List, lists: readonly List[]): { readonly dims: List; readonly lists: readonly List[] } => {
  const sizes: number[] = []
  const strides: number[][] = lists.map(() => [])
  dims.forEach((size, d) => {
    if (size === 1) return
    const last = sizes.length - 1
    if (last >= 0 && lists.every((list, i) => strides[i][last] === size * list[d])) {
      sizes[last] *= size
      lists.forEach((list, i) => {
        strides[i][last] = list[d]
      })
      return
    }
    sizes.push(size)
    lists.forEach((list, i) => {
      strides[i].push(list[d])
    })
  })
  return { dims: sizes, lists: strides }
}

const axisOf = (dims: List, strides: List): Axis => {
  const { dims: own, lists } = joined(dims, [strides])
  return { dims: own, strides: lists[0] }
}

/** Whatever of a body has strides. */
const stridesOfBody = ({ operands, stores }: Body): List[] => [
  ...stores.map(({ access }) => access.strides),
  ...operands.flatMap((operand) =>
    operand.kind === 'load' ? [operand.access.strides] : operand.kind === 'index' ? [operand.strides] : [],
  ),
]

/** The body with other strides, given in the order of `stridesOfBody`. */
const withStrides = (body: Body, lists: readonly List[]): Body => {
  let next = 0
  const stores = body.stores.map((store) => ({ ...store, access: { ...store.access, strides: lists[next++] } }))
  const operands = body.operands.map((operand): Operand => {
    if (operand.kind === 'load') return { ...operand, access: { ...operand.access, strides: lists[next++] } }
    return operand.kind === 'index' ? { ...operand, strides: lists[next++] } : operand
  })
  return { ...body, operands, stores }
}

/** The epilogue over batch, rows and columns (positions among the dims of the kernel), with its dims joined. */
const epilogueOf = (dims: List, body: Body, groups: readonly [List, List, List]): Epilogue => {
  const given = stridesOfBody(body)
  const parts = groups.map((group) =>
    joined(
      pick(dims, group),
      given.map((strides) => pick(strides, group)),
    ),
  )
  const lists = given.map((_, i) => parts.flatMap((part) => part.lists[i]))
  const [batch, rows, columns] = parts.map((part) => part.dims)
  return { body: withStrides(body, lists), batch, rows, columns }
}

/** Whether neighbours along the axis at `group` are neighbours in what the epilogue stores. */
const storesAlong = (dims: List, { stores }: Body, group: List): boolean => {
  const inner = group.filter((d) => dims[d] > 1).at(-1)
  return inner !== undefined && stores.some(({ access }) => Math.abs(access.strides[inner]) === 1)
}

export const problemOf = ({ batch, m, n, k, a, b, epilogue }: MatmulKernel): Problem => {
  const dims = [...batch, ...m, ...n]
  const all = range(0, batch.length)
  const columnsOfBatch = all.filter((d) => a.strides[d] === 0 && b.strides[d] !== 0)
  const rowsOfBatch = all.filter((d) => b.strides[d] === 0)
  const kept = all.filter((d) => !columnsOfBatch.includes(d) && !rowsOfBatch.includes(d))
  const rows = [...rowsOfBatch, ...range(batch.length, m.length)]
  const columns = [...columnsOfBatch, ...range(batch.length + m.length, n.length)]

  const [afterA, afterB] = [batch.length + m.length, batch.length + k.length]
  const depth = joined(k, [a.strides.slice(afterA), b.strides.slice(batch.length, afterB)])
  const keptDims = pick(dims, kept)
  const side = ({ buffer, offset, strides }: Access, own: List, ownStrides: List, along: List): Side => ({
    buffer,
    offset,
    batch: axisOf(keptDims, pick(strides, kept)),
    own: axisOf(pick(dims, own), ownStrides),
    depth: { dims: depth.dims, strides: along },
  })
  // The place of dim d of the kernel among the strides of b, which has k where a has m.
  const inB = (d: number): number => (d < batch.length ? d : d - m.length + k.length)
  const left = side(a, rows, pick(a.strides, rows), depth.lists[0])
  const right = side(b, columns, pick(b.strides, columns.map(inB)), depth.lists[1])
  const swapped = storesAlong(dims, epilogue, rows) && !storesAlong(dims, epilogue, columns)
  const sizes = { batch: sizeOf(keptDims), k: sizeOf(k) }
  const [rowCount, columnCount] = [sizeOf(pick(dims, rows)), sizeOf(pick(dims, columns))]
  return swapped
    ? {
        ...sizes,
        m: columnCount,
        n: rowCount,
        a: right,
        b: left,
        epilogue: epilogueOf(dims, epilogue, [kept, columns, rows]),
      }
    : {
        ...sizes,
        m: rowCount,
        n: columnCount,
        a: left,
        b: right,
        epilogue: epilogueOf(dims, epilogue, [kept, rows, columns]),
      }
}
