/**
 * Products that another library computes (the device option `matmul`): those of plain matrices, which lie row by row or
 * column by column, in a batch of any strides. All others, and what is too small to pay for the call, are our own.
 */
import { sizeOf, stridesOf } from '../../../array/shape.js'
import type { Access, MatmulKernel } from '../../../engine/kernel.js'
import { addressOf, type Launch, type Room, type Word } from './launch.js'
import { planLoop } from './loop.js'
import { directTarget, type Side, sidesOf, type Target } from './matmul.js'
import { plainStore } from './reduce/groups.js'
import { offsetsOf, uniformStride } from './tables.js'

/** What the function reads: indices of the descriptor's words. Strides count elements, addresses and offsets bytes. */
export const externalWords = {
  ...{ m: 0, n: 1, k: 2, count: 3 },
  ...{ a: 4, aStride: 5, aTransposed: 6, aBatch: 7 },
  ...{ b: 8, bStride: 9, bTransposed: 10, bBatch: 11 },
  ...{ c: 12, cStride: 13, cBatch: 14 },
} as const

/** Multiplications below which a call costs more than it gains. */
export const usualLeastWork = 1 << 15

interface Plain {
  readonly stride: number
  readonly transposed: boolean
}

/** How a matrix of these strides lies, if it is plain. */
const plainOf = (
  rows: number,
  rowStride: number | undefined,
  columns: number,
  columnStride: number | undefined,
): Plain | undefined => {
  if (rowStride === undefined || columnStride === undefined) return undefined
  if (columnStride === 1 && rowStride >= columns) return { stride: rowStride, transposed: false }
  if (rowStride === 1 && columnStride >= rows) return { stride: columnStride, transposed: true }
  return undefined
}

const describeSide = (side: Side, { stride, transposed }: Plain, room: Room): Word[] => [
  addressOf(side.buffer, side.offset),
  stride,
  Number(transposed),
  offsetsOf(side.batch, 1, room),
]

/** The launches of a product that the other library takes, else undefined. */
export const planExternal = (kernel: MatmulKernel, room: Room): Launch[] | undefined => {
  if (room.products.external === undefined) return undefined
  const { source, leastWork } = room.products.external
  const { batch, m, n, k, epilogue } = kernel
  const [left, right] = sidesOf(kernel)
  const [rows, columns, depth] = [sizeOf(m), sizeOf(n), sizeOf(k)]
  if (rows < 2 || columns < 2 || depth < 2 || rows * columns * depth < leastWork) return undefined
  const a = plainOf(rows, uniformStride(left.own), depth, uniformStride(left.depth))
  const b = plainOf(depth, uniformStride(right.depth), columns, uniformStride(right.own))
  if (a === undefined || b === undefined) return undefined

  const product = (target: Target): Launch => ({
    name: 'external matmul',
    source,
    words: [
      ...[rows, columns, depth, sizeOf(batch)],
      ...describeSide(left, a, room),
      ...describeSide(right, b, room),
      addressOf(target.buffer, target.offset),
      target.rowStride,
      offsetsOf(target.batch, 1, room),
    ],
    // The library has threads of its own.
    units: 1,
    work: 0,
  })
  const direct = directTarget(plainStore(epilogue), batch, m, n, false)
  if (direct !== undefined && direct.rowStride >= columns) return [product(direct)]
  const buffer = room.temporary(sizeOf([...batch, ...m, ...n]))
  const strides = stridesOf([...batch, ...m, ...n])
  const target: Target = {
    ...{ buffer, offset: 0, rowStride: columns },
    batch: { dims: batch, strides: strides.slice(0, batch.length) },
  }
  const result: Access = { buffer, offset: 0, strides }
  return [product(target), ...planLoop('matmul epilogue', [...batch, ...m, ...n], epilogue, result)]
}
