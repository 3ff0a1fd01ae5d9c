/** Probabilities along one axis, and their logarithms. Both ignore a number added to all logits. */
import { stopGradient } from '../../array/control.js'
import { div, exp, mul, sub } from '../../array/elementwise.js'
import { logSumExp, max, sum } from '../../array/reduce.js'
import type { Tensor } from '../../array/tensor.js'
import { type ActivationWith, activation } from './activation.js'

/** e^x / sum(e^x), shifted by the largest element so that nothing overflows; with its pullback. */
export const softmaxOver = (x: Tensor, axis: number): readonly [Tensor, (cotangent: Tensor) => Tensor] => {
  const e = exp(sub(x, stopGradient(max(x, axis, true))))
  const y = div(e, sum(e, axis, true))
  return [y, (cotangent) => mul(y, sub(cotangent, sum(mul(cotangent, y), axis, true)))]
}

/**
 * e^x / sum(e^x) along an axis, the last one unless given; all are NaN where one logit is infinity, or each
 * -infinity. For a loss on classes use `crossEntropy` on the logits.
 *
 * @example
 * import { softmax, tensor } from 'pullback'
 *
 * const p = softmax(tensor([[0, 0], [100, 100]])) // all 0.5
 * p.shape // => [2, 2]
 */
export const softmax: ActivationWith<number> = activation(
  'softmax',
  (axis = -1) =>
    (x) =>
      softmaxOver(x, axis),
)

/**
 * x - log(sum(e^x)) along an axis, the last one unless given; NaN where x is infinity, or all are -infinity.
 *
 * @throws PullbackError when there is no such axis
 * @example
 * import { logSoftmax, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(logSoftmax(tensor([7, -Infinity])))) // => Float32Array [0, -Infinity]
 */
export const logSoftmax: ActivationWith<number> = activation('logSoftmax', (axis = -1) => (x) => {
  const y = sub(x, logSumExp(x, axis, true))
  return [y, (cotangent) => sub(cotangent, mul(exp(y), sum(cotangent, axis, true)))]
})
