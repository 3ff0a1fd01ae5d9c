export { differentiable, grad, type Loss, valueAndGradient, type WithPullback } from './differentiable.js'
export { hessianVectorProduct, jvp } from './jvp.js'
export { unbroadcast } from './unbroadcast.js'
