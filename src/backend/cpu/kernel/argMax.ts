/**
 * The place of the first largest element of every row; of the first NaN, if there is one. Four lanes each keep a best
 * element and its place; all begin with element 0. A unit is a row.
 */
import type { DType } from '../../../array/dtype.js'
import type { Code, FunctionDefinition, Local } from '../emit/code.js'
import { define, doWhile, i32, when } from '../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../emit/simd.js'
import { kernelType } from '../plan/launch.js'
import { type Layout, sizeAt } from '../plan/layout.js'
import { beats, firstLanes } from './accumulate.js'
import { cursor } from './cursor.js'
import { dimsFrom, type ReduceShape } from './reduceRows.js'
import { vectorCode } from './vector.js'

/** A mask: where they are as good. */
const ties = (dtype: DType, a: Local, b: Local): Code =>
  dtype === 'float32'
    ? v128.or(f32x4.equal(a, b), v128.and(f32x4.notEqual(a, a), f32x4.notEqual(b, b)))
    : i32x4.equal(a, b)

/** dims: kept, then one row dim. */
export const writeArgMax = ({ dtype, value, kept, structure, classes }: Omit<ReduceShape, 'op'>): FunctionDefinition =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const [descriptor, begin, end] = params
    const layout: Layout = { head: 0, rank: kept + 1, pointers: classes.length }
    const offset = locals.i32()
    const vectors = vectorCode(locals, { descriptor, layout, structure, classes, dim: kept, offset, rows: true })
    const numbered = vectors.pointers.map((local, p) => [p, local] as const)
    const target = vectors.pointers[vectors.pointers.length - 1]
    const places = cursor(locals, descriptor, layout, dimsFrom(0, kept), numbered)
    const [best, bestPlace, place, better] = [locals.v128(), locals.v128(), locals.v128(), locals.v128()]
    const [other, otherPlace] = [locals.v128(), locals.v128()]
    const [vectorEnd, rest, length, row] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const x = vectors.value(value)
    const keep = (element: Local, at: Local): Code => [
      best.set(v128.choose(element, best, better)),
      bestPlace.set(v128.choose(at, bestPlace, better)),
    ]
    const first: Code = when(i32.isZero(offset), [
      best.set(v128.shuffle(x, x, [0, 0, 0, 0])),
      bestPlace.set(i32x4.constant(0)),
    ])
    const next: Code = [place.set(i32x4.add(place, 4)), vectors.advance, offset.set(i32.add(offset, 16))]
    const join = (lanes: readonly number[]): Code => [
      other.set(v128.shuffle(best, best, lanes)),
      otherPlace.set(v128.shuffle(bestPlace, bestPlace, lanes)),
      better.set(
        v128.or(beats(dtype, other, best), v128.and(ties(dtype, other, best), i32x4.less(otherPlace, bestPlace))),
      ),
      keep(other, otherPlace),
    ]
    return [
      vectors.once,
      length.set(i32.load(descriptor, sizeAt(layout, kept))),
      vectorEnd.set(i32.shiftLeft(i32.and(length, -4), 2)),
      rest.set(i32.and(length, 3)),
      doWhile(
        [
          vectors.start,
          row.set(begin),
          places.seek(row),
          offset.set(0),
          place.set(v128.lanes(0, 1, 2, 3)),
          vectors.row,
          when(
            vectorEnd,
            doWhile(
              [
                vectors.vector(undefined),
                vectors.stores(undefined),
                first,
                better.set(beats(dtype, x, best)),
                keep(x, place),
                next,
              ],
              i32.lessUnsigned(offset, vectorEnd),
            ),
          ),
          when(rest, [
            vectors.vector(rest),
            vectors.stores(rest),
            first,
            better.set(v128.and(beats(dtype, x, best), firstLanes(rest))),
            keep(x, place),
          ]),
          join([2, 3, 2, 3]),
          join([1, 1, 1, 1]),
          v128.storeLane(target, bestPlace, 0),
          begin.set(i32.add(begin, 1)),
        ],
        i32.lessUnsigned(begin, end),
      ),
    ]
  })
