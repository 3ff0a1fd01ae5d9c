/**
 * Gamma and beta distributions, on the host in float64, by rejection: G. Marsaglia and W. W. Tsang, "A simple method
 * for generating gamma variables" (2000). Attempt j of element i uses the block (i, j), so no element depends on
 * another.
 */

import { pipe } from '#fp/function'
import { map } from '#fp/State'
import { fail } from '../array/error.js'
import { exp, log } from '../array/scalar/index.js'
import type { Sized } from './bits.js'
import { hostArithmetic } from './hostArithmetic.js'
import { standardNormal } from './normal.js'
import { draw, type Random } from './rng.js'
import { threefry, type WordPair } from './threefry.js'

/** Strictly between 0 and 1. */
const openUnit = (word: number): number => (word + 0.5) / 4294967296

/** Counters of the boost; attempts never get there. */
const BOOST = 0x80000000

/**
 * log(gamma(concentration)), element by element. The logarithm, because gamma itself underflows for small
 * concentrations. A concentration below 1 is drawn from one more, times u^(1 / concentration).
 */
const logGamma = (key: WordPair, place: number, concentration: number): number => {
  const boosted = concentration < 1
  const d = (boosted ? concentration + 1 : concentration) - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (let attempt = 0; ; attempt++) {
    const [first, second] = threefry(key, [place, attempt])
    const z = standardNormal(hostArithmetic, first | 0)
    const root = 1 + c * z
    const v = root * root * root
    if (v > 0 && log(openUnit(second)) < 0.5 * z * z + d - d * v + d * log(v)) {
      const value = log(d * v)
      return boosted ? value + log(openUnit(threefry(key, [place, BOOST])[0])) / concentration : value
    }
  }
}

const checkSize = (path: string, size: number): void => {
  if (!(Number.isInteger(size) && size >= 0))
    fail(path, 'a whole number of elements', `${size}`, 'Pass { size } as a non-negative integer.')
}
const checkPositive = (path: string, name: string, value: number): void => {
  if (!(value > 0 && value < Infinity)) fail(path, `a positive ${name}`, `${value}`, 'Pass a finite number above 0.')
}

/**
 * Gamma-distributed numbers on the host: density x^(concentration - 1) e^(-x / scale), mean concentration scale. The
 * scale is 1 unless given.
 *
 * @throws PullbackError when concentration or scale are not positive
 * @example
 * const [x] = hostGamma({ size: 3, concentration: 2 })(rng(42))
 * x.length // => 3
 */
export const hostGamma = ({
  size,
  concentration,
  scale = 1,
}: Sized & { readonly concentration: number; readonly scale?: number }): Random<Float64Array> => {
  checkSize('hostGamma', size)
  checkPositive('hostGamma', 'concentration', concentration)
  checkPositive('hostGamma', 'scale', scale)
  return pipe(
    draw,
    map((key) => Float64Array.from({ length: size }, (_, i) => scale * exp(logGamma(key.words, i, concentration)))),
  )
}

/**
 * Beta-distributed numbers in [0, 1] on the host, as mixup's weights: density x^(alpha - 1) (1 - x)^(beta - 1). The
 * share of a gamma variable in the sum of two, computed from their logarithms so that small parameters are safe.
 *
 * @throws PullbackError when alpha or beta are not positive
 * @example
 * const [weights] = hostBeta({ size: 3, alpha: 0.2, beta: 0.2 })(rng(42))
 * weights.length // => 3
 */
export const hostBeta = ({
  size,
  alpha,
  beta,
}: Sized & { readonly alpha: number; readonly beta: number }): Random<Float64Array> => {
  checkSize('hostBeta', size)
  checkPositive('hostBeta', 'alpha', alpha)
  checkPositive('hostBeta', 'beta', beta)
  return pipe(
    draw,
    map((key) => {
      const [first, second] = [threefry(key.words, [0, 0xffffffff]), threefry(key.words, [1, 0xffffffff])]
      return Float64Array.from(
        { length: size },
        (_, i) => 1 / (1 + exp(logGamma(second, i, beta) - logGamma(first, i, alpha))),
      )
    }),
  )
}
