/** Sprites: one picture that holds many, in a grid. */
import { fail } from '../../array/error.js'
import { pictureSize } from './pixels.js'
import type { StoredArray } from './storedArray.js'

/** The grid of a sheet of pictures. */
export interface SpriteOptions {
  /** Height and width of one picture. */
  readonly height: number
  readonly width: number
  /** How many there are, where the end of the grid is not used; all that fit unless given. */
  readonly count?: number
}

const fix = 'The pictures of a sprite are tiles of one size, without gaps.'

/**
 * Cuts a picture [C, H, W] into those that it is made of: [N, C, height, width], row after row of the grid. A sprite with
 * one flattened picture in each row is a grid of height 1: give the result the shape that its rows have.
 *
 * @throws PullbackError when the size of the picture is no multiple of theirs, or it holds fewer than `count`
 * @example
 * import { cutSprites, storedArray } from 'pullback'
 *
 * const sheet = storedArray('uint8', [1, 2, 4], Uint8Array.of(1, 2, 5, 6, 3, 4, 7, 8))
 * cutSprites(sheet, { height: 2, width: 2 }).data // => Uint8Array [1, 2, 3, 4, 5, 6, 7, 8]
 */
export const cutSprites = (
  sheet: StoredArray<'uint8'>,
  { height, width, count }: SpriteOptions,
): StoredArray<'uint8'> => {
  const [channels, sheetHeight, sheetWidth] = pictureSize('cutSprites', sheet)
  const whole = (size: number): boolean => Number.isInteger(size) && size > 0
  if (!whole(height) || !whole(width) || sheetHeight % height !== 0 || sheetWidth % width !== 0)
    fail('cutSprites', `sizes that divide ${sheetHeight} x ${sheetWidth}`, `${height} x ${width}`, fix)
  const columns = sheetWidth / width
  const places = columns * (sheetHeight / height)
  const taken = count ?? places
  if (!whole(taken) || taken > places) fail('cutSprites', `a count from 1 to ${places}`, String(taken), fix)
  const data = new Uint8Array(taken * channels * height * width)
  let to = 0
  for (let n = 0; n < taken; n++)
    for (let channel = 0; channel < channels; channel++)
      for (let row = 0; row < height; row++, to += width) {
        const y = Math.floor(n / columns) * height + row
        const begin = (channel * sheetHeight + y) * sheetWidth + (n % columns) * width
        data.set(sheet.data.subarray(begin, begin + width), to)
      }
  return { shape: [taken, channels, height, width], dtype: 'uint8', data }
}
