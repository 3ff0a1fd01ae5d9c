/** Piecewise linear activations and their exponential relatives. At a kink the pullback takes the slope of the left. */
import { add, div, greater, maximum, minimum, mul, select, sub, tanh } from '../../array/elementwise.js'
import { checkFinite } from '../../array/error.js'
import type { Tensor } from '../../array/tensor.js'
import { tuple } from '../../array/tuple.js'
import { type Activation, type ActivationWith, activation, plainActivation, type Valued } from './activation.js'

/** Where x is positive the one, else the other. */
export const gate = (x: Tensor, positive: Tensor | number, other: Tensor | number): Tensor =>
  select(greater(x, 0), positive, other)

/**
 * max(x, 0). The pullback looks at the output alone, so the input need not be kept.
 *
 * Source: Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines" (2010).
 *
 * @example
 * import { chain, dense, relu, tensor } from 'pullback'
 *
 * const layer = chain(dense(784, 256), relu())
 * const y = relu(tensor([-1, 2]))
 * y.shape // => [2]
 */
export const relu: Activation = plainActivation('relu', (x) => {
  const y = maximum(x, 0)
  return tuple(y, (cotangent) => gate(y, cotangent, 0))
})

/**
 * x where it is positive, else slope x; slope 0.01 unless given.
 *
 * @throws PullbackError when the slope is not finite
 * Source: Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models" (2013).
 *
 * @example
 * import { leakyRelu, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(leakyRelu(tensor([-4, 4]), 0.25))) // => Float32Array [-1, 4]
 */
export const leakyRelu: ActivationWith<number> = activation('leakyRelu', (slope = 0.01) => {
  checkFinite('leakyRelu', 'slope', slope)
  return (x) => [gate(x, x, mul(x, slope)), (cotangent) => gate(x, cotangent, mul(cotangent, slope))]
})

/** e^x - 1 for x <= 0, accurate near 0: 2 t / (1 - t) with t = tanh(x / 2). */
const expMinusOne = (x: Tensor): Tensor => {
  const t = tanh(mul(minimum(x, 0), 0.5))
  return div(mul(t, 2), sub(1, t))
}

/** scale x where it is positive, else scale alpha (e^x - 1). */
const exponentialUnit =
  (alpha: number, scale: number): Valued =>
  (x) => {
    const low = mul(expMinusOne(x), alpha * scale)
    return [
      gate(x, scale === 1 ? x : mul(x, scale), low),
      (cotangent) => mul(cotangent, gate(x, scale, add(low, alpha * scale))),
    ]
  }

/**
 * x where it is positive, else alpha (e^x - 1); alpha 1 unless given.
 *
 * @throws PullbackError when alpha is not finite
 * Source: Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units"
 * (2016).
 *
 * @example
 * import { elu, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(elu(tensor([-Infinity, 0, 2])))) // => Float32Array [-1, 0, 2]
 */
export const elu: ActivationWith<number> = activation('elu', (alpha = 1) => {
  checkFinite('elu', 'alpha', alpha)
  return exponentialUnit(alpha, 1)
})

/**
 * elu with the alpha and the scale that keep mean 0 and variance 1 through the layers.
 *
 * Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-Normalizing Neural Networks" (2017).
 *
 * @example
 * import { chain, dense, initializer, selu } from 'pullback'
 *
 * const network = chain(dense(784, 256, { weightInitializer: initializer.lecunNormal() }), selu())
 */
export const selu: Activation = plainActivation(
  'selu',
  exponentialUnit(1.6732632423543772848170429916717, 1.0507009873554804934193349852946),
)
