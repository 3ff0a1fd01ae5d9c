export {
  checkGradient,
  checkPullback,
  type Evaluator,
  type GradientMistake,
  type GradientOptions,
  type GradientReport,
} from './check.js'
export { differentiable, grad, type Loss, valueAndGradient, type WithPullback } from './differentiable.js'
export { hessianVectorProduct, jvp } from './jvp.js'
export { unbroadcast } from './unbroadcast.js'
