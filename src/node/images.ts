/** Labelled pictures as a data set. */
import { type Dataset, dataset } from '../data/dataset.js'
import { unitPixels } from '../data/format/pixels.js'
import type { LabelledBytes } from './file/idxFolder.js'

/**
 * Pictures [N, 1, height, width] in [0, 1] and classes [N], from the bytes of IDX files.
 *
 * @example
 * import { storedArray } from 'pullback'
 * import { imageDataset } from 'pullback/node'
 *
 * const images = storedArray('uint8', [2, 1, 2], Uint8Array.of(0, 255, 255, 0))
 * const labels = storedArray('uint8', [2], Uint8Array.of(1, 0))
 * imageDataset({ images, labels }).inputs.shape // => [2, 1, 1, 2]
 */
export const imageDataset = ({ images, labels }: LabelledBytes): Dataset<'float32', 'int32'> =>
  dataset(unitPixels(images), { shape: labels.shape, dtype: 'int32', data: Int32Array.from(labels.data) })
