export {
  type Conv2dOptions,
  type ConvParams,
  type ConvTranspose2dOptions,
  type ConvTransposeParams,
  conv2d,
  convTranspose2d,
  type Images,
} from './conv2d.js'
export { convolve2d, convolveTransposed2d, type TransposedOptions } from './convolve2d.js'
export type { ConvolutionOptions, Padding, Pair } from './geometry.js'
export {
  type AveragePoolOptions,
  avgPool2d,
  type GlobalPooling,
  globalAvgPool2d,
  globalMaxPool2d,
  maxPool2d,
  type Pooling,
  type PoolOptions,
} from './pool2d.js'
