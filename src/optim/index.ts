export { accumulateGradients } from './accumulate.js'
export {
  type AdamOptions,
  type NadamOptions,
  scaleByAdam,
  scaleByAmsgrad,
  scaleByNadam,
} from './adam.js'
export { applyUpdates } from './apply.js'
export { type Average, exponentialAverage, initialAverage, polyakAverage } from './average.js'
export { chainOptimizers, identityOptimizer } from './chain.js'
export { clipByGlobalNorm, clipByNorm, clipByValue, globalNorm } from './clip.js'
export { addDecayedWeights } from './decay.js'
export { freezeUpdates, freezing, type Group, grouped, type Selector } from './groups.js'
export { type LbfgsOptions, lbfgs } from './lbfgs.js'
export { type TraceOptions, trace } from './momentum.js'
export {
  adadelta,
  adagrad,
  adam,
  adamw,
  amsgrad,
  type MomentumOptions,
  momentum,
  nadam,
  nesterov,
  rmsprop,
  sgd,
} from './named.js'
export type { Optimizer, OptimizerState } from './optimizer.js'
export { scaleBy, scaleByRate } from './scale.js'
export * as schedule from './schedule/index.js'
export type { LearningRate, Schedule } from './schedule/schedule.js'
export { type DecayOptions, scaleByAdadelta, scaleByAdagrad, scaleByRms } from './secondMoment.js'
