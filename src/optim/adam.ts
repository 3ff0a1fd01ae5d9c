/** Adam and its kin: both moments, each divided by what it lacks for having started at 0. */
import { sharedNumber } from '../array/build.js'
import { add, div, maximum, mul, sqrt, square } from '../array/elementwise.js'
import { checkFinite } from '../array/error.js'
import { pow } from '../array/scalar/power.js'
import type { Tensor } from '../array/tensor.js'
import { atom, checkDecays, leafwise, movingAverage, type Slots, zerosOf } from './leafwise.js'
import type { Optimizer } from './optimizer.js'

/** The constants of Adam and its kin. */
export interface AdamOptions {
  /** The weight of the past in the mean of gradients. */
  readonly beta1?: number
  /** The weight of the past in the mean of their squares. */
  readonly beta2?: number
  /** Added outside the root. */
  readonly epsilon?: number
}

type Moments<P> = Slots<P, 'mean' | 'square', 'step'>

const initialMoments = <P>(params: P): Moments<P> => ({ mean: zerosOf(params), square: zerosOf(params), step: 0 })

/** m = beta1 m + (1 - beta1) g, n = beta2 n + (1 - beta2) g², and the number of the step, from 1. */
const nextMoments = (name: string, beta1: number, beta2: number) => {
  const [first, second] = [movingAverage(beta1), movingAverage(beta2)]
  return <P>(gradients: P, slots: Moments<P>): Moments<P> => ({
    mean: leafwise(name, [gradients, slots.mean], (g, m) => first(m, g)),
    square: leafwise(name, [gradients, slots.square], (g, n) => second(n, square(g))),
    step: slots.step + 1,
  })
}

/** 1 / (1 - beta^t): the part of a moving average that t steps have filled, inverted. */
const correction = (beta: number, step: number): number => 1 / (1 - pow(beta, step))

/** sqrt(n / (1 - beta2^t)) + epsilon */
const denominator = (beta2: number, step: number, epsilon: number): ((n: Tensor) => Tensor) => {
  const [scale, least] = [sharedNumber(Math.sqrt(correction(beta2, step))), sharedNumber(epsilon)]
  return (n) => add(mul(sqrt(n), scale(n)), least(n))
}

/** m / (1 - beta1^t) over the {@link denominator}. */
const corrected = (beta1: number, beta2: number, step: number, epsilon: number) => {
  const scale = sharedNumber(correction(beta1, step))
  const below = denominator(beta2, step, epsilon)
  return (m: Tensor, n: Tensor): Tensor => div(mul(m, scale(m)), below(n))
}

/**
 * The update is (m / (1 - beta1^t)) / (sqrt(n / (1 - beta2^t)) + epsilon), with the moving averages m of g and n of g².
 *
 * Source: Kingma and Ba, "Adam" (2015).
 *
 * @throws PullbackError when a weight of the past is not in [0, 1), or another option is negative or not finite
 * @example
 * import { addDecayedWeights, chainOptimizers, scaleByAdam, scaleByRate } from 'pullback'
 *
 * const adamw = chainOptimizers(scaleByAdam(), addDecayedWeights(0.01), scaleByRate(0.001))
 */
export const scaleByAdam = ({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimizer => {
  const name = 'scaleByAdam'
  checkDecays(name, { beta1, beta2 })
  checkFinite(name, 'epsilon', epsilon, 0)
  const moments = nextMoments(name, beta1, beta2)
  return atom<'mean' | 'square', 'step'>({
    init: initialMoments,
    update: (gradients, slots) => {
      const next = moments(gradients, slots)
      return [leafwise(name, [next.mean, next.square], corrected(beta1, beta2, next.step, epsilon)), next]
    },
  })
}

/**
 * As {@link scaleByAdam}, with the largest n so far.
 *
 * Source: Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond" (2018).
 *
 * @throws PullbackError when a weight of the past is not in [0, 1), or another option is negative or not finite
 * @example
 * import { chainOptimizers, scaleByAmsgrad, scaleByRate } from 'pullback'
 *
 * const optimizer = chainOptimizers(scaleByAmsgrad(), scaleByRate(0.001))
 */
export const scaleByAmsgrad = ({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimizer => {
  const name = 'scaleByAmsgrad'
  checkDecays(name, { beta1, beta2 })
  checkFinite(name, 'epsilon', epsilon, 0)
  const moments = nextMoments(name, beta1, beta2)
  return atom<'mean' | 'square' | 'largest', 'step'>({
    init: (params) => ({ ...initialMoments(params), largest: zerosOf(params) }),
    update: (gradients, slots) => {
      const next = moments(gradients, slots)
      const largest = leafwise(name, [slots.largest, next.square], (l, n) => maximum(l, n))
      const updates = leafwise(name, [next.mean, largest], corrected(beta1, beta2, next.step, epsilon))
      return [updates, { ...next, largest }]
    },
  })
}

/** The constants of Adam, and how Nesterov's momentum begins. */
export interface NadamOptions extends AdamOptions {
  /** How fast the momentum warms up to beta1. */
  readonly momentumDecay?: number
}

/**
 * Adam with Nesterov's momentum: with mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2) and p_t = mu_1 ... mu_t, the update is
 * ((1 - mu_t) / (1 - p_t) g + mu_t+1 / (1 - p_t mu_t mu_t+1) m) / (sqrt(n / (1 - beta2^t)) + epsilon).
 *
 * Source: Dozat, "Incorporating Nesterov Momentum into Adam" (2016), in the form of PyTorch 1.13, whose second
 * denominator counts mu_t twice (the paper has 1 - p_t+1): the same trajectories were thought worth more.
 *
 * @throws PullbackError when a weight of the past is not in [0, 1), or another option is negative or not finite
 * @example
 * import { chainOptimizers, scaleByNadam, scaleByRate } from 'pullback'
 *
 * const optimizer = chainOptimizers(scaleByNadam({ momentumDecay: 0.01 }), scaleByRate(0.002))
 */
export const scaleByNadam = ({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  momentumDecay = 4e-3,
}: NadamOptions = {}): Optimizer => {
  const name = 'scaleByNadam'
  checkDecays(name, { beta1, beta2 })
  checkFinite(name, 'epsilon', epsilon, 0)
  const moments = nextMoments(name, beta1, beta2)
  checkFinite(name, 'momentumDecay', momentumDecay, 0)
  const momentumAt = (step: number): number => beta1 * (1 - 0.5 * pow(0.96, step * momentumDecay))
  return atom<'mean' | 'square', 'step' | 'product'>({
    init: (params) => ({ ...initialMoments(params), product: 1 }),
    update: (gradients, slots) => {
      const next = moments(gradients, slots)
      const mu = momentumAt(next.step)
      const muNext = momentumAt(next.step + 1)
      const product = slots.product * mu
      const now = sharedNumber((1 - mu) / (1 - product))
      const ahead = sharedNumber(muNext / (1 - product * mu * muNext))
      const below = denominator(beta2, next.step, epsilon)
      const updates = leafwise(name, [gradients, next.mean, next.square], (g, m, n) =>
        div(add(mul(g, now(g)), mul(m, ahead(m))), below(n)),
      )
      return [updates, { ...next, product }]
    },
  })
}
