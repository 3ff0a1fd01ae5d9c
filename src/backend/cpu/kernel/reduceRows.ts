/**
 * Reductions whose rows are vectorised: eight lanes are two vectors that take turns. A unit is one block of one kept
 * place; its result is a single element.
 */
import type { DType } from '../../../array/dtype.js'
import type { Code, FunctionDefinition } from '../emit/code.js'
import { define, doWhile, i32, when } from '../emit/instructions.js'
import { v128 } from '../emit/simd.js'
import type { StrideClass, StructuredBody } from '../plan/body.js'
import { kernelType } from '../plan/launch.js'
import { type Layout, strideAt } from '../plan/layout.js'
import { type FoldOp, firstLanes, foldOf, joinLanes } from './accumulate.js'
import { cursor } from './cursor.js'
import { phasedRow, straightRow } from './phases.js'
import { blockCode, head, headWords } from './reduceHead.js'
import { vectorCode } from './vector.js'

export interface ReduceShape {
  readonly op: FoldOp
  readonly dtype: DType
  /** The value of the body that is reduced. */
  readonly value: number
  readonly kept: number
  readonly outer: number
  /** Dims of a row. */
  readonly row: number
  readonly structure: StructuredBody
  /** Of all pointers; the last one is where results go. */
  readonly classes: readonly StrideClass[]
}

export const dimsFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i)

/** dims: kept, outer, then one row dim. */
export const writeReduceRows = (
  { op, dtype, value, kept, outer, structure, classes }: ReduceShape,
  phased: boolean,
): FunctionDefinition =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const [descriptor, begin, end, scratch] = params
    const layout: Layout = { head: headWords, rank: kept + outer + 1, pointers: classes.length }
    const dim = kept + outer
    const offset = locals.i32()
    const vectors = vectorCode(locals, { descriptor, layout, structure, classes, dim, offset, rows: true })
    const numbered = vectors.pointers.map((local, p) => [p, local] as const)
    const inputs = numbered.slice(0, -1)
    const target = vectors.pointers[vectors.pointers.length - 1]
    const keptPlaces = cursor(locals, descriptor, layout, dimsFrom(0, kept), numbered)
    const outerPlaces = cursor(locals, descriptor, layout, dimsFrom(kept, outer), inputs)
    const reduced = vectors.value(value)
    const fold = foldOf(op, dtype)
    const [low, high, next] = [locals.v128(), locals.v128(), locals.v128()]
    const [place, block, vectorEnd, rest] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const rows = blockCode(locals, descriptor, block)
    const word = (at: number): Code => i32.load(descriptor, at)

    // The vectors take turns: after an even number of them `low` holds lanes 0-3 again.
    const take = (x: Code): Code => [next.set(fold.combine(low, x)), low.set(high), high.set(next)]
    const whole = { vectors, offset, end: vectorEnd, each: take(reduced.get), reads: [reduced] }
    const row: Code = [
      offset.set(0),
      vectors.row,
      phased ? phasedRow(locals, whole, scratch) : straightRow(whole),
      when(rest, [
        vectors.vector(rest),
        vectors.stores(rest),
        take(v128.choose(reduced, fold.identity, firstLanes(rest))),
      ]),
      when(i32.and(i32.shiftRight(i32.add(rows.length, 3), 2), 1), [next.set(low), low.set(high), high.set(next)]),
      outerPlaces.advance,
    ]
    return [
      vectors.once,
      doWhile(
        [
          place.set(i32.divUnsigned(begin, word(head.blocks))),
          block.set(i32.sub(begin, i32.mul(place, word(head.blocks)))),
          vectors.start,
          keptPlaces.seek(place),
          target.set(i32.add(target, i32.mul(block, word(head.blockStride)))),
          rows.code,
          inputs.map(([p, local]) => local.set(i32.add(local, i32.mul(rows.start, word(strideAt(layout, p, dim)))))),
          outerPlaces.seek(rows.firstRow),
          vectorEnd.set(i32.shiftLeft(i32.and(rows.length, -4), 2)),
          rest.set(i32.and(rows.length, 3)),
          low.set(fold.identity),
          high.set(fold.identity),
          doWhile(row, rows.rows.tee(i32.sub(rows.rows, 1))),
          joinLanes(fold, low, high),
          v128.storeLane(target, low, 0),
          begin.set(i32.add(begin, 1)),
        ],
        i32.lessUnsigned(begin, end),
      ),
    ]
  })
