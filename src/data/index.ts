export { affineWarp } from './augment/affineWarp.js'
export {
  type Batch,
  type BatchOptions,
  batchCount,
  batches,
  type EpochBatch,
  type EpochOptions,
  epochs,
} from './batches.js'
export { type Dataset, dataset, exampleCount, subset, type TensorType, takeRows, toTensor } from './dataset.js'
export * from './format/index.js'
export { fitPrincipalComponents, type PrincipalComponents, type PrincipalOptions } from './principal.js'
export { type Amount, groupSplit, kFold, randomSplit, type Split, stratifiedSplit } from './split.js'
export { type Fitted, fitMeanImage, fitNormalize, fitStandardize, fitStandardizeChannels } from './standardize.js'
export { type TextBatchOptions, textBatches } from './textBatches.js'
