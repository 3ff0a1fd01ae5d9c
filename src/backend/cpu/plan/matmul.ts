/**
 * From a matrix product to its launches. Each operand's address is separable: base + offset of the matrix of the batch +
 * offset along m (or n) + offset along k. So tables of offsets, made once a plan, read transposed, sliced, flipped and
 * windowed operands alike: a convolution is a product whose b is a view of windows.
 */
import { sizeOf, stridesOf } from '../../../array/shape.js'
import type { Access, Body, MatmulKernel } from '../../../engine/kernel.js'
import { gemmOf, wholeLimit, widestStripe } from '../kernel/matmul/gemm.js'
import { type Arithmetic, tileColumns, tileRows } from '../kernel/matmul/micro.js'
import { vectorMatrix, wideColumns } from '../kernel/matmul/vector.js'
import { addressOf, type KernelSource, type Launch, type Room, type Word } from './launch.js'
import { planLoop } from './loop.js'
import { plainStore } from './reduce/groups.js'
import { withResult } from './reduce/reduce.js'
import { isShared, type Sharing } from './sharing.js'
import { type Axis, axisSize, groupCost, groupsOf, isInRuns, offsetsOf, uniformStride } from './tables.js'

/** An operand: its own axis (m or n), the common axis k, and the matrices of the batch. */
export interface Side {
  readonly buffer: number
  readonly offset: number
  readonly batch: Axis
  readonly own: Axis
  readonly depth: Axis
}

/** Where results go: rows a stride apart, elements of a row neighbours. */
export interface Target {
  readonly buffer: number
  readonly offset: number
  readonly batch: Axis
  readonly rowStride: number
}

const gemmSources: Readonly<Record<Arithmetic, KernelSource>> = {
  exact: { key: 'gemm', write: () => gemmOf('exact') },
  relaxed: { key: 'relaxed gemm', write: () => gemmOf('relaxed') },
}
const vectorSource: KernelSource = { key: 'vector matrix', write: () => vectorMatrix }

const take = (strides: readonly number[], begin: number, dims: readonly number[]): Axis => ({
  dims,
  strides: strides.slice(begin, begin + dims.length),
})

export const sidesOf = ({ batch, m, n, k, a, b }: MatmulKernel): readonly [Side, Side] => [
  {
    ...a,
    batch: take(a.strides, 0, batch),
    own: take(a.strides, batch.length, m),
    depth: take(a.strides, batch.length + m.length, k),
  },
  {
    ...b,
    batch: take(b.strides, 0, batch),
    own: take(b.strides, batch.length + k.length, n),
    depth: take(b.strides, batch.length, k),
  },
]

/** Tables of one side: by groups of its own axis, or, where that is cheaper, by groups along k, transposed. */
const sideTables = ({ batch, own, depth }: Side, padding: number, room: Room) => {
  const offsets = offsetsOf(own, padding, room)
  const depths = offsetsOf(depth, 4, room)
  return {
    batch: offsetsOf(batch, 1, room),
    offsets,
    depths,
    groups: (across: boolean) => (across ? groupsOf(depth, depths, room) : groupsOf(own, offsets, room)),
    across: groupCost(depth) + 2 < groupCost(own),
  }
}

/** Bytes from column to column of b where its columns lie apart evenly and are contiguous along k, else 0. */
const columnStrideOf = ({ own, depth }: Side): number =>
  uniformStride(depth) === 1 ? 4 * (uniformStride(own) ?? 0) : 0

/** Bytes from place to place of k where those are even, and columns are neighbours as far as they are read together. */
const depthStepOf = ({ own, depth }: Side): number =>
  axisSize(own) >= wideColumns && isInRuns(own, wideColumns) ? 4 * (uniformStride(depth) ?? 0) : 0

const roundUp = (n: number, unit: number): number => Math.ceil(n / unit) * unit

/** Nothing is packed for a vector, so that its products take longer. */
const vectorWork = (work: number): number => 2.5 * work

/** Rows and columns of a unit: all rows by as many columns as fit the cache, or less where threads need parts to share. */
const stripesOf = (
  batch: number,
  m: number,
  n: number,
  work: number,
  sharing: Sharing,
): readonly [rows: number, columns: number] => {
  // Columns that a vector meets together lie in one stripe.
  const unit = m === 1 ? wideColumns : tileColumns
  let [rows, columns] = [m, Math.min(roundUp(n, unit), widestStripe)]
  if (!isShared(sharing, work)) return [rows, columns]
  const units = (): number => batch * Math.ceil(m / rows) * Math.ceil(n / columns)
  while (units() < 4 * sharing.threads && (rows > 32 || columns > 64))
    if (columns >= rows && columns > 64) columns = roundUp(columns / 2, unit)
    else if (rows > 32) rows = roundUp(rows / 2, tileRows)
    else columns = roundUp(columns / 2, unit)
  return [rows, columns]
}

