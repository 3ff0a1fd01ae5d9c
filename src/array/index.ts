export * from './arrange.js'
// sigmoid, softplus, softmax and logSoftmax are functions of src/layer too, and layers: those are the public ones.
export {
  all,
  any,
  type BoolReduction,
  clip,
  dot,
  expm1,
  isFinite,
  isNaN,
  logSigmoid,
  meanAndVariance,
  normSquared,
  outer,
  standardDeviation,
  where,
} from './composite.js'
export * from './contract.js'
export { barrier, type ScanOptions, scan, stopGradient } from './control.js'
export * from './create.js'
export type { DType, FloatDType, HostArray, IntegerDType, NumericDType } from './dtype.js'
export type { Binary, Comparison, Unary } from './dual.js'
export * from './elementwise.js'
export { type Mistake, PullbackError } from './error.js'
export * from './indexing.js'
export * from './join.js'
export * from './move.js'
export * from './ordering.js'
export { argMax, logSumExp, max, mean, min, prod, type Reduction, sum, variance } from './reduce.js'
export type { Shape } from './shape.js'
export { type AnyTensor, isTensor, item, literal, shapeOf, type Tensor, tensor, toArray } from './tensor.js'
export { leaves, mapTree, namedLeaves, unflatten, zipTrees } from './tree.js'
export { overlapAdd, type WindowOptions, window } from './window.js'
