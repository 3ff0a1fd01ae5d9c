/** Layers, and what composes them. */
export * from './activation/index.js'
export * from './attention/index.js'
export * from './combinator/index.js'
export * from './convolution/index.js'
export { type DenseOptions, type DenseParams, dense, linear } from './dense.js'
export { applyDropout, dropout, plainDropout } from './dropout.js'
export { type EmbeddingOptions, type EmbeddingParams, embedding } from './embedding.js'
export type {
  AnyLayer,
  Apply,
  ArraySpec,
  Initial,
  Layer,
  None,
  Pullback,
  Spec,
} from './layer.js'
export * from './normalization/index.js'
export { type ConcatFunction, concat, flatten, type Reshape, reshape } from './rearrange.js'
export * from './recurrent/index.js'
export { type Summary, type SummaryRow, showSummary, summary } from './summary.js'