/** c = a b, the results in `target`. */
const planProduct = (name: string, a: Side, b: Side, target: Target, room: Room): Launch => {
  const [m, n, k, batch] = [axisSize(a.own), axisSize(b.own), axisSize(a.depth), axisSize(a.batch)]
  const left = sideTables(a, 4, room)
  const right = sideTables(b, 8, room)
  const asVector = m === 1
  const work = (batch * m * n * k) / 16
  const [rowStripe, columnStripe] = stripesOf(batch, m, n, asVector ? vectorWork(work) : work, room.sharing)
  const [rowStripes, columnStripes] = [Math.ceil(m / rowStripe), Math.ceil(n / columnStripe)]
  const rightAcross = asVector ? (right.across ? columnStrideOf(b) : 0) : Number(right.across)
  const words: Word[] = [
    ...[m, n, k],
    addressOf(a.buffer, a.offset),
    addressOf(b.buffer, b.offset),
    addressOf(target.buffer, target.offset),
    left.batch,
    right.batch,
    offsetsOf(target.batch, 1, room),
    left.offsets,
    left.depths,
    right.offsets,
    right.depths,
    asVector ? 0 : left.groups(left.across),
    right.groups(right.across && !asVector),
    Number(left.across),
    rightAcross,
    asVector ? (rightAcross > 0 ? 0 : depthStepOf(b)) : 4 * target.rowStride,
    columnStripe,
    columnStripes,
    rowStripe,
    rowStripes,
    Number(roundUp(rowStripe, tileRows) * k * 4 <= wholeLimit),
    0,
    0,
  ]
  return {
    name,
    source: asVector ? vectorSource : gemmSources[room.products.arithmetic],
    words,
    units: batch * columnStripes * rowStripes,
    work: asVector ? vectorWork(work) : work,
  }
}

/** Results that whole tiles compute for each one that is wanted. */
const waste = (rows: number, columns: number): number =>
  (roundUp(rows, tileRows) * roundUp(columns, tileColumns)) / (rows * columns)

/** Where the one plain store of an epilogue goes, if rows of the product can be written there as they come. */
export const directTarget = (
  access: Access | undefined,
  batch: readonly number[],
  m: readonly number[],
  n: readonly number[],
  swapped: boolean,
): Target | undefined => {
  if (access === undefined) return undefined
  const { buffer, offset, strides } = access
  const first = take(strides, batch.length, m)
  const second = take(strides, batch.length + m.length, n)
  const [rows, columns] = swapped ? [second, first] : [first, second]
  const rowStride = uniformStride(rows)
  const step = uniformStride(columns)
  if (rowStride === undefined || (step !== 1 && axisSize(columns) > 1)) return undefined
  return { buffer, offset, batch: take(strides, 0, batch), rowStride }
}

/** Results on their way to an epilogue. */
interface Raw<T> {
  readonly target: T
  /** As the epilogue reads them. */
  readonly result: Access
}

/**
 * Where the epilogue stores something that nothing it loads may be the memory of: results can stand there until it comes,
 * element by element, in their place.
 */
export const ownPlace = <T>(
  { operands, steps, stores }: Body,
  targetOf: (access: Access) => T | undefined,
  room: Room,
): Raw<T> | undefined => {
  const loads = operands.flatMap((operand) => (operand.kind === 'load' ? [operand.access.buffer] : []))
  for (const { value, access } of stores) {
    const { dtype } = value < operands.length ? operands[value] : steps[value - operands.length]
    const others = [...loads, ...stores.map((store) => store.access.buffer).filter((each) => each !== access.buffer)]
    const alone = stores.filter((store) => store.access.buffer === access.buffer).length === 1
    const target = targetOf(access)
    if (
      target !== undefined &&
      dtype === 'float32' &&
      alone &&
      !others.some((each) => room.overlap(access.buffer, each))
    )
      return { target, result: access }
  }
  return undefined
}

/** A buffer of their own. */
const fresh = ({ batch, m, n }: MatmulKernel, swapped: boolean, room: Room): Raw<Target> => {
  const [rows, columns] = [sizeOf(m), sizeOf(n)]
  const buffer = room.temporary(sizeOf(batch) * rows * columns)
  const batchStrides = stridesOf([...batch, rows * columns]).slice(0, -1)
  const rowStride = swapped ? rows : columns
  const mStrides = stridesOf(m).map((stride) => (swapped ? stride : stride * columns))
  const nStrides = stridesOf(n).map((stride) => (swapped ? stride * rows : stride))
  return {
    target: { buffer, offset: 0, batch: { dims: batch, strides: batchStrides }, rowStride },
    result: { buffer, offset: 0, strides: [...batchStrides, ...mStrides, ...nStrides] },
  }
}

export const planMatmul = (kernel: MatmulKernel, room: Room): Launch[] => {
  const { batch, m, n, k, epilogue } = kernel
  const dims = [...batch, ...m, ...n]
  const places = sizeOf(dims)
  if (places === 0) return []
  if (sizeOf(k) === 0) return planLoop('matmul', dims, withResult(epilogue, 'float32', 0))
  const [a, b] = sidesOf(kernel)
  const plain = plainStore(epilogue)
  const [rows, columns] = [sizeOf(m), sizeOf(n)]
  const straight = directTarget(plain, batch, m, n, false)
  const turned = directTarget(plain, batch, m, n, true)
  // The transposed product computes the same sums. It is preferred where its results can be stored as they come, or where
  // its tiles fit better and results are few for the work that they take.
  const gain = waste(rows, columns) / waste(columns, rows)
  const swapped =
    rows === 1
      ? false
      : columns === 1 || gain > (sizeOf(k) > 64 ? 1.1 : 1.5)
        ? true
        : straight === undefined && turned !== undefined
  const [left, right] = swapped ? [b, a] : [a, b]
  const direct = swapped ? turned : straight
  if (direct !== undefined) return [planProduct('matmul', left, right, direct, room)]

  const found = ownPlace(epilogue, (access) => directTarget(access, batch, m, n, swapped), room)
  const { target, result } = found ?? fresh(kernel, swapped, room)
  return [planProduct('matmul', left, right, target, room), ...planLoop('matmul epilogue', dims, epilogue, result)]
}
