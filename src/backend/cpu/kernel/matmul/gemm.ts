/**
 * The driver of matrix products (K. Goto and R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM
 * TOMS 34, 2008): a stripe of columns of b, 256 places of k deep, is packed and stays in the second-level cache while
 * blocks of rows of a, packed too, pass through the first. A unit is a stripe of columns by a stripe of rows of one
 * matrix of the batch. Results of a later block of k are added to those of the earlier ones.
 */
import type { Code, FunctionDefinition, Local } from '../../emit/code.js'
import { call, callIndirect, define, doWhile, either, i32, range, when } from '../../emit/instructions.js'
import { kernelType } from '../../plan/launch.js'
import { type Arithmetic, edgeTile, micro, tileColumns, tileRows } from './micro.js'
import { groupBytes, packAcross, packAlong, packPair } from './pack.js'

export const depthBlock = 256
/** Rows of a that are packed at a time where a is not packed whole. */
export const rowBlock = 96
export const widestStripe = 512
/** Bytes of packed a that may stay packed through a call. */
export const wholeLimit = 1 << 18

/** Scratch: a tile, packed b (with room for what packing writes past the end), packed a. */
const tileAt = 0
const packedB = 256
const packedA = packedB + 4 * depthBlock * widestStripe + 256
export const gemmScratch = packedA + Math.max(wholeLimit, 4 * depthBlock * rowBlock) + 256

/** Byte offsets of the descriptor's words. Tables hold 32-bit numbers; offsets count bytes. */
export const words = {
  m: 0,
  n: 4,
  k: 8,
  a: 12,
  b: 16,
  c: 20,
  /** Offset of each matrix of the batch. */
  aBatch: 24,
  bBatch: 28,
  cBatch: 32,
  /** Offsets along m, along n and along k, padded to whole groups. */
  aRows: 36,
  aDepths: 40,
  bColumns: 44,
  bDepths: 48,
  /** Groups of the packed axis, or, where `across`, of k. */
  aGroups: 52,
  bGroups: 56,
  aAcross: 60,
  bAcross: 64,
  /** Bytes from row to row of c. */
  cStride: 68,
  columnStripe: 72,
  columnStripes: 76,
  rowStripe: 80,
  rowStripes: 84,
  /** Whether all of a's stripe is packed once, and kept while the matrix of a stays the same. */
  whole: 88,
  /** Function and descriptor of the epilogue, 0 where there is none. */
  epilogue: 92,
  epilogueDescriptor: 96,
} as const

/** (descriptor, scratch, matrix of the batch, first row, end of rows, first column, end of columns) */
export const epilogueType = {
  params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  results: [],
} as const

/** (target, target step, source, first place, end of places, first depth, end of depths, offsets, depths, groups, across, panel bytes a depth) */
const packPanels = define(
  Array.from({ length: 11 }, () => 'i32' as const),
  [],
  (locals, ...params) => {
    const [target, width, source, begin, end, depth, depthEnd, offsets, depths, groups, across] = params
    const [place, at, lastDepth, panelBytes, inside] = [
      locals.i32(),
      locals.i32(),
      locals.i32(),
      locals.i32(),
      locals.i32(),
    ]
    const [groupsLeft, offset, group] = [locals.i32(), locals.i32(), locals.i32()]
    const groupAt = (i: Code): Code => i32.add(groups, i32.mul(i, groupBytes))
    return [
      lastDepth.set(i32.add(depths, i32.shiftLeft(depthEnd, 2))),
      depths.set(i32.add(depths, i32.shiftLeft(depth, 2))),
      panelBytes.set(i32.mul(i32.sub(depthEnd, depth), width)),
      at.set(target),
      // A panel is one group wide (a) or two (b).
      range(place, begin, end, i32.shiftRight(width, 2), [
        inside.set(0),
        groupsLeft.set(i32.shiftRight(i32.add(i32.sub(end, place), 3), 2)),
        offset.set(i32.add(offsets, i32.shiftLeft(place, 2))),
        group.set(groupAt(i32.shiftRight(place, 2))),
        when(
          i32.and(i32.isZero(across), i32.and(i32.equal(width, 32), i32.greater(groupsLeft, 1))),
          call(packPair, at, source, group, offset, depths, lastDepth),
          doWhile(
            [
              when(
                across,
                call(
                  packAcross,
                  i32.add(at, inside),
                  width,
                  source,
                  groupAt(i32.shiftRight(depth, 2)),
                  offset,
                  depths,
                  lastDepth,
                ),
                call(packAlong, i32.add(at, inside), width, source, group, offset, depths, lastDepth),
              ),
              inside.set(i32.add(inside, 16)),
              offset.set(i32.add(offset, 16)),
              group.set(i32.add(group, groupBytes)),
              groupsLeft.set(i32.sub(groupsLeft, 1)),
            ],
            i32.and(i32.less(inside, width), i32.greater(groupsLeft, 0)),
          ),
        ),
        at.set(i32.add(at, panelBytes)),
      ]),
    ]
  },
)

