/**
 * Products by tiles: a workgroup computes rows by columns of the result. Both sides of a stretch of k come to workgroup
 * memory (loader.ts), and every invocation keeps a small tile of its own in registers, of which it reads rows and columns
 * in fours. The elements of the next stretch are read from memory while this one is used.
 *
 * Order of operations: k is dealt to `slices` of invocations, in each stretch of `depth` by neighbouring parts. A slice
 * adds its products in ascending k, in blocks of 256 where there are more than 512 of them; then slices are added as a
 * tree: s and s + slices / 2, and so on.
 *
 * What the largest tile, 128 by 128, asks of a GPU, counted on paper for warps of 32 invocations and 32 banks of 4 bytes
 * (none of it measured on a card):
 *
 * - Registers: 64 sums, 16 elements of the next stretch, 16 of the rows and columns at hand, and about 25 for addresses
 *   and counters: some 120 of 255, so that two workgroups of 256 fit on a multiprocessor with 65,536. Sums in blocks of k
 *   (beyond 512) keep 64 totals as well: some 185, one workgroup. Then nobody else works while it waits at its two
 *   barriers, perhaps 100 cycles in the 2,048 that a stretch of 16 takes.
 * - Workgroup memory is 16 KiB, what every device has, so it holds one stretch; the next one waits in registers (hence
 *   two barriers for each stretch, where two stages of 32 KiB would need one).
 * - In the inner loop all reads of it are vec4f. A warp is 2 rows by 16 columns of invocations: it reads 2 neighbouring
 *   slots of rows, each broadcast, and 16 neighbouring slots of columns, without conflict. For each k that is 576 bytes, 6
 *   turns of the memory's 128 bytes, while the warp's 64 multiplications take 16 turns of the multiprocessor: reading is
 *   not what limits. (4 by 8 invocations would read 384 bytes.)
 * - Rows in fours are read by a warp from 512 neighbouring bytes. Of k in fours it reads 8 rows by 64 neighbouring bytes,
 *   whole sectors of 32; the other half of a line of 128 comes with the next stretch. Both are written to the stage by
 *   eight invocations to 128 neighbouring bytes, without conflict. Elements one by one are read from neighbours, too.
 */
import type { Dispatch, KernelContext } from '../../dispatch.js'
import { newShader } from '../../emit/shader.js'
import { finishSize, finishTile, sumOf } from './finish.js'
import { loaderOf } from './loader.js'
import { workgroupsFor } from './offsets.js'
import type { Problem } from './problem.js'
import { type Tile, threadsOf } from './tiling.js'

/** The stage, in fours of elements. */
const stageSize = (tile: Tile): number => Math.max((tile.depth * (tile.rows + tile.columns)) / 4, finishSize(tile))

export const workgroupBytes = (tile: Tile): number => 16 * stageSize(tile)

const parts = ['x', 'y', 'z', 'w'] as const
const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

/** The chain of a slice that is summed without blocks. */
const longest = 512
const block = 256

export const tileDispatch = (problem: Problem, tile: Tile, context: KernelContext): Dispatch => {
  const { batch, m, n, k, a, b } = problem
  const { rows, columns, depth, microRows, microColumns, slices } = tile
  const threads = threadsOf(tile)
  const tileThreads = threads / slices
  const stage = stageSize(tile)
  const shader = newShader(context)
  const [rowTiles, columnTiles] = [Math.ceil(m / rows), Math.ceil(n / columns)]
  const { workgroups, code: numbered } = workgroupsFor(batch * rowTiles * columnTiles, context.limits)

  const common = { k, depth, threads }
  const left = loaderOf(shader, a, { ...common, name: 'a', count: m, rows, origin: 'rowOrigin', begin: 0 })
  const bBegin = (depth * rows) / 4
  const right = loaderOf(shader, b, {
    ...common,
    name: 'b',
    count: n,
    rows: columns,
    origin: 'columnOrigin',
    begin: bBegin,
  })

  const [rowGroups, columnGroups] = [microRows / 4, microColumns / 4]
  const [rowThreads, columnThreads] = [rows / microRows, columns / microColumns]
  const sums = range(microRows).flatMap((row) => range(columnGroups).map((column) => sumOf(row, column)))
  const each = (line: (sum: string, i: number) => string): string => sums.map(line).join('\n')

  const perSlice = depth / slices
  // A short loop of known bounds is unrolled by compilers that then take seconds.
  const known = slices === 1 && microRows * microColumns * depth >= 1024
  const start = slices === 1 ? `localIndex / ${threads}u` : `slice * ${perSlice}u`
  const multiply = [
    known ? '' : `let begin = ${start};`,
    known ? `for (var at = 0u; at < ${perSlice}u; at++) {` : `for (var at = begin; at < begin + ${perSlice}u; at++) {`,
    ...range(rowGroups).map((g) => `let left${g} = stage[at * ${rows / 4}u + rowSlot + ${g * rowThreads}u];`),
    ...range(columnGroups).map(
      (g) => `let right${g} = stage[${bBegin}u + at * ${columns / 4}u + columnSlot + ${g * columnThreads}u];`,
    ),
    ...range(microRows).flatMap((row) =>
      range(columnGroups).map(
        (g) => `${sumOf(row, g)} = fma(vec4f(left${row >> 2}.${parts[row & 3]}), right${g}, ${sumOf(row, g)});`,
      ),
    ),
    '}',
  ]

  const steps = Math.ceil(k / depth)
  const inBlocks = Math.ceil(k / slices) > longest
  const flush = inBlocks
    ? [`if (turn % ${block / perSlice}u == 0u) {`, each((sum, i) => `total${i} += ${sum};\n${sum} = vec4f();`), '}']
    : []

  const main = [
    numbered,
    `let columnOrigin = number % ${columnTiles}u * ${columns}u;`,
    `let rowOrigin = number / ${columnTiles}u % ${rowTiles}u * ${rows}u;`,
    `let batch = i32(number / ${columnTiles * rowTiles}u);`,
    `let columnSlot = localIndex % ${columnThreads}u;`,
    `let rowSlot = localIndex / ${columnThreads}u % ${rowThreads}u;`,
    slices === 1 ? '' : `let slice = localIndex / ${tileThreads}u;`,
    left.setup,
    right.setup,
    each((sum) => `var ${sum} = vec4f();`),
    inBlocks ? each((_, i) => `var total${i} = vec4f();`) : '',
    `for (var turn = 0u; turn <= ${steps}u; turn++) {`,
    `if (turn < ${steps}u) {`,
    `let first = turn * ${depth}u;`,
    left.read,
    right.read,
    '}',
    'if (turn > 0u) {',
    ...multiply,
    ...flush,
    '}',
    'workgroupBarrier();',
    left.store,
    right.store,
    'workgroupBarrier();',
    '}',
    inBlocks ? each((sum, i) => `${sum} = total${i} + ${sum};`) : '',
    ...finishTile(shader, problem, tile, stage, { left, right }),
  ]
  return shader.finish({
    label: `matmul ${batch === 1 ? '' : `${batch}x`}${m}x${n}x${k} tile ${rows}x${columns}`,
    workgroupSize: [threads, 1, 1],
    workgroups,
    declarations: `var<workgroup> stage: array<vec4f, ${stage}>;`,
    main: main.filter((line) => line !== '').join('\n'),
  })
}
