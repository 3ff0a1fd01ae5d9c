export { type BatchNormOptions, batchNorm, type Channelwise, type NormParams, type NormState } from './batchNorm.js'
export {
  type GroupNormOptions,
  groupNorm,
  type LayerNorm,
  type LayerNormOptions,
  layerNorm,
  type SizedNormParams,
} from './layerNorm.js'
export { standardize } from './standardize.js'
