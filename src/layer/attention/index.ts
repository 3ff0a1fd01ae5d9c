export {
  type MultiHeadAttentionOptions,
  type MultiHeadAttentionParams,
  multiHeadAttention,
  selfAttention,
} from './multiHead.js'
export { type Attention, type AttentionOptions, scaledDotProductAttention } from './scaledDotProduct.js'
