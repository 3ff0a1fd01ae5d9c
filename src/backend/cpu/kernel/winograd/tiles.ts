/**
 * Tiles of images, 4 by 4 and two apart, become Bᵀ d B with the rows of Bᵀ (1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0) and
 * (0, 1, 0, -1): columns first, then rows. Of a tile that reaches beyond an image of an odd size, the last row and column
 * may be anything: only results depend on them that nobody wants.
 */
import type { Code, Local } from '../../emit/code.js'
import { addressRange, define, i32, range } from '../../emit/instructions.js'
import { f32x4, v128 } from '../../emit/simd.js'
import { transpose } from '../matmul/pack.js'
import { placeAt, placeBytes, streamBytes } from './layout.js'

const four = [0, 1, 2, 3] as const

/**
 * (target, places, their end, inputs, bytes from row to row of an image, from input to input): the tiles of a block, of
 * all inputs, as panels of eight tiles: [place of the tile][panel][input][8].
 */
export const transformTiles = define(
  Array.from({ length: 6 }, () => 'i32' as const),
  [],
  (locals, ...params) => {
    const [target, places, end, inputs, rowStep, inputStep] = params
    const [input, offset, place, at] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const [twoRows, nextPanel] = [locals.i32(), locals.i32()]
    const tiles = four.map(() => locals.i32())
    const x = four.map(() => locals.v128())
    const y = four.map(() => locals.v128())
    const z = four.map(() => locals.v128())
    const [second, third] = [locals.v128(), locals.v128()]
    const rowOf = (tile: number, row: number): Code => {
      const last = i32.load(place, tile * placeBytes + placeAt.lastRow)
      return v128.load(row === 0 ? tiles[tile] : i32.add(tiles[tile], [0, rowStep, twoRows, last][row]))
    }
    const put = (i: number, value: Code): Code => v128.store(at, value, i * streamBytes)
    /** A vector for each tile becomes one for each of its columns. */
    const across = (row: number, vectors: readonly Local[]): Code => {
      const [a, b, c, d] = vectors
      return [
        transpose(vectors, y),
        put(4 * row, f32x4.sub(a, c)),
        put(4 * row + 1, f32x4.add(b, c)),
        put(4 * row + 2, f32x4.sub(c, b)),
        put(4 * row + 3, f32x4.sub(b, d)),
      ]
    }
    const group: Code = [
      tiles.map((tile, i) => tile.set(i32.add(i32.load(place, i * placeBytes + placeAt.image), offset))),
      four.map((i) => x[i].set(f32x4.sub(rowOf(i, 0), rowOf(i, 2)))),
      across(0, x),
      four.map((i) => [
        second.set(rowOf(i, 1)),
        third.set(rowOf(i, 2)),
        x[i].set(f32x4.add(second, third)),
        z[i].set(f32x4.sub(third, second)),
      ]),
      across(1, x),
      across(2, z),
      four.map((i) => x[i].set(f32x4.sub(rowOf(i, 1), rowOf(i, 3)))),
      across(3, x),
      place.set(i32.add(place, 4 * placeBytes)),
    ]
    return [
      twoRows.set(i32.shiftLeft(rowStep, 1)),
      nextPanel.set(i32.sub(i32.shiftLeft(inputs, 5), 16)),
      range(input, 0, inputs, 1, [
        at.set(target),
        addressRange(place, places, end, 0, [group, at.set(i32.add(at, 16)), group, at.set(i32.add(at, nextPanel))]),
        offset.set(i32.add(offset, inputStep)),
        target.set(i32.add(target, 32)),
      ]),
    ]
  },
)
