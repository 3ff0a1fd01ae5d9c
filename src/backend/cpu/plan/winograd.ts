/**
 * Convolutions by Winograd's algorithm (the device option `winograd`): products whose right operand is a view of all
 * windows of 3 by 3 of an image, one step apart, and whose left one is the same for every image. The shape alone decides:
 * see `usualLimits`.
 */
import { sizeOf, stridesOf } from '../../../array/shape.js'
import type { KernelDescription } from '../../../engine/backend.js'
import type { Access, MatmulKernel } from '../../../engine/kernel.js'
import type { Arithmetic } from '../kernel/matmul/micro.js'
import { convolveOf } from '../kernel/winograd/convolve.js'
import { transformFilters } from '../kernel/winograd/filters.js'
import { streamBytes, widestBlock } from '../kernel/winograd/layout.js'
import { addressOf, type KernelSource, type Launch, type Room, type WinogradLimits, type Word } from './launch.js'
import { planLoop } from './loop.js'
import { ownPlace } from './matmul.js'
import type { PlannedKernel } from './planned.js'
import { plainStore } from './reduce/groups.js'
import { isShared, type Sharing } from './sharing.js'
import { offsetsOf } from './tables.js'

/**
 * From here on it takes at most 0.7 of the time of the usual product, measured on a Zen 4 over 16 to 512 channels, images
 * of 2x2 to 32x32 and batches of 1 to 64. With fewer channels transforming tiles takes what multiplying less saves, with
 * fewer tiles transforming filters does.
 */
export const usualLimits: WinogradLimits = { channels: 16, tiles: 32 }

/** Inputs or outputs at most: a panel of eight tiles of all of them has to fit. */
const mostChannels = Math.floor(streamBytes / 32)

const sources: Readonly<Record<Arithmetic, KernelSource>> = {
  exact: { key: 'winograd', write: () => convolveOf('exact') },
  relaxed: { key: 'relaxed winograd', write: () => convolveOf('relaxed') },
}
const filterSource: KernelSource = { key: 'winograd filters', write: () => transformFilters }

const roundUp = (n: number, unit: number): number => Math.ceil(n / unit) * unit

interface Convolution {
  readonly inputs: number
  readonly outputs: number
  /** Images, and rows and columns of results in each. */
  readonly images: number
  readonly rows: number
  readonly columns: number
  /** Tiles of 2 by 2 results. */
  readonly tileRows: number
  readonly tileColumns: number
  readonly tiles: number
}

const convolutionOf = ({ batch, m, n, k, a, b }: MatmulKernel, limits: WinogradLimits): Convolution | undefined => {
  if (m.length !== 1 || n.length !== 2 || k.length !== 3 || k[1] !== 3 || k[2] !== 3) return undefined
  const [, row, column, nextRow, nextColumn] = b.strides.slice(batch.length)
  if (row !== nextRow || column !== nextColumn) return undefined
  if (a.strides.slice(0, batch.length).some((stride) => stride !== 0)) return undefined
  const [[outputs], [inputs], [rows, columns]] = [m, k, n]
  const [images, tileRows, tileColumns] = [sizeOf(batch), Math.ceil(rows / 2), Math.ceil(columns / 2)]
  const tiles = images * tileRows * tileColumns
  const fits = Math.min(inputs, outputs) >= limits.channels && Math.max(inputs, outputs) <= mostChannels
  return fits && tiles >= limits.tiles && Math.min(rows, columns) > 1
    ? { inputs, outputs, images, rows, columns, tileRows, tileColumns, tiles }
    : undefined
}

/** Images whose columns are not neighbours in memory are copied first: how they lie must not decide about bits. */
const contiguousImages = (
  { batch, b }: MatmulKernel,
  { inputs, rows, columns }: Convolution,
  room: Room,
): readonly [access: Access, launches: readonly Launch[]] => {
  const strides = b.strides.slice(0, batch.length + 3)
  if (strides[batch.length + 2] === 1) return [{ ...b, strides }, []]
  const dims = [...batch, inputs, rows + 2, columns + 2]
  const access: Access = { buffer: room.temporary(sizeOf(dims)), offset: 0, strides: stridesOf(dims) }
  const launches = planLoop('winograd images', dims, {
    operands: [{ kind: 'load', dtype: 'float32', access: { ...b, strides } }],
    steps: [],
    stores: [{ value: 0, access }],
  })
  return [access, launches]
}

