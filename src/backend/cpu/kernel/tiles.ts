/**
 * Loops in which some loads are contiguous along another dim than the stores: transposes. Of the last two dims the inner
 * one is vectorised; in blocks of `tileDepth` places of the outer one by four of the inner one, the turned loads are read
 * along the outer dim, transposed into the scratch memory, and read from there: every line of memory is used whole. A
 * unit is a block of the outer dim.
 */
import type { Code, FunctionDefinition } from '../emit/code.js'
import { define, doWhile, either, i32, loopWhile, select, when } from '../emit/instructions.js'
import { v128 } from '../emit/simd.js'
import type { StrideClass, StructuredBody } from '../plan/body.js'
import { kernelType } from '../plan/launch.js'
import { type Layout, sizeAt, strideAt } from '../plan/layout.js'
import { cursor } from './cursor.js'
import { transpose } from './matmul/pack.js'
import { vectorCode } from './vector.js'

/** Places of the outer dim in a block: a cache line of elements. */
export const tileDepth = 16
const vectorBytes = 16

/** `turned`: the pointers that are contiguous along the outer one of the last two dims. */
export const writeTiles = (
  rank: number,
  structure: StructuredBody,
  classes: readonly StrideClass[],
  turned: readonly number[],
): FunctionDefinition =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const [descriptor, begin, end, scratch] = params
    const layout: Layout = { head: 0, rank, pointers: classes.length }
    const [outer, inner] = [rank - 2, rank - 1]
    const inScratch = classes.map((c, p) => (turned.includes(p) ? 1 : c))
    const vectors = vectorCode(locals, {
      ...{ descriptor, layout, structure, classes: inScratch, dim: inner },
      ...{ offset: undefined, rows: false },
    })
    const straight = classes.map((_, p) => p).filter((p) => !turned.includes(p))
    // Where a pointer is at the beginning of four places of the inner dim, and in which row of the block.
    const columns = classes.map(() => locals.i32())
    const rows = classes.map(() => locals.i32())
    const places = cursor(
      locals,
      descriptor,
      layout,
      Array.from({ length: outer }, (_, d) => d),
      columns.map((local, p) => [p, local] as const),
    )
    const [unit, block, depth, left, count, row, at] = Array.from({ length: 7 }, () => locals.i32())
    const word = (address: number): Code => i32.load(descriptor, address)
    const blocks = locals.i32()
    const x = [0, 1, 2, 3].map(() => locals.v128())
    const y = [0, 1, 2, 3].map(() => locals.v128())
    const lanes = [0, 1, 2, 3].map(() => locals.i32())

    const turn = (p: number, i: number): Code => [
      lanes.map((lane, l) =>
        // Places beyond the end read the first one again: their own may be outside of memory.
        lane.set(
          l === 0
            ? columns[p]
            : i32.add(
                columns[p],
                select(i32.mul(word(strideAt(layout, p, inner)), l), i32.constant(0), i32.greater(count, l)),
              ),
        ),
      ),
      row.set(0),
      at.set(i32.add(scratch, i * tileDepth * vectorBytes)),
      doWhile(
        [
          x.map((vector, l) => vector.set(v128.load(lanes[l]))),
          transpose(x, y),
          x.map((vector, l) => v128.store(at, vector, vectorBytes * l)),
          lanes.map((lane) => lane.set(i32.add(lane, vectorBytes))),
          at.set(i32.add(at, 4 * vectorBytes)),
          row.set(i32.add(row, 4)),
        ],
        i32.less(row, depth),
      ),
    ]
    const eachRow: Code = [
      straight.map((p) => vectors.pointers[p].set(rows[p])),
      turned.map((p, i) => vectors.pointers[p].set(i32.add(at, i * tileDepth * vectorBytes))),
      vectors.vector(count, true),
      when(i32.equal(count, 4), vectors.stores(undefined), vectors.stores(count)),
      straight.map((p) => rows[p].set(i32.add(rows[p], word(strideAt(layout, p, outer))))),
      at.set(i32.add(at, vectorBytes)),
      row.set(i32.sub(row, 1)),
    ]
    const fourColumns: Code = [
      count.set(either('i32', i32.greater(left, 4), i32.constant(4), left.get)),
      turned.map(turn),
      straight.map((p) => rows[p].set(columns[p])),
      at.set(scratch),
      row.set(depth),
      doWhile(eachRow, row.get),
      columns.map((local, p) => local.set(i32.add(local, i32.shiftLeft(word(strideAt(layout, p, inner)), 2)))),
      left.set(i32.sub(left, 4)),
    ]
    return [
      vectors.once,
      blocks.set(i32.divUnsigned(i32.add(word(sizeAt(layout, outer)), tileDepth - 1), tileDepth)),
      doWhile(
        [
          unit.set(i32.divUnsigned(begin, blocks)),
          block.set(i32.mul(i32.sub(begin, i32.mul(unit, blocks)), tileDepth)),
          depth.set(i32.sub(word(sizeAt(layout, outer)), block)),
          depth.set(either('i32', i32.greater(depth, tileDepth), i32.constant(tileDepth), depth.get)),
          vectors.start,
          columns.map((local, p) => local.set(vectors.pointers[p])),
          places.seek(unit),
          columns.map((local, p) => local.set(i32.add(local, i32.mul(block, word(strideAt(layout, p, outer)))))),
          left.set(word(sizeAt(layout, inner))),
          loopWhile(i32.greater(left, 0), fourColumns),
          begin.set(i32.add(begin, 1)),
        ],
        i32.lessUnsigned(begin, end),
      ),
    ]
  })
