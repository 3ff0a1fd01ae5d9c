/** Smooth activations. The pullbacks of sigmoid and tanh are one gate of their own output. */
import { add, div, erf, exp, log1p, mul, neg, square, sub, tanh as tanhOf } from '../../array/elementwise.js'
import { fail } from '../../array/error.js'
import type { Tensor } from '../../array/tensor.js'
import { type Activation, type ActivationWith, activation, plainActivation } from './activation.js'
import { gate } from './rectifiers.js'

/** 1 / (1 + e^-x). Where e^-x overflows the quotient is the 0 that it should be. */
export const logistic = (x: Tensor): Tensor => div(1, add(exp(neg(x)), 1))

/**
 * 1 / (1 + e^-x). `sigmoid()` is the layer, `sigmoid(x)` the function of arrays.
 *
 * @example
 * import { sigmoid, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(sigmoid(tensor([0, -Infinity])))) // => Float32Array [0.5, 0]
 */
export const sigmoid: Activation = plainActivation('sigmoid', (x) => {
  const y = logistic(x)
  return [y, (cotangent) => mul(cotangent, mul(y, sub(1, y)))]
})

/**
 * (e^x - e^-x) / (e^x + e^-x). `tanh()` is the layer, `tanh(x)` the function of arrays.
 *
 * @example
 * import { tanh, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(tanh(tensor([0, Infinity])))) // => Float32Array [0, 1]
 */
export const tanh: Activation = plainActivation('tanh', (x) => {
  const y = tanhOf(x)
  return [y, (cotangent) => mul(cotangent, sub(1, square(y)))]
})

/**
 * log(1 + e^x), as max(x, 0) + log(1 + e^-|x|), which never overflows. Gates, so that derived slopes at 0 are right.
 *
 * @example
 * import { softplus, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(softplus(tensor([-Infinity, 1000])))) // => Float32Array [0, 1000]
 */
export const softplus: Activation = plainActivation('softplus', (x) => [
  add(gate(x, x, 0), log1p(exp(gate(x, neg(x), x)))),
  (cotangent) => mul(cotangent, logistic(x)),
])

/**
 * x sigmoid(x), also called swish.
 *
 * Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function approximation in
 * reinforcement learning" (2018).
 *
 * @example
 * import { silu, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(silu(tensor([0, 100])))) // => Float32Array [0, 100]
 */
export const silu: Activation = plainActivation('silu', (x) => {
  const s = logistic(x)
  return [mul(x, s), (cotangent) => mul(cotangent, mul(s, add(mul(x, sub(1, s)), 1)))]
})

/** Which form of GELU is computed. */
export interface GeluOptions {
  /** 'none' is x Phi(x) with the error function; 'tanh' approximates it. */
  readonly approximate?: 'none' | 'tanh'
}

const rootHalf = Math.SQRT1_2
const rootTwoOverPi = Math.sqrt(2 / Math.PI)
const densityAtZero = 1 / Math.sqrt(2 * Math.PI)

const exactGelu = (x: Tensor): readonly [Tensor, (cotangent: Tensor) => Tensor] => {
  const distribution = mul(add(erf(mul(x, rootHalf)), 1), 0.5)
  const density = (): Tensor => mul(exp(mul(square(x), -0.5)), densityAtZero)
  return [mul(x, distribution), (cotangent) => mul(cotangent, add(distribution, mul(x, density())))]
}

const tanhGelu = (x: Tensor): readonly [Tensor, (cotangent: Tensor) => Tensor] => {
  const t = tanhOf(mul(mul(x, add(mul(square(x), 0.044715), 1)), rootTwoOverPi))
  const half = mul(add(t, 1), 0.5)
  // the derivative of the argument of tanh
  const inner = (): Tensor => mul(add(mul(square(x), 3 * 0.044715), 1), rootTwoOverPi)
  return [mul(x, half), (cotangent) => mul(cotangent, add(half, mul(mul(mul(x, 0.5), sub(1, square(t))), inner())))]
}

/**
 * x Phi(x), with the standard normal distribution Phi.
 *
 * Source: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016).
 *
 * @throws PullbackError when `approximate` is neither 'none' nor 'tanh'
 * @example
 * import { chain, dense, gelu } from 'pullback'
 *
 * const block = chain(dense(64, 256), gelu(), dense(256, 64))
 */
export const gelu: ActivationWith<GeluOptions> = activation<GeluOptions>('gelu', ({ approximate = 'none' } = {}) =>
  approximate === 'none'
    ? exactGelu
    : approximate === 'tanh'
      ? tanhGelu
      : fail('gelu', `approximate 'none' or 'tanh'`, String(approximate), 'Leave it out for the exact form.'),
)
