/**
 * Deterministic float64 functions of host numbers: the same bits from every JavaScript engine, which `Math.exp` and its
 * kin do not promise. Host arithmetic that reaches a result (schedules, bias correction, initialisers, the reference
 * backend) uses these.
 */
export { erf } from './erf.js'
export { exp, expm1 } from './exponential.js'
export { tanh } from './hyperbolic.js'
export { log, log1p, log2, log10 } from './logarithm.js'
export { pow } from './power.js'
export { cos, sin } from './trigonometric.js'
