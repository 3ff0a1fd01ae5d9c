/**
 * Reductions of few elements, such as those of a pooling window: the kept places are vectorised as in a loop, and for
 * each vector all reduced places, the taps, are visited by a table of distances. A unit is a row of kept places.
 */
import type { Code, FunctionDefinition, Local } from '../emit/code.js'
import { addressRange, define, doWhile, either, i32, type Locals, when } from '../emit/instructions.js'
import { i32x4, v128 } from '../emit/simd.js'
import { kernelType } from '../plan/launch.js'
import { type Layout, sizeAt, strideAt } from '../plan/layout.js'
import { beats, type FoldOp, foldOf } from './accumulate.js'
import { cursor } from './cursor.js'
import { dimsFrom, type ReduceShape } from './reduceRows.js'
import { vectorCode } from './vector.js'

/** Byte offsets of the head's words: the table of taps, its size in bytes. */
const head = { taps: 0, tapsBytes: 4 } as const
export const tapsHeadWords = 2
/** A tap has a word for its lane (in bytes of the scratch memory) and one for each pointer. */
export const tapWords = (pointers: number): number => 1 + pointers

export type TapShape = Omit<ReduceShape, 'op' | 'outer' | 'row'> & { readonly op: FoldOp | 'argMax' }

interface Accumulator {
  readonly start: Code
  /** Takes the value of a tap whose table entry is at `tap`. */
  readonly take: (tap: Local) => Code
  readonly result: Local
  readonly finish: Code
}

const inLanes = (locals: Locals, op: FoldOp, dtype: TapShape['dtype'], x: Local, scratch: Local): Accumulator => {
  const { combine, identity } = foldOf(op, dtype)
  const result = locals.v128()
  const at = locals.i32()
  const lane = (l: number): Code => v128.load(scratch, 16 * l)
  const pair = (l: number): Code => combine(lane(l), lane(l + 4))
  return {
    start: dimsFrom(0, 8).map((l) => v128.store(scratch, identity, 16 * l)),
    take: (tap) => [at.set(i32.add(scratch, i32.load(tap))), v128.store(at, combine(v128.load(at), x))],
    result,
    finish: result.set(combine(combine(pair(0), pair(2)), combine(pair(1), pair(3)))),
  }
}
const inOne = (locals: Locals, op: FoldOp, dtype: TapShape['dtype'], x: Local): Accumulator => {
  const { combine, identity } = foldOf(op, dtype)
  const result = locals.v128()
  return { start: result.set(identity), take: () => result.set(combine(result, x)), result, finish: [] }
}
/** Taps come in order, so a later one must beat the best, not tie with it. */
const largest = (locals: Locals, dtype: TapShape['dtype'], x: Local): Accumulator => {
  const [best, result, better] = [locals.v128(), locals.v128(), locals.v128()]
  const place = locals.i32()
  return {
    start: place.set(0),
    take: () => [
      when(
        place,
        [
          better.set(beats(dtype, x, best)),
          best.set(v128.choose(x, best, better)),
          result.set(v128.choose(i32x4.splat(place), result, better)),
        ],
        [best.set(x), result.set(i32x4.constant(0))],
      ),
      place.set(i32.add(place, 1)),
    ],
    result,
    finish: [],
  }
}

/** dims: the kept ones; the last is vectorised. */
export const writeReduceTaps = (shape: TapShape): FunctionDefinition =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const { op, dtype, value, kept, structure, classes } = shape
    const [descriptor, begin, end, scratch] = params
    const dim = kept - 1
    const layout: Layout = { head: tapsHeadWords, rank: kept, pointers: classes.length }
    const vectors = vectorCode(locals, { descriptor, layout, structure, classes, dim, offset: undefined, rows: false })
    const rowPointers = classes.map(() => locals.i32())
    const numbered = rowPointers.map((local, p) => [p, local] as const)
    const rows = cursor(locals, descriptor, layout, dimsFrom(0, dim), numbered)
    const targetNumber = classes.length - 1
    const rowTarget = rowPointers[targetNumber]
    const [tap, tapsEnd, left, count] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const [target, start] = [locals.i32(), locals.i32()]
    // Where in the row the vector is: a distance from the row's beginning for each pointer.
    const moved = classes.map(() => locals.i32())
    const word = (at: number): Code => i32.load(descriptor, at)
    const x = vectors.value(value)
    const accumulator =
      op === 'argMax'
        ? largest(locals, dtype, x)
        : op === 'sum' || op === 'prod'
          ? inLanes(locals, op, dtype, x, scratch)
          : inOne(locals, op, dtype, x)

    const eachTap: Code = [
      vectors.pointers
        .slice(0, -1)
        .map((pointer, p) => pointer.set(i32.add(i32.add(rowPointers[p], moved[p]), i32.load(tap, 4 * (1 + p))))),
      vectors.vector(count, true),
      structure.stores.length === 0 ? [] : when(i32.equal(count, 4), vectors.stores(undefined), vectors.stores(count)),
      accumulator.take(tap),
    ]
    const storeLane = (lane: number): Code => [
      v128.storeLane(target, accumulator.result, lane),
      target.set(i32.add(target, word(strideAt(layout, targetNumber, dim)))),
    ]
    const store: Code = [
      target.set(i32.add(rowTarget, moved[targetNumber])),
      storeLane(0),
      when(i32.greater(count, 1), storeLane(1)),
      when(i32.greater(count, 2), storeLane(2)),
      when(i32.greater(count, 3), storeLane(3)),
    ]
    const oneVector: Code = [
      count.set(either('i32', i32.greater(left, 4), i32.constant(4), left.get)),
      accumulator.start,
      addressRange(tap, word(head.taps), tapsEnd, 4 * tapWords(classes.length), eachTap),
      accumulator.finish,
      store,
      moved.map((local, p) => local.set(i32.add(local, i32.shiftLeft(word(strideAt(layout, p, dim)), 2)))),
    ]
    return [
      vectors.start,
      rowPointers.map((local, p) => local.set(vectors.pointers[p])),
      start.set(begin),
      rows.seek(start),
      vectors.once,
      tapsEnd.set(i32.add(word(head.taps), word(head.tapsBytes))),
      doWhile(
        [
          moved.map((local) => local.set(0)),
          left.set(word(sizeAt(layout, dim))),
          doWhile([oneVector, left.set(i32.sub(left, 4))], i32.greater(left, 0)),
          rows.advance,
          begin.set(i32.add(begin, 1)),
        ],
        i32.lessUnsigned(begin, end),
      ),
    ]
  })
