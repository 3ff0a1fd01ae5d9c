/** Losses and penalties: pure functions to one number. */
export { binaryCrossEntropy, type CrossEntropy, type CrossEntropyOptions, crossEntropy } from './crossEntropy.js'
export { type HingeOptions, multiclassHinge } from './hinge.js'
export { type LossFunction, type LossOptions, type LossReduction, type Reduced, withPullback } from './loss.js'
export { elasticNetPenalty, l1Penalty, l2Penalty, type Penalty, type PenaltyOptions } from './penalty.js'
export { type HuberOptions, huber, meanAbsoluteError, meanSquaredError } from './regression.js'
