/** Initialisers: how params begin. */
export { constant, ones, zeros } from './constant.js'
export { type Activation, gainOf } from './gain.js'
export { type Fans, fansOf, type Initializer } from './initializer.js'
export { orthogonal } from './orthogonal.js'
export { normal, truncatedNormal, uniform } from './sampled.js'
export {
  kaimingNormal,
  kaimingTruncatedNormal,
  kaimingUniform,
  lecunNormal,
  lecunUniform,
  type Scaling,
  xavierNormal,
  xavierUniform,
} from './scaled.js'
