/** How the sums of a tile get to the epilogue. */
import type { Shader } from '../../emit/shader.js'
import type { Loader } from './loader.js'
import { chosen, columnsInFours, epilogueCode } from './offsets.js'
import type { Problem } from './problem.js'
import type { Tile } from './tiling.js'

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

/** Rows of every invocation's own tile that go through the stage at a time, in fours of elements for all slices. */
const rowSize = ({ rows, columns, microRows, slices }: Tile): number => ((rows / microRows) * columns * slices) / 4
const chunkRows = (tile: Tile, stage: number): number =>
  [8, 4, 2, 1].find((count) => count <= tile.microRows && count * rowSize(tile) <= stage) ?? 1

/** What the stage must hold, in fours of elements: one row of every invocation, two where they take 16 KiB at most. */
export const finishSize = (tile: Tile): number =>
  tile.slices === 1 ? 0 : rowSize(tile) * (rowSize(tile) <= 512 ? 2 : 1)

/** The name of the sums of an invocation's row `row`, columns 4 `group` and on. */
export const sumOf = (row: number, group: number): string => `sum${row}_${group}`

const treeOf = (terms: readonly string[]): string => {
  const half = terms.length >> 1
  return half === 0 ? terms[0] : treeOf(range(half).map((i) => `(${terms[i]} + ${terms[i + half]})`))
}

interface Sides {
  readonly left: Loader
  readonly right: Loader
}

export const finishTile = (
  shader: Shader,
  { m, n, epilogue }: Problem,
  tile: Tile,
  stage: number,
  { left, right }: Sides,
): readonly string[] => {
  const { rows, columns, microRows, microColumns, slices } = tile
  const [rowThreads, columnThreads, groups] = [rows / microRows, columns / microColumns, microColumns / 4]
  const inFours = right.neighbours && columnsInFours(epilogue)
  const code = epilogueCode(shader, epilogue, 'result', inFours ? 4 : 1)
  const guard = (name: string, count: number, size: number): string =>
    count % size === 0 ? '{' : `if (${name} < ${count}i) {`

  const atRow = (rowAt: string, lines: readonly string[]): string[] => [
    `let row = i32(rowOrigin + ${rowAt});`,
    guard('row', m, rows),
    code.row,
    ...lines,
    '}',
  ]
  const atColumn = (columnAt: string, result: string): string[] => [
    `let column = i32(columnOrigin + ${columnAt});`,
    guard('column', n, columns),
    code.column,
    `let result = ${result};`,
    code.body,
    '}',
  ]

  // Every invocation ends its own results, four at a time. Which four is a tree of choices, because compilers unroll loops
  // over arrays of their own, however long the epilogue is, and take long over a switch.
  if (slices === 1) {
    const count = microRows * groups
    return [
      code.batch,
      `for (var e = 0u; e < ${count}u; e++) {`,
      `let four = ${chosen(
        range(count).map((i) => sumOf(Math.floor(i / groups), i % groups)),
        'e',
      )};`,
      ...atRow(left.rowOf(`(rowSlot + e / ${4 * groups}u * ${rowThreads}u)`, `(e / ${groups}u % 4u)`), [
        inFours ? '{' : 'for (var f = 0u; f < 4u; f++) {',
        ...atColumn(
          right.rowOf(`(columnSlot + e % ${groups}u * ${columnThreads}u)`, inFours ? '0u' : 'f'),
          inFours ? 'four' : 'four[f]',
        ),
        '}',
      ]),
      '}',
    ]
  }

  // The sums of all slices go through the stage, some rows of every invocation at a time, and all invocations take part.
  const each = chunkRows(tile, stage)
  const [width, chunk] = [columns / 4, each * rowThreads * (columns / 4)]
  const parts = range(microRows / each)
  const put = range(each).flatMap((row) =>
    range(groups).map((g) => {
      const at = `(rowSlot * ${each}u + ${row}u) * ${width}u + columnSlot + ${g * columnThreads}u`
      const sums = parts.map((part) => sumOf(part * each + row, g))
      return `stage[slice * ${chunk}u + ${at}] = ${chosen(sums, 'part')};`
    }),
  )
  // Column f of the tile, or all four of slot f.
  const [slotAt, laneAt] = inFours
    ? ['f', '']
    : right.neighbours
      ? ['f / 4u', '[f % 4u]']
      : [`f % ${width}u`, `[f / ${width}u]`]
  const terms = range(slices).map((slice) => `stage[${slice * chunk}u + e * ${width}u + ${slotAt}]${laneAt}`)
  const across = inFours ? width : columns
  // Row r of invocation row t is component r % 4 of slot t + r / 4 rowThreads.
  const own = `(part * ${each}u + e % ${each}u)`
  const slot = `(e / ${each}u + ${own} / 4u * ${rowThreads}u)`
  return [
    code.batch,
    `for (var part = 0u; part < ${parts.length}u; part++) {`,
    'workgroupBarrier();',
    ...put,
    'workgroupBarrier();',
    `for (var place = localIndex; place < ${(chunk / width) * across}u; place += ${rowThreads * columnThreads * slices}u) {`,
    `let e = place / ${across}u;`,
    `let f = place % ${across}u;`,
    ...atRow(left.rowOf(slot, `(${own} % 4u)`), atColumn(inFours ? 'f * 4u' : 'f', treeOf(terms))),
    '}',
    '}',
  ]
}
