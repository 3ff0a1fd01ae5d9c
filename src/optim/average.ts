/** Averages of params along a run: they generalise better than the last ones, and evaluate steadier. */

import { isFloat } from '../array/dtype.js'
import { add, mul, sub } from '../array/elementwise.js'
import { pow } from '../array/scalar/power.js'
import type { Tensor } from '../array/tensor.js'
import { zipTrees } from '../array/tree.js'
import { checkDecays } from './leafwise.js'

/** A weighted mean of the params so far. */
export interface Average<P> {
  readonly params: P
  readonly count: number
}

/**
 * Before any step: the params themselves, which count for nothing.
 *
 * @example
 * import { initialAverage, tensor } from 'pullback'
 *
 * initialAverage({ weight: tensor([1, 2]) }).count // => 0
 */
export const initialAverage = <P>(params: P): Average<P> => ({ params, count: 0 })

const moveTowards = <P>(name: string, average: P, params: P, weight: number): P =>
  zipTrees(name, [average, params], (a, p) =>
    isFloat(a.dtype) ? (add(a as Tensor, mul(sub(p as Tensor, a as Tensor), weight)) as typeof a) : p,
  )

/**
 * The exponential moving average, e = decay e + (1 - decay) params, divided by 1 - decay^t as Adam's moments are: after
 * one step it is the params, and it never is biased towards where training began.
 *
 * @throws PullbackError when the weight of the past is not in [0, 1)
 * @example
 * import { exponentialAverage, initialAverage, tensor } from 'pullback'
 *
 * const params = { weight: tensor([1, 2]) }
 * const average = exponentialAverage(0.99)(initialAverage(params), params)
 * average.count // => 1
 */
export const exponentialAverage = (decay: number): (<P>(average: Average<P>, params: P) => Average<P>) => {
  checkDecays('exponentialAverage', { decay })
  return ({ params: average, count }, params) => ({
    params: moveTowards('exponentialAverage', average, params, (1 - decay) / (1 - pow(decay, count + 1))),
    count: count + 1,
  })
}

/**
 * The mean of all params so far, without those that `initialAverage` got.
 *
 * Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging" (1992).
 *
 * @example
 * import { initialAverage, polyakAverage, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const before = initialAverage({ weight: tensor([9]) })
 * const average = [{ weight: tensor([1]) }, { weight: tensor([3]) }].reduce(polyakAverage, before)
 * toArray(reference().evaluateSync(average.params.weight)) // => Float32Array [2]
 */
export const polyakAverage = <P>({ params: average, count }: Average<P>, params: P): Average<P> => ({
  params: moveTowards('polyakAverage', average, params, 1 / (count + 1)),
  count: count + 1,
})
