/** Labelled pictures as a data set. */
import { type Dataset, dataset } from '../data/dataset.js'
import { unitPixels } from '../data/format/pixels.js'
import type { LabelledBytes } from './file/idxFolder.js'

/** Pictures [N, 1, height, width] in [0, 1] and classes [N], from the bytes of IDX files. */
export const imageDataset = ({ images, labels }: LabelledBytes): Dataset<'float32', 'int32'> =>
  dataset(unitPixels(images), { shape: labels.shape, dtype: 'int32', data: Int32Array.from(labels.data) })