/** (rows, columns, k, a, b, c, stride of c, accumulate, scratch): all tiles of packed blocks. */
export const macroOf = (arithmetic: Arithmetic): FunctionDefinition =>
  define(
    Array.from({ length: 9 }, () => 'i32' as const),
    [],
    (locals, ...params) => {
      const [rows, columns, k, a, b, c, stride, accumulate, scratch] = params
      const [i, j, height, width, at] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
      const panelA = i32.add(a, i32.mul(i32.shiftLeft(i, 2), k))
      const panelB = i32.add(b, i32.mul(i32.shiftLeft(j, 2), k))
      return range(j, 0, columns, tileColumns, [
        width.set(i32.sub(columns, j)),
        at.set(i32.add(c, i32.shiftLeft(j, 2))),
        range(i, 0, rows, tileRows, [
          height.set(i32.sub(rows, i)),
          when(
            i32.and(i32.greaterOrEqual(height, tileRows), i32.greaterOrEqual(width, tileColumns)),
            call(micro[arithmetic], k, panelA, panelB, at, stride, accumulate),
            [
              height.set(either('i32', i32.greater(height, tileRows), i32.constant(tileRows), height.get)),
              edgeTile(arithmetic, [k, panelA, panelB, at, stride, accumulate], height, width, scratch),
            ],
          ),
          at.set(i32.add(at, i32.shiftLeft(stride, 2))),
        ]),
      ])
    },
  )

export const gemmOf = (arithmetic: Arithmetic): FunctionDefinition => {
  const macro = macroOf(arithmetic)
  return define(kernelType.params, kernelType.results, (locals, ...params) => {
    const [descriptor, begin, end, scratch] = params
    const word = (at: number): Code => i32.load(descriptor, at)
    const local = (): Local => locals.i32()
    const [unit, matrix, stripe, row, rowEnd, column, columnEnd] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ]
    const [a, b, c, stride, k, whole, packed, packedRow] = Array.from({ length: 8 }, local)
    const [depth, depthEnd, count, i, blockEnd, panels, accumulate] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ]
    const smaller = (x: Local, limit: number): Code => [count.set(word(limit)), x.set(i32.min(x, count))]
    const packA = (target: Code, first: Local, last: Local): Code =>
      call(
        packPanels,
        target,
        4 * tileRows,
        a,
        first,
        last,
        depth,
        depthEnd,
        word(words.aRows),
        word(words.aDepths),
        word(words.aGroups),
        word(words.aAcross),
      )
    const packB: Code = call(
      packPanels,
      i32.add(scratch, packedB),
      4 * tileColumns,
      b,
      column,
      columnEnd,
      depth,
      depthEnd,
      word(words.bColumns),
      word(words.bDepths),
      word(words.bGroups),
      word(words.bAcross),
    )
    const nextDepth: Code = [depthEnd.set(i32.add(depth, depthBlock)), depthEnd.set(i32.min(depthEnd, k))]
    /** Where block `depth` of a begins that is packed whole: the blocks before it have 4 bytes for every row and depth. */
    const wholeBlock = i32.add(
      i32.add(scratch, packedA),
      i32.mul(i32.shiftLeft(depth, 2), i32.and(i32.add(i32.sub(rowEnd, row), 3), -4)),
    )
    const packWhole: Code = when(i32.or(i32.notEqual(packed, a), i32.notEqual(packedRow, row)), [
      packed.set(a),
      packedRow.set(row),
      range(depth, 0, k, depthBlock, [nextDepth, packA(wholeBlock, row, rowEnd)]),
    ])
    const rowsOfBlock: Code = range(i, row, rowEnd, rowBlock, [
      blockEnd.set(i32.add(i, rowBlock)),
      blockEnd.set(i32.min(blockEnd, rowEnd)),
      when(
        whole,
        panels.set(i32.add(wholeBlock, i32.mul(i32.shiftLeft(i32.sub(i, row), 2), i32.sub(depthEnd, depth)))),
        [panels.set(i32.add(scratch, packedA)), packA(panels.get, i, blockEnd)],
      ),
      call(
        macro,
        i32.sub(blockEnd, i),
        i32.sub(columnEnd, column),
        i32.sub(depthEnd, depth),
        panels,
        i32.add(scratch, packedB),
        i32.add(i32.add(c, i32.mul(i, stride)), i32.shiftLeft(column, 2)),
        stride,
        accumulate,
        i32.add(scratch, tileAt),
      ),
      when(
        i32.and(i32.greaterOrEqual(depthEnd, k), i32.notEqual(word(words.epilogue), 0)),
        callIndirect(
          epilogueType,
          word(words.epilogue),
          word(words.epilogueDescriptor),
          matrix,
          i,
          blockEnd,
          column,
          columnEnd,
        ),
      ),
    ])
    const batchOffset = (base: number, table: number): Code =>
      i32.add(word(base), i32.load(i32.add(word(table), i32.shiftLeft(matrix, 2))))
    return [
      packed.set(-1),
      k.set(word(words.k)),
      stride.set(word(words.cStride)),
      whole.set(word(words.whole)),
      range(unit, begin, end, 1, [
        stripe.set(i32.divUnsigned(unit, word(words.rowStripes))),
        row.set(i32.mul(i32.remainderUnsigned(unit, word(words.rowStripes)), word(words.rowStripe))),
        rowEnd.set(i32.add(row, word(words.rowStripe))),
        smaller(rowEnd, words.m),
        matrix.set(i32.divUnsigned(stripe, word(words.columnStripes))),
        column.set(i32.mul(i32.remainderUnsigned(stripe, word(words.columnStripes)), word(words.columnStripe))),
        columnEnd.set(i32.add(column, word(words.columnStripe))),
        smaller(columnEnd, words.n),
        a.set(batchOffset(words.a, words.aBatch)),
        b.set(batchOffset(words.b, words.bBatch)),
        c.set(batchOffset(words.c, words.cBatch)),
        when(whole, packWhole),
        range(depth, 0, k, depthBlock, [nextDepth, accumulate.set(i32.notEqual(depth, 0)), packB, rowsOfBlock]),
      ]),
    ]
  })
}
