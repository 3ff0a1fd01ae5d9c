/** From the bytes of image files to the float images that networks take. */
import { fail } from '../../array/error.js'
import { showShape } from '../../array/shape.js'
import type { StoredArray } from './storedArray.js'

/**
 * Bytes as float32 numbers in [0, 1]: x / 255, rounded once. Images without channels, [N, H, W], get one: [N, 1, H, W];
 * other shapes stay.
 *
 * @example
 * import { storedArray, unitPixels } from 'pullback'
 *
 * unitPixels(storedArray('uint8', [1, 1, 2], Uint8Array.of(0, 255))).shape // => [1, 1, 1, 2]
 */
export const unitPixels = ({ shape, data }: StoredArray<'uint8'>): StoredArray<'float32'> => {
  const levels = Float32Array.from({ length: 256 }, (_, byte) => byte / 255)
  const out = new Float32Array(data.length)
  for (let i = 0; i < out.length; i++) out[i] = levels[data[i]]
  return { shape: shape.length === 3 ? [shape[0], 1, shape[1], shape[2]] : shape, dtype: 'float32', data: out }
}

/**
 * Numbers in [0, 1] as bytes, round(255 x): the inverse of `unitPixels` on bytes, for pictures. Numbers outside are
 * clipped; NaN is 0.
 *
 * @example
 * import { bytePixels, storedArray } from 'pullback'
 *
 * bytePixels(storedArray('float32', [1, 1, 2], Float32Array.of(0.5, 2))).data // => Uint8Array [128, 255]
 */
export const bytePixels = ({ shape, data }: StoredArray<'float32' | 'float64'>): StoredArray<'uint8'> => ({
  shape,
  dtype: 'uint8',
  data: Uint8Array.from(data, (x) => Math.round(255 * Math.min(1, Math.max(0, x)))),
})

/** Channels, height and width of a picture: [C, H, W], or [H, W] for one channel. */
export const pictureSize = (path: string, { shape }: StoredArray): readonly [number, number, number] => {
  const [channels, height, width] = shape.length === 2 ? [1, shape[0], shape[1]] : shape
  if ((shape.length !== 2 && shape.length !== 3) || channels < 1 || channels > 4 || height < 1 || width < 1)
    fail(
      path,
      'a picture [H, W] or [C, H, W] of 1 to 4 channels',
      showShape(shape),
      'Slice one picture out of a batch.',
    )
  return [channels, height, width]
}
