/**
 * Products of a vector and a matrix (one row of results): nothing is packed but 256 elements of the vector at a time. The
 * order is that of the general product, so the bits are too. A unit is a stripe of columns of one matrix of the batch.
 */
import type { Code, Local } from '../../emit/code.js'
import { define, doWhile, either, i32, type Locals, range, when } from '../../emit/instructions.js'
import { f32x4, v128 } from '../../emit/simd.js'
import { kernelType } from '../../plan/launch.js'
import { firstLanes } from '../accumulate.js'
import { depthBlock, words } from './gemm.js'
import { storeFew } from './micro.js'
import { everySecond, groupBytes, transpose } from './pack.js'

const four = [0, 1, 2, 3] as const

interface Frame {
  readonly locals: Locals
  readonly word: (at: number) => Code
  /** Of the current matrix. */
  readonly b: Local
  /** Where column `column` of the result goes. */
  readonly target: Local
  readonly column: Local
  readonly columnEnd: Local
  /** The packed part of the vector, and the block of k that it covers. */
  readonly vector: Local
  readonly depth: Local
  readonly depthEnd: Local
}

/** Stores what a block of k gave: the first one as it is, later ones added. */
const storeTotal = ({ target, depth }: Frame, total: Local, count: Local): Code => [
  when(i32.notEqual(depth, 0), total.set(f32x4.add(v128.load(target), total))),
  storeFew(target, total, count),
  target.set(i32.add(target, 16)),
]

/** Columns that are read together where they are neighbours, and the same number of bytes apart from place to place of k. */
export const wideColumns = 16
/** That number of bytes, or 0: a word of the general product that says nothing where there is one row. */
const depthStep = words.cStride

/** That many columns at a time; the rest is left over. */
const columnsWide = (frame: Frame): Code => {
  const { locals, word, b, target, column, columnEnd, vector, depth, depthEnd } = frame
  const [at, step, element, end, wholeEnd] = Array.from({ length: 5 }, () => locals.i32())
  const totals = Array.from({ length: wideColumns / 4 }, () => locals.v128())
  const elements = locals.v128()
  const offset = (table: number, place: Local): Code => i32.load(i32.add(word(table), i32.shiftLeft(place, 2)))
  return [
    step.set(word(depthStep)),
    wholeEnd.set(i32.sub(columnEnd, i32.and(i32.sub(columnEnd, column), wideColumns - 1))),
    range(column, column, wholeEnd, wideColumns, [
      at.set(i32.add(b, i32.add(offset(words.bColumns, column), offset(words.bDepths, depth)))),
      element.set(vector),
      end.set(i32.add(vector, i32.shiftLeft(i32.sub(depthEnd, depth), 2))),
      totals.map((total) => total.set(0)),
      doWhile(
        [
          elements.set(v128.loadSplat(element)),
          totals.map((total, i) => total.set(f32x4.add(total, f32x4.mul(elements, v128.load(at, 16 * i))))),
          at.set(i32.add(at, step)),
          element.set(i32.add(element, 4)),
        ],
        i32.lessUnsigned(element, end),
      ),
      totals.map((total, i) => [
        when(depth, total.set(f32x4.add(v128.load(target, 16 * i), total))),
        v128.store(target, total, 16 * i),
      ]),
      target.set(i32.add(target, 4 * wideColumns)),
    ]),
  ]
}

/** Four neighbouring columns at a time, read along n. */
const columnsAlong = (frame: Frame): Code => {
  const { locals, word, b, column, columnEnd, vector, depth, depthEnd } = frame
  const [group, first, second, kind, count] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const [at, offsets, end, element] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const places = four.map(() => locals.i32())
  const [total, mask] = [locals.v128(), locals.v128()]
  const each = (read: Code): Code =>
    doWhile(
      [
        at.set(i32.add(b, i32.load(offsets))),
        total.set(f32x4.add(total, f32x4.mul(v128.loadSplat(element), read))),
        offsets.set(i32.add(offsets, 4)),
        element.set(i32.add(element, 4)),
      ],
      i32.lessUnsigned(offsets, end),
    )
  const firstAt = i32.add(at, first)
  return range(column, column, columnEnd, 4, [
    group.set(i32.add(word(words.bGroups), i32.mul(i32.shiftRight(column, 2), groupBytes))),
    first.set(i32.load(group)),
    second.set(i32.load(group, 4)),
    kind.set(i32.load(group, 8)),
    mask.set(firstLanes(kind)),
    offsets.set(i32.add(word(words.bDepths), i32.shiftLeft(depth, 2))),
    end.set(i32.add(word(words.bDepths), i32.shiftLeft(depthEnd, 2))),
    element.set(vector),
    total.set(0),
    when(
      i32.equal(kind, 4),
      each(v128.load(firstAt)),
      when(
        i32.equal(kind, everySecond),
        each(v128.shuffle(v128.load(firstAt), v128.load(firstAt, 16), [0, 2, 4, 6])),
        when(kind, each(v128.choose(v128.load(firstAt), v128.load(i32.add(at, second)), mask)), [
          places.map((place, i) => place.set(i32.load(i32.add(word(words.bColumns), i32.shiftLeft(column, 2)), 4 * i))),
          each(
            [1, 2, 3].reduce<Code>(
              (lanes, i) => v128.loadLane(i32.add(at, places[i]), lanes, i),
              v128.loadFirst(i32.add(at, places[0])),
            ),
          ),
        ]),
      ),
    ),
    count.set(i32.sub(columnEnd, column)),
    storeTotal(frame, total, count),
  ])
}

