/**
 * The hyperbolic tangent: a rational approximation near 0 (S. L. Moshier, "Methods and Programs for Mathematical
 * Functions", 1989), and through the exponential beyond, where the subtraction from 1 does not cancel.
 */
import { exp } from './exponential.js'

const P0 = -0.9643991794250523
const P1 = -99.28772310019185
const P2 = -1614.6876844170845
const Q0 = 112.81167849163293
const Q1 = 2235.4883906010045
const Q2 = 4844.063053251255

/**
 * The hyperbolic tangent, within 1.5 ulp. `tanh(-0)` is -0, `tanh(Infinity)` is 1.
 *
 * @example
 * tanh(0.5) // => 0.46211715726000973
 */
export const tanh = (x: number): number => {
  const size = Math.abs(x)
  if (size >= 0.625) {
    const value = 1 - 2 / (exp(2 * size) + 1)
    return x < 0 ? -value : value
  }
  if (x === 0) return x
  const z = x * x
  return x + x * z * ((P2 + z * (P1 + z * P0)) / (Q2 + z * (Q1 + z * (Q0 + z))))
}
