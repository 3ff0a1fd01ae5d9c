/**
 * Which kernel computes a product: the one that a model of a GPU finds the fastest. It is a function of sizes and limits
 * alone, so that neither what a product is fused with nor how its operands lie changes the order of its sums.
 */
import type { Limits } from '../../dispatch.js'
import { type Direct, sharedBytes } from './direct.js'
import type { Sizes } from './problem.js'
import { softwareStrategy } from './software.js'
import { workgroupBytes } from './tile.js'
import { type Tile, threadsOf } from './tiling.js'

export type Strategy =
  | { readonly kind: 'tile'; readonly tile: Tile }
  | { readonly kind: 'direct'; readonly direct: Omit<Direct, 'alongK'> }

/** Invocations that run at full speed side by side: fewer leave the GPU idle. A small GPU, and a large one. */
const widths = [2048, 32768] as const

/** What a dispatch takes at least, in instructions of one invocation. */
const launch = 5000

/** A product of times, so that a percent on one GPU weighs as much as a percent on the other. */
const costOf = (invocations: number, each: number): number =>
  widths.reduce((cost, width) => cost * (launch + each * max(1, invocations / width)), 1)

const { ceil, max, min } = Math

/** The logarithm of a power of 2. */
const levels = (power: number): number => 31 - Math.clz32(power)

const tileShapes: readonly (readonly [rows: number, columns: number])[] = [
  [128, 128],
  [128, 64],
  [64, 128],
  [64, 64],
  [32, 128],
  [128, 32],
  [32, 64],
  [64, 32],
  [32, 32],
  [16, 128],
  [128, 16],
  [16, 64],
  [64, 16],
  [8, 128],
  [128, 8],
]

const powers = (to: number): number[] => Array.from({ length: levels(max(1, to)) + 1 }, (_, i) => 1 << i)

const micro = (size: number): number => (size >= 32 ? 8 : 4)

export const tileOf = (rows: number, columns: number, slices: number): Tile => {
  const [microRows, microColumns] = [micro(rows), micro(columns)]
  const invocations = (rows / microRows) * (columns / microColumns)
  // What few invocations read for a long stretch makes a long shader.
  const depth = slices === 8 ? 32 : slices === 1 && invocations <= 64 ? 8 : 16
  return { rows, columns, microRows, microColumns, slices, depth }
}

const tiles: readonly Tile[] = tileShapes.flatMap(([rows, columns]) =>
  powers(8)
    .map((slices) => tileOf(rows, columns, slices))
    .filter((tile) => threadsOf(tile) >= 64 && threadsOf(tile) <= 256),
)

const tileCost = (tile: Tile, { batch, m, n, k }: Sizes): number => {
  const { rows, columns, depth, microRows, microColumns, slices } = tile
  const threads = threadsOf(tile)
  const [results, ends] = [microRows * microColumns, microRows + microColumns]
  const groups = batch * ceil(m / rows) * ceil(n / columns)
  const multiply = (depth / slices) * (results + ends + 4)
  const stage = (6 * depth * (rows + columns)) / threads + 100
  const finish = levels(slices) * (2 * results + 100) + (10 * results) / slices
  return costOf(groups * threads, ceil(k / depth) * (multiply + stage) + finish)
}

const directCost = ({ rows, columns, lanes }: Omit<Direct, 'alongK'>, { batch, m, n, k }: Sizes): number => {
  const [results, ends] = [rows * columns, rows + columns]
  const blocks = batch * ceil(m / rows) * ceil(n / columns)
  const multiply = ceil(k / lanes) * (results + 5 * ends + 24)
  const finish = levels(lanes) * (2 * results + 100) + (10 * results) / lanes
  return costOf(blocks * lanes, multiply + finish)
}

/** Ends of the small tile of one invocation: no more than there are. */
const blockEnds = (size: number): number[] => [1, 2, 4].filter((end) => end === 1 || end <= size || size === 3)

/** Invocations of a workgroup of few lanes. */
const usual = 64

/** Products below which no tile is worth its long shader. */
const leastWork = 4_194_304

export const strategyOf = (sizes: Sizes, limits: Limits): Strategy => {
  if (limits.software) return { kind: 'direct', direct: softwareStrategy(sizes) }
  const { batch, m, n, k } = sizes
  const most = min(256, limits.invocations)
  const direct = blockEnds(m).flatMap((rows) =>
    blockEnds(n).flatMap((columns) =>
      powers(min(most, k / 16))
        .map((lanes) => ({ rows, columns, lanes, blocks: max(1, usual / lanes) }))
        .filter((each) => sharedBytes({ ...each, alongK: false }) <= limits.workgroupMemory),
    ),
  )
  const isLarge = batch * m * n * k >= leastWork
  const fitting = tiles.filter(
    (tile) => isLarge && threadsOf(tile) <= most && workgroupBytes(tile) <= limits.workgroupMemory,
  )
  const candidates: readonly (readonly [number, Strategy])[] = [
    ...direct.map((each) => [directCost(each, sizes), { kind: 'direct', direct: each }] as const),
    ...fitting.map((tile) => [tileCost(tile, sizes), { kind: 'tile', tile }] as const),
  ]
  return candidates.reduce((best, next) => (next[0] < best[0] ? next : best))[1]
}