/**
 * Sixteen columns at a time, whose elements of k are neighbours: read along k and transposed. Columns that are no whole
 * four are left over.
 */
const columnsAcross = (frame: Frame): Code => {
  const { locals, word, b, column, columnEnd, vector, depth, depthEnd } = frame
  const [stride, two, three] = [locals.i32(), locals.i32(), locals.i32()]
  const [element, end, left, count, wholeEnd] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const x = four.map(() => locals.v128())
  const y = four.map(() => locals.v128())
  const totals = four.map(() => locals.v128())
  const elements = locals.v128()
  const rows = four.map(() => locals.i32())
  /** Columns beyond the last read the first ones again. */
  const columnAt = (i: number): Code => {
    const place = i32.add(column, 4 * i)
    return i32.add(
      i32.add(b, i32.load(word(words.bDepths))),
      i32.add(i32.shiftLeft(depth, 2), i32.mul(stride, either('i32', i32.less(place, wholeEnd), place, column.get))),
    )
  }
  // Four products of each column at once; transposed, they are added in the order of k.
  const group = (i: number, depths: readonly number[]): Code => [
    x[0].set(f32x4.mul(v128.load(rows[i]), elements)),
    x[1].set(f32x4.mul(v128.load(i32.add(rows[i], stride)), elements)),
    x[2].set(f32x4.mul(v128.load(i32.add(rows[i], two)), elements)),
    x[3].set(f32x4.mul(v128.load(i32.add(rows[i], three)), elements)),
    transpose(x, y),
    depths.map((k) => totals[i].set(f32x4.add(totals[i], x[k]))),
    // Nobody reads it; without it V8 moves the loads of all groups to the front, and runs out of registers.
    v128.store(vector, totals[i], 4 * depthBlock + 16 * i),
  ]
  const part = (depths: readonly number[]): Code => [
    elements.set(v128.load(element)),
    four.map((i) => group(i, depths)),
  ]
  return [
    stride.set(word(words.bAcross)),
    two.set(i32.shiftLeft(stride, 1)),
    three.set(i32.add(stride, two)),
    wholeEnd.set(i32.and(columnEnd, -4)),
    range(column, column, wholeEnd, 16, [
      totals.map((total) => total.set(0)),
      rows.map((row, i) => row.set(columnAt(i))),
      element.set(vector),
      left.set(i32.and(i32.sub(depthEnd, depth), 3)),
      end.set(i32.add(vector, i32.shiftLeft(i32.and(i32.sub(depthEnd, depth), -4), 2))),
      when(
        i32.lessUnsigned(element, end),
        doWhile(
          [part([0, 1, 2, 3]), rows.map((row) => row.set(i32.add(row, 16))), element.set(i32.add(element, 16))],
          i32.lessUnsigned(element, end),
        ),
      ),
      when(i32.equal(left, 1), part([0])),
      when(i32.equal(left, 2), part([0, 1])),
      when(i32.equal(left, 3), part([0, 1, 2])),
      totals.map((total, i) => [
        count.set(i32.sub(wholeEnd, i32.add(column, 4 * i))),
        when(i32.greater(count, 0), storeTotal(frame, total, count)),
      ]),
    ]),
    column.set(wholeEnd),
  ]
}

/**
 * The descriptor is that of the general product, but for `depthStep`; `bAcross` is the bytes from column to column, 0 to
 * read along n.
 */
export const vectorMatrix = define(kernelType.params, kernelType.results, (locals, ...params) => {
  const [descriptor, begin, end, vector] = params
  const word = (at: number): Code => i32.load(descriptor, at)
  const local = (): Local => locals.i32()
  const [unit, matrix, a, b, c, first, columnEnd, limit] = Array.from({ length: 8 }, local)
  const [depth, depthEnd, k, i, at, column, target] = Array.from({ length: 7 }, local)
  const frame: Frame = { locals, word, b, target, column, columnEnd, vector, depth, depthEnd }
  const batchOffset = (base: number, table: number): Code =>
    i32.add(word(base), i32.load(i32.add(word(table), i32.shiftLeft(matrix, 2))))
  const packVector: Code = [
    at.set(vector),
    range(i, depth, depthEnd, 1, [
      v128.storeLane(at, v128.loadFirst(i32.add(a, i32.load(i32.add(word(words.aDepths), i32.shiftLeft(i, 2))))), 0),
      at.set(i32.add(at, 4)),
    ]),
  ]
  return [
    k.set(word(words.k)),
    range(unit, begin, end, 1, [
      matrix.set(i32.divUnsigned(unit, word(words.columnStripes))),
      first.set(i32.mul(i32.remainderUnsigned(unit, word(words.columnStripes)), word(words.columnStripe))),
      columnEnd.set(i32.add(first, word(words.columnStripe))),
      limit.set(word(words.n)),
      columnEnd.set(i32.min(columnEnd, limit)),
      a.set(i32.add(batchOffset(words.a, words.aBatch), i32.load(word(words.aRows)))),
      b.set(batchOffset(words.b, words.bBatch)),
      c.set(i32.add(batchOffset(words.c, words.cBatch), i32.shiftLeft(first, 2))),
      range(depth, 0, k, depthBlock, [
        depthEnd.set(i32.add(depth, depthBlock)),
        depthEnd.set(i32.min(depthEnd, k)),
        packVector,
        column.set(first),
        target.set(c),
        when(word(words.bAcross), columnsAcross(frame)),
        when(word(depthStep), columnsWide(frame)),
        columnsAlong(frame),
      ]),
    ]),
  ]
})
