/** Sums of 4 by 4 become results of 2 by 2: Aᵀ m A with the rows of Aᵀ (1, 1, 1, 0) and (0, 1, -1, -1). */
import type { Code, Local } from '../../emit/code.js'
import { addressRange, define, i32, range, when } from '../../emit/instructions.js'
import { f32x4, v128 } from '../../emit/simd.js'
import { cuts, placeAt, placeBytes, streamBytes } from './layout.js'

const four = [0, 1, 2, 3] as const

const firstOf = ([a, b, c]: readonly Local[]): Code => f32x4.add(f32x4.add(a, b), c)
const secondOf = ([, b, c, d]: readonly Local[]): Code => f32x4.sub(f32x4.sub(b, c), d)

/**
 * (sums, their bytes from output to output, places, their end, outputs, bytes from row to row of results, from output to
 * output): the results of a block of tiles.
 */
export const transformSums = define(
  Array.from({ length: 7 }, () => 'i32' as const),
  [],
  (locals, ...params) => {
    const [sums, sumStep, places, end, outputs, rowStep, outputStep] = params
    const [output, offset, place, at, target] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const targets = four.map(() => locals.i32())
    const m = four.map(() => locals.v128())
    const rows = [four.map(() => locals.v128()), four.map(() => locals.v128())] as const
    const [left, right] = [locals.v128(), locals.v128()]
    /** Results of two tiles each. */
    const pairs = [locals.v128(), locals.v128()] as const
    const cutOf = (tile: number): Code => i32.load(place, tile * placeBytes + placeAt.cut)
    const eachTile = (row: number, store: (tile: number, pair: Local, half: number) => Code): Code =>
      four.map((tile) => [
        target.set(row === 0 ? targets[tile] : i32.add(targets[tile], rowStep)),
        store(tile, pairs[tile >> 1], tile & 1),
      ])
    const storeAll = (row: number): Code => eachTile(row, (_, pair, half) => v128.storeHalf(target, pair, half))
    const storeWanted = (row: number): Code =>
      eachTile(row, (tile, pair, half) =>
        when(
          i32.isZero(i32.and(cutOf(tile), row === 0 ? cuts.all : cuts.all | cuts.row)),
          when(
            i32.and(cutOf(tile), cuts.column),
            v128.storeLane(target, pair, 2 * half),
            v128.storeHalf(target, pair, half),
          ),
        ),
      )
    const group: Code = [
      targets.map((each, i) => each.set(i32.add(i32.load(place, i * placeBytes + placeAt.result), offset))),
      four.map((column) => [
        m.map((sum, row) => sum.set(v128.load(at, (4 * row + column) * streamBytes))),
        rows[0][column].set(firstOf(m)),
        rows[1][column].set(secondOf(m)),
      ]),
      rows.map((row, i) => [
        left.set(firstOf(row)),
        right.set(secondOf(row)),
        pairs[0].set(v128.shuffle(left, right, [0, 4, 1, 5])),
        pairs[1].set(v128.shuffle(left, right, [2, 6, 3, 7])),
        when(i32.load(place, placeAt.groupCut), storeWanted(i), storeAll(i)),
      ]),
      at.set(i32.add(at, 16)),
    ]
    return [
      range(output, 0, outputs, 1, [
        at.set(sums),
        addressRange(place, places, end, 4 * placeBytes, group),
        sums.set(i32.add(sums, sumStep)),
        offset.set(i32.add(offset, outputStep)),
      ]),
    ]
  },
)