/** About so many nanoseconds. */
const workOf = ({ inputs, outputs, tiles }: Convolution): number => 1.2 * inputs * outputs * tiles

const blockOf = (convolution: Convolution, sharing: Sharing): number => {
  const { inputs, outputs, tiles } = convolution
  const most = Math.floor(streamBytes / 4 / Math.max(inputs, outputs))
  let block = Math.min(widestBlock, roundUp(tiles, 8), most - (most % 8))
  if (isShared(sharing, workOf(convolution)))
    while (block > 16 && tiles / block < 4 * sharing.threads) block = roundUp(block / 2, 8)
  return block
}

/** What it does instead of what the engine's kernel says. */
const described =
  ({ inputs, outputs, images, rows, columns, tiles }: Convolution) =>
  (given: KernelDescription): KernelDescription => {
    const filters = inputs * outputs
    return {
      ...given,
      kernel: given.kernel.replace('matmul', 'winograd'),
      flops:
        given.flops -
        2 * 9 * filters * images * rows * columns +
        (35 * filters + tiles * (32 * inputs + 2 * 16 * filters + 24 * outputs)),
      bytes: given.bytes + 2 * 4 * 16 * filters,
    }
  }

export const planWinograd = (kernel: MatmulKernel, room: Room): Omit<PlannedKernel, 'kernel'> | undefined => {
  const limits = room.products.winograd
  const convolution = limits && convolutionOf(kernel, limits)
  if (convolution === undefined) return undefined
  const { batch, m, n, a, epilogue } = kernel
  const { inputs, outputs, rows, columns, tileRows, tileColumns, tiles } = convolution
  const dims = [...batch, ...m, ...n]
  const rank = batch.length
  /** Neighbours of a row of results have to be neighbours. */
  const target = (access: Access | undefined): Access | undefined =>
    access?.strides[rank + 2] === 1 ? access : undefined
  const direct = target(plainStore(epilogue))
  const result = direct ??
    ownPlace(epilogue, target, room)?.result ?? {
      ...{ buffer: room.temporary(sizeOf(dims)), offset: 0 },
      strides: stridesOf(dims),
    }
  const filterStep = 4 * roundUp(outputs, 4) * inputs
  const filters = addressOf(room.temporary(4 * filterStep))
  const block = blockOf(convolution, room.sharing)
  const [images, copies] = contiguousImages(kernel, convolution, room)
  const bytes = ({ strides }: Access): number[] => strides.slice(rank).map((stride) => 4 * stride)
  const batchTable = ({ strides }: Access): Word => offsetsOf({ dims: batch, strides: strides.slice(0, rank) }, 1, room)
  const launches: readonly Launch[] = [
    ...copies,
    {
      name: 'winograd filters',
      source: filterSource,
      words: [inputs, outputs, addressOf(a.buffer, a.offset), ...bytes(a), filters, filterStep],
      units: Math.ceil(outputs / 4),
      work: 9 * inputs * outputs,
    },
    {
      name: 'winograd',
      source: sources[room.products.arithmetic],
      words: [
        ...[inputs, outputs, block, tiles, tileRows, tileColumns, rows, columns, filters, filterStep],
        ...[addressOf(images.buffer, images.offset), batchTable(images), ...bytes(images).slice(0, 2)],
        ...[addressOf(result.buffer, result.offset), batchTable(result), ...bytes(result).slice(0, 2)],
      ],
      units: Math.ceil(tiles / block),
      work: workOf(convolution),
    },
  ]
  return {
    launches: direct === undefined ? [...launches, ...planLoop('winograd epilogue', dims, epilogue, result)] : launches,
    describe: described(convolution),
  }
}
