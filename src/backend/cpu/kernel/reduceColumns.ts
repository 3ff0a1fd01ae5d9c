/**
 * Reductions whose kept places are vectorised: four neighbours at a time, each with its eight lanes, which lie in the
 * scratch memory (for max and min, where no order matters, in one register). A unit is one block of four or sixteen kept
 * places.
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

/**
 * dims: kept without the last, outer, row, the last kept. `width` vectors are reduced side by side: more than one where
 * all loads are of neighbours or stay the same, and nothing else is stored.
 */
export const writeReduceColumns = (shape: ReduceShape, width: number): FunctionDefinition =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const { op, dtype, value, kept, outer, row, structure, classes } = shape
    const [descriptor, begin, end, scratch] = params
    const dim = kept - 1 + outer + row
    const layout: Layout = { head: headWords, rank: dim + 1, pointers: classes.length }
    const pointers = classes.map(() => locals.i32())
    const options = { descriptor, layout, structure, classes, dim, offset: undefined, rows: false, pointers }
    const vectors = dimsFrom(0, width).map((ahead) => vectorCode(locals, { ...options, ahead }))
    const [first] = vectors
    const numbered = pointers.map((local, p) => [p, local] as const)
    const inputs = numbered.slice(0, -1)
    const targetNumber = pointers.length - 1
    const target = pointers[targetNumber]
    const keptPlaces = cursor(locals, descriptor, layout, dimsFrom(0, kept - 1), numbered)
    const outerPlaces = cursor(locals, descriptor, layout, dimsFrom(kept - 1, outer), inputs)
    const rowPlaces = cursor(locals, descriptor, layout, dimsFrom(kept - 1 + outer, row), inputs)
    const fold = foldOf(op, dtype)
    const ordered = op === 'sum' || op === 'prod'
    const totals = vectors.map(() => locals.v128())
    const [place, block, group, count] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const [lane, left, at] = [locals.i32(), locals.i32(), locals.i32()]
    const rows = blockCode(locals, descriptor, block)
    const word = (address: number): Code => i32.load(descriptor, address)

    const laneBytes = 16 * width
    const lanes = dimsFrom(0, 8)
    const accumulate: Code = ordered
      ? [
          at.set(i32.add(scratch, lane)),
          vectors.map((vector, v) => v128.store(at, fold.combine(v128.load(at, 16 * v), vector.value(value)), 16 * v)),
          lane.set(i32.and(i32.add(lane, laneBytes), 7 * laneBytes)),
        ]
      : vectors.map((vector, v) => totals[v].set(fold.combine(totals[v], vector.value(value))))
    const clear: Code = ordered
      ? lanes.map((l) => vectors.map((_, v) => v128.store(scratch, fold.identity, laneBytes * l + 16 * v)))
      : totals.map((total) => total.set(fold.identity))
    const laneAt = (l: number, v: number): Code => v128.load(scratch, laneBytes * l + 16 * v)
    const joined = (v: number): Code => {
      const pair = (l: number): Code => fold.combine(laneAt(l, v), laneAt(l + 4, v))
      return fold.combine(fold.combine(pair(0), pair(2)), fold.combine(pair(1), pair(3)))
    }
    const evaluate: Code =
      width > 1
        ? vectors.map((vector) => vector.vector(undefined, true))
        : [
            first.vector(count, true),
            structure.stores.length === 0
              ? []
              : when(i32.equal(count, 4), first.stores(undefined), first.stores(count)),
          ]
    const oneRow: Code = [
      lane.set(0),
      left.set(rows.start),
      rowPlaces.seek(left),
      left.set(rows.length),
      doWhile([evaluate, accumulate, rowPlaces.advance], left.tee(i32.sub(left, 1))),
      outerPlaces.advance,
    ]
    const storeLane = (v: number, l: number): Code => [
      v128.storeLane(target, totals[v], l),
      target.set(i32.add(target, word(strideAt(layout, targetNumber, dim)))),
    ]
    const storeAll: Code = vectors.map((_, v) =>
      [0, 1, 2, 3].map((l) => (v + l === 0 ? storeLane(v, l) : when(i32.greater(count, 4 * v + l), storeLane(v, l)))),
    )
    const places = 4 * width
    return [
      vectors.map(({ once }) => once),
      doWhile(
        [
          place.set(i32.divUnsigned(begin, word(head.blocks))),
          block.set(i32.sub(begin, i32.mul(place, word(head.blocks)))),
          group.set(i32.mul(i32.remainderUnsigned(place, word(head.groups)), places)),
          place.set(i32.divUnsigned(place, word(head.groups))),
          count.set(i32.sub(word(sizeAt(layout, dim)), group)),
          count.set(either('i32', i32.greater(count, places), i32.constant(places), count.get)),
          first.start,
          keptPlaces.seek(place),
          numbered.map(([p, local]) => local.set(i32.add(local, i32.mul(group, word(strideAt(layout, p, dim)))))),
          target.set(i32.add(target, i32.mul(block, word(head.blockStride)))),
          rows.code,
          outerPlaces.seek(rows.firstRow),
          clear,
          doWhile(oneRow, rows.rows.tee(i32.sub(rows.rows, 1))),
          ordered ? totals.map((total, v) => total.set(joined(v))) : [],
          storeAll,
          begin.set(i32.add(begin, 1)),
        ],
        i32.lessUnsigned(begin, end),
      ),
    ]
  })
