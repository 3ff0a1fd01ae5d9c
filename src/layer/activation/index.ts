export type { Activation, ActivationWith } from './activation.js'
export {
  type MaxoutOptions,
  type MaxoutParams,
  maxout,
  type PreluOptions,
  type PreluParams,
  prelu,
} from './learned.js'
export { elu, leakyRelu, relu, selu } from './rectifiers.js'
export { type GeluOptions, gelu, sigmoid, silu, softplus, tanh } from './sigmoidal.js'
export { logSoftmax, softmax } from './softmax.js'
