/**
 * The optimizers that papers name, as compositions of atoms. A rate is a number or a schedule.
 *
 * Definitions and defaults are PyTorch's; moments and epsilons are documented with the atoms.
 */
import { type AdamOptions, type NadamOptions, scaleByAdam, scaleByAmsgrad, scaleByNadam } from './adam.js'
import { chainOptimizers } from './chain.js'
import { addDecayedWeights } from './decay.js'
import { trace } from './momentum.js'
import type { Optimizer } from './optimizer.js'
import { scaleByRate } from './scale.js'
import type { LearningRate } from './schedule/schedule.js'
import { type DecayOptions, scaleByAdadelta, scaleByAdagrad, scaleByRms } from './secondMoment.js'

/**
 * Gradient descent: w - rate g.
 *
 * @example
 * import { applyUpdates, sgd, tensor } from 'pullback'
 *
 * const params = { weight: tensor([1, 2]) }
 * const [updates] = sgd(0.1).update({ weight: tensor([1, 1]) }, sgd(0.1).init(params), params)
 * const next = applyUpdates(params, updates)
 */
export const sgd = (rate: LearningRate): Optimizer => scaleByRate(rate)

/** What `momentum` and `nesterov` take beside their rate. */
export interface MomentumOptions {
  /** The weight of past steps. */
  readonly decay?: number
  /** Coupled: added to the gradient. */
  readonly weightDecay?: number
}

const descent = (rate: LearningRate, nesterov: boolean, { decay = 0.9, weightDecay = 0 }: MomentumOptions): Optimizer =>
  chainOptimizers(
    ...(weightDecay === 0 ? [] : [addDecayedWeights(weightDecay)]),
    trace({ decay, nesterov }),
    scaleByRate(rate),
  )

/**
 * Gradient descent with heavy-ball momentum: v = decay v + g, w - rate v, with decay 0.9 unless given.
 *
 * @example
 * import { momentum, schedule } from 'pullback'
 *
 * const optimizer = momentum(schedule.step({ initial: 0.1, every: 1000, factor: 0.5 }), { decay: 0.9 })
 */
export const momentum = (rate: LearningRate, options: MomentumOptions = {}): Optimizer => descent(rate, false, options)

/**
 * Gradient descent with Nesterov's momentum: w - rate (g + decay v), with v = decay v + g from v = 0.
 *
 * Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning"
 * (2013).
 *
 * @example
 * import { nesterov } from 'pullback'
 *
 * const optimizer = nesterov(0.1, { decay: 0.9, weightDecay: 5e-4 })
 */
export const nesterov = (rate: LearningRate, options: MomentumOptions = {}): Optimizer => descent(rate, true, options)

/**
 * AdaGrad: w - rate g / (sqrt(n) + epsilon), with the sum n of all g² so far.
 *
 * Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization"
 * (2011).
 *
 * @example
 * import { adagrad } from 'pullback'
 *
 * const optimizer = adagrad(0.01)
 */
export const adagrad = (rate: LearningRate = 0.01, options: Pick<DecayOptions, 'epsilon'> = {}): Optimizer =>
  chainOptimizers(scaleByAdagrad(options), scaleByRate(rate))

/**
 * RMSProp: w - rate g / (sqrt(n) + epsilon), with the moving average n of g².
 *
 * Source: Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6e (2012).
 *
 * @example
 * import { rmsprop } from 'pullback'
 *
 * const optimizer = rmsprop(0.001, { decay: 0.9 })
 */
export const rmsprop = (rate: LearningRate = 0.01, options: DecayOptions = {}): Optimizer =>
  chainOptimizers(scaleByRms(options), scaleByRate(rate))

/**
 * AdaDelta: w - rate u, with the update u of {@link scaleByAdadelta}, whose size follows those before it.
 *
 * Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012).
 *
 * @example
 * import { adadelta } from 'pullback'
 *
 * const optimizer = adadelta(1, { decay: 0.95 })
 */
export const adadelta = (rate: LearningRate = 1, options: DecayOptions = {}): Optimizer =>
  chainOptimizers(scaleByAdadelta(options), scaleByRate(rate))

/**
 * Adam: w - rate m / (sqrt(v) + epsilon), with the bias-corrected running means m of gradients and v of their squares.
 *
 * Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015).
 *
 * @example
 * import { adam, schedule } from 'pullback'
 *
 * const optimizer = adam(schedule.cosine({ initial: 0.002, steps: 1250 }))
 */
export const adam = (rate: LearningRate = 0.001, options: AdamOptions = {}): Optimizer =>
  chainOptimizers(scaleByAdam(options), scaleByRate(rate))

/**
 * Adam with weight decay outside the moments, times the rate.
 *
 * Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019).
 *
 * @example
 * import { adamw } from 'pullback'
 *
 * const optimizer = adamw(0.001, { weightDecay: 0.05 })
 */
export const adamw = (
  rate: LearningRate = 0.001,
  { weightDecay = 0.01, ...options }: AdamOptions & { readonly weightDecay?: number } = {},
): Optimizer => chainOptimizers(scaleByAdam(options), addDecayedWeights(weightDecay), scaleByRate(rate))

/**
 * Adam with the largest second moment so far.
 *
 * Source: Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond" (2018).
 *
 * @example
 * import { amsgrad } from 'pullback'
 *
 * const optimizer = amsgrad(0.001)
 */
export const amsgrad = (rate: LearningRate = 0.001, options: AdamOptions = {}): Optimizer =>
  chainOptimizers(scaleByAmsgrad(options), scaleByRate(rate))

/**
 * Adam with Nesterov's momentum; see {@link scaleByNadam}.
 *
 * Source: Dozat, "Incorporating Nesterov Momentum into Adam" (2016).
 *
 * @example
 * import { nadam } from 'pullback'
 *
 * const optimizer = nadam(0.002)
 */
export const nadam = (rate: LearningRate = 0.002, options: NadamOptions = {}): Optimizer =>
  chainOptimizers(scaleByNadam(options), scaleByRate(rate))
