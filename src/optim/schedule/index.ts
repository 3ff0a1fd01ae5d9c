export { cosine, cosineRestarts, linear, warmup } from './anneal.js'
export { constant, exponential, inverseSqrt, inverseTime, piecewise, step } from './decay.js'
