/**
 * Reductions whose kept places are vectorised: four neighbours at a time, each with its eight lanes, which lie in the
 * scratch memory (for max and min, where no order matters, in one register). A unit is one block of four kept places.
 */
import type { Code, FunctionDefinition } from '../emit/code.js'
import { define, doWhile, either, i32, when } from '../emit/instructions.js'
import { v128 } from '../emit/simd.js'
import { kernelType } from '../plan/launch.js'
import { type Layout, sizeAt, strideAt } from '../plan/layout.js'
import { foldOf } from './accumulate.js'
import { cursor } from './cursor.js'
import { blockCode, head, headWords } from './reduceHead.js'
import { dimsFrom, type ReduceShape } from './reduceRows.js'
import { vectorCode } from './vector.js'

/** dims: kept without the last, outer, row, the last kept. */
export const writeReduceColumns = (shape: ReduceShape): FunctionDefinition =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const { op, dtype, value, kept, outer, row, structure, classes } = shape
    const [descriptor, begin, end, scratch] = params
    const dim = kept - 1 + outer + row
    const layout: Layout = { head: headWords, rank: dim + 1, pointers: classes.length }
    const vectors = vectorCode(locals, { descriptor, layout, structure, classes, dim, offset: undefined, rows: false })
    const numbered = vectors.pointers.map((local, p) => [p, local] as const)
    const inputs = numbered.slice(0, -1)
    const targetNumber = vectors.pointers.length - 1
    const target = vectors.pointers[targetNumber]
    const keptPlaces = cursor(locals, descriptor, layout, dimsFrom(0, kept - 1), numbered)
    const outerPlaces = cursor(locals, descriptor, layout, dimsFrom(kept - 1, outer), inputs)
    const rowPlaces = cursor(locals, descriptor, layout, dimsFrom(kept - 1 + outer, row), inputs)
    const fold = foldOf(op, dtype)
    const ordered = op === 'sum' || op === 'prod'
    const total = locals.v128()
    const [place, block, group, count] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const [lane, left, at] = [locals.i32(), locals.i32(), locals.i32()]
    const rows = blockCode(locals, descriptor, block)
    const word = (address: number): Code => i32.load(descriptor, address)

    const x = vectors.value(value)
    const accumulate: Code = ordered
      ? [
          at.set(i32.add(scratch, lane)),
          v128.store(at, fold.combine(v128.load(at), x)),
          lane.set(i32.and(i32.add(lane, 16), 112)),
        ]
      : total.set(fold.combine(total, x))
    const lanes = dimsFrom(0, 8)
    const laneAt = (l: number): Code => v128.load(scratch, 16 * l)
    const joined: Code = ordered
      ? fold.combine(
          fold.combine(fold.combine(laneAt(0), laneAt(4)), fold.combine(laneAt(2), laneAt(6))),
          fold.combine(fold.combine(laneAt(1), laneAt(5)), fold.combine(laneAt(3), laneAt(7))),
        )
      : total.get
    const stores: Code =
      structure.stores.length === 0 ? [] : when(i32.equal(count, 4), vectors.stores(undefined), vectors.stores(count))

    const oneRow: Code = [
      lane.set(0),
      left.set(rows.start),
      rowPlaces.seek(left),
      left.set(rows.length),
      doWhile([vectors.vector(count, true), stores, accumulate, rowPlaces.advance], left.tee(i32.sub(left, 1))),
      outerPlaces.advance,
    ]
    const storeLane = (l: number): Code => [
      v128.storeLane(target, total, l),
      target.set(i32.add(target, word(strideAt(layout, targetNumber, dim)))),
    ]
    return [
      vectors.once,
      doWhile(
        [
          place.set(i32.divUnsigned(begin, word(head.blocks))),
          block.set(i32.sub(begin, i32.mul(place, word(head.blocks)))),
          group.set(i32.shiftLeft(i32.remainderUnsigned(place, word(head.groups)), 2)),
          place.set(i32.divUnsigned(place, word(head.groups))),
          count.set(i32.sub(word(sizeAt(layout, dim)), group)),
          count.set(either('i32', i32.greater(count, 4), i32.constant(4), count.get)),
          vectors.start,
          keptPlaces.seek(place),
          numbered.map(([p, local]) => local.set(i32.add(local, i32.mul(group, word(strideAt(layout, p, dim)))))),
          target.set(i32.add(target, i32.mul(block, word(head.blockStride)))),
          rows.code,
          outerPlaces.seek(rows.firstRow),
          ordered ? lanes.map((l) => v128.store(scratch, fold.identity, 16 * l)) : total.set(fold.identity),
          doWhile(oneRow, rows.rows.tee(i32.sub(rows.rows, 1))),
          total.set(joined),
          storeLane(0),
          when(i32.greater(count, 1), storeLane(1)),
          when(i32.greater(count, 2), storeLane(2)),
          when(i32.greater(count, 3), storeLane(3)),
          begin.set(i32.add(begin, 1)),
        ],
        i32.lessUnsigned(begin, end),
      ),
    ]
  })
