/** Where the tiles of a block lie. Tiles run through an image row by row, and through the images one after another. */
import type { Code } from '../../emit/code.js'
import { define, i32, range, when } from '../../emit/instructions.js'
import { cuts, placeAt, placeBytes, words } from './layout.js'

/**
 * (descriptor, first tile, a multiple of 4, end of tiles, target). Tiles beyond the last of all are the last again, and
 * without results.
 */
export const locateTiles = define(['i32', 'i32', 'i32', 'i32'], [], (locals, ...params) => {
  const [descriptor, begin, end, target] = params
  const word = (offset: number): Code => i32.load(descriptor, offset)
  const [place, tile, last, image, row] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const [column, cut, rest, group] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const addressOf = (base: number, batch: number, rowStep: number): Code =>
    i32.add(
      i32.add(word(base), i32.load(i32.add(word(batch), i32.shiftLeft(image, 2)))),
      i32.add(i32.mul(row, word(rowStep)), i32.shiftLeft(column, 2)),
    )
  return [
    last.set(i32.sub(word(words.tiles), 1)),
    range(place, begin, end, 1, [
      tile.set(i32.min(place, last)),
      rest.set(i32.divUnsigned(tile, word(words.tileColumns))),
      column.set(i32.shiftLeft(i32.sub(tile, i32.mul(rest, word(words.tileColumns))), 1)),
      image.set(i32.divUnsigned(rest, word(words.tileRows))),
      row.set(i32.shiftLeft(i32.sub(rest, i32.mul(image, word(words.tileRows))), 1)),
      cut.set(i32.mul(i32.greater(place, last), cuts.all)),
      when(i32.greaterOrEqual(i32.add(column, 1), word(words.columns)), cut.set(i32.or(cut, cuts.column))),
      rest.set(3),
      when(i32.greaterOrEqual(i32.add(row, 1), word(words.rows)), [cut.set(i32.or(cut, cuts.row)), rest.set(2)]),
      i32.store(target, addressOf(words.images, words.imageBatch, words.imageRow), placeAt.image),
      i32.store(target, i32.mul(rest, word(words.imageRow)), placeAt.lastRow),
      i32.store(target, addressOf(words.results, words.resultBatch, words.resultRow), placeAt.result),
      i32.store(target, cut, placeAt.cut),
      when(i32.isZero(i32.and(place, 3)), [group.set(target), i32.store(group, 0, placeAt.groupCut)]),
      i32.store(group, i32.or(i32.load(group, placeAt.groupCut), cut), placeAt.groupCut),
      target.set(i32.add(target, placeBytes)),
    ]),
  ]
})
