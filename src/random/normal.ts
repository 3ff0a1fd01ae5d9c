/**
 * Normal and truncated normal distributions, by inversion: one block of bits an element, and the tails reach 6.3
 * deviations.
 *
 * The quantile is x p(w) for w = -log(1 - x^2), after M. Giles, "Approximating the erfinv function" (2010), with
 * polynomials fitted anew (weighted minimax, relative error 7e-7 with rounding) so that they hold to tail probabilities
 * of 2^-32, with sqrt(2) absorbed.
 */

import { pipe } from '#fp/function'
import { map } from '#fp/State'
import { fail } from '../array/error.js'
import { erf } from '../array/scalar/index.js'
import type { Shape } from '../array/shape.js'
import type { Mutable, Tensor } from '../array/tensor.js'
import type { Arithmetic, FloatSampler } from './arithmetic.js'
import { floatsFromKey, onHost, type Shaped, type Sized } from './bits.js'
import { affine, floatLog, polynomial } from './elementary.js'
import { hostArithmetic } from './hostArithmetic.js'
import { draw, type Key, type Random } from './rng.js'

/** In w - 2.5, for w < 5: |z| below 2.9. */
const CENTRE = [
  4.4637227e-7, -4.5055194e-6, -5.7900647e-6, 0.00030735956, -0.0017743169, -0.005906122, 0.34880364, 2.1233132,
]
/** In sqrt(w) - 3.5. */
const TAIL = [
  -0.0002395586, 0.00079844426, -0.0010966235, 0.0014118226, -0.0028498408, 0.0046693324, 1.4246262, 4.7170877,
]

/** The z with P(|normal| > z) = tail; `body` is 1 - tail without its cancellation. */
const magnitude = <F, W, B>(a: Arithmetic<F, W, B>, tail: F, body: F): F => {
  const w = a.sub(a.constant(0), floatLog(a, a.mul(tail, a.sub(a.constant(2), tail))))
  const centre = polynomial(a, a.sub(w, a.constant(2.5)), CENTRE)
  const far = polynomial(a, a.sub(a.sqrt(w), a.constant(3.5)), TAIL)
  return a.mul(a.select(a.less(w, a.constant(5)), centre, far), body)
}

const SIGN = 0x80000000
const REST = 0x7fffffff

/** The float of x's size and the sign bit of a word. */
const withSign = <F, W, B>(a: Arithmetic<F, W, B>, x: F, signed: W): F =>
  a.floatOfBits(a.or(a.bitsOfFloat(x), a.and(signed, a.mask(SIGN))))

/** (word + 1/2) / 2^31 for a word of 31 bits. */
const unitOf31Bits = <F, W, B>(a: Arithmetic<F, W, B>, word: W): F =>
  a.add(a.mul(a.toFloat(word), a.constant(1 / 2147483648)), a.constant(1 / 4294967296))

/** The standard normal: the first bit is the sign, the other 31 are the probability of the tail. */
export const standardNormal = <F, W, B>(a: Arithmetic<F, W, B>, bits: W): F => {
  const tail = a.and(bits, a.mask(REST))
  return withSign(a, magnitude(a, unitOf31Bits(a, tail), unitOf31Bits(a, a.xor(tail, a.mask(REST)))), bits)
}

/** A normal distribution. */
export interface Gaussian {
  /** 0 unless given. */
  readonly mean?: number
  /** The standard deviation; 1 unless given. */
  readonly deviation?: number
}

const checkGaussian = (path: string, mean: number, deviation: number): void => {
  if (!(Number.isFinite(mean) && Number.isFinite(deviation) && deviation >= 0))
    fail(
      path,
      'a finite mean and a deviation from 0',
      `mean ${mean}, deviation ${deviation}`,
      'The deviation is the square root of the variance.',
    )
}

const normalSampler = (path: string, { mean = 0, deviation = 1 }: Gaussian): FloatSampler => {
  checkGaussian(path, mean, deviation)
  return (a) => (bits) => affine(a, standardNormal(a, bits), deviation, mean)
}

/**
 * The floats of `normal` for a key.
 *
 * @example
 * import { draw, normalFromKey, rng } from 'pullback'
 *
 * const [key] = draw(rng(42))
 * normalFromKey(key, { shape: [2, 3], deviation: 0.1 }).shape // => [2, 3]
 */
export const normalFromKey = <const S extends Shape>(key: Key, options: Shaped<S> & Gaussian): Tensor<Mutable<S>> =>
  floatsFromKey(key, options.shape, normalSampler('normal', options))

/**
 * Normally distributed floats: mean + deviation z, with z standard normal.
 *
 * @throws PullbackError when the deviation is negative
 * @example
 * const [x] = normal({ shape: [2, 3], deviation: 0.1 })(rng(42))
 * x.shape // => [2, 3]
 */
export const normal = <const S extends Shape>(options: Shaped<S> & Gaussian): Random<Tensor<Mutable<S>>> =>
  pipe(
    draw,
    map((key) => normalFromKey(key, options)),
  )

/**
 * The floats of `normal` on the host.
 *
 * @example
 * import { hostNormal, rng } from 'pullback'
 *
 * const [x] = hostNormal({ size: 3, mean: 5, deviation: 0 })(rng(42))
 * x // => Float32Array [5, 5, 5]
 */
export const hostNormal = (options: Sized & Gaussian): Random<Float32Array> =>
  onHost('hostNormal', options, Float32Array, normalSampler('hostNormal', options)(hostArithmetic))

/** Where a normal distribution is cut off. */
export interface Truncation {
  /** The lower bound, in deviations from the mean; -2 unless given. */
  readonly low?: number
  /** The upper bound, in deviations from the mean; 2 unless given. */
  readonly high?: number
}

/** Below this a tail has no bits left in float32. */
const SMALLEST_TAIL = 1 / 33554432

const truncatedNormalSampler = (
  path: string,
  { mean = 0, deviation = 1, low = -2, high = 2 }: Gaussian & Truncation,
): FloatSampler => {
  checkGaussian(path, mean, deviation)
  // P(|z| < x) with the sign of x
  const [bottom, top] = [erf(low * Math.SQRT1_2), erf(high * Math.SQRT1_2)]
  if (!(top - bottom > 0.001))
    fail(
      path,
      'bounds, in deviations, between which lies more than 0.05 % of the distribution',
      `low ${low}, high ${high}`,
      'low is below high; far in a tail the distribution is nearly exponential: use exponential.',
    )
  return (a) => (bits) => {
    const x = affine(a, a.mul(a.toFloat(bits), a.constant(1 / 4294967296)), top - bottom, bottom)
    const word = a.bitsOfFloat(x)
    const body = a.floatOfBits(a.and(word, a.mask(REST)))
    const tail = a.sub(a.constant(1), body)
    const smallest = a.constant(SMALLEST_TAIL)
    const z = withSign(a, magnitude(a, a.select(a.less(tail, smallest), smallest, tail), body), word)
    const [least, most] = [a.float(low), a.float(high)]
    const above = a.select(a.less(z, least), least, z)
    return affine(a, a.select(a.less(most, above), most, above), deviation, mean)
  }
}

/**
 * The floats of `truncatedNormal` for a key.
 *
 * @example
 * import { draw, rng, truncatedNormalFromKey } from 'pullback'
 *
 * const [key] = draw(rng(42))
 * truncatedNormalFromKey(key, { shape: [2, 3], deviation: 0.02 }).shape // => [2, 3]
 */
export const truncatedNormalFromKey = <const S extends Shape>(
  key: Key,
  options: Shaped<S> & Gaussian & Truncation,
): Tensor<Mutable<S>> => floatsFromKey(key, options.shape, truncatedNormalSampler('truncatedNormal', options))

/**
 * Normally distributed floats given that they lie between bounds, which are stated in deviations from the mean, by
 * default -2 and 2. The deviation is that of the distribution before it is cut: between -2 and 2 it shrinks by 0.8796.
 *
 * @throws PullbackError when the bounds are in the wrong order or too far out
 * @example
 * const [x] = truncatedNormal({ shape: [2, 3], deviation: 0.02 })(rng(42))
 * x.shape // => [2, 3]
 */
export const truncatedNormal = <const S extends Shape>(
  options: Shaped<S> & Gaussian & Truncation,
): Random<Tensor<Mutable<S>>> =>
  pipe(
    draw,
    map((key) => truncatedNormalFromKey(key, options)),
  )

/**
 * The floats of `truncatedNormal` on the host.
 *
 * @example
 * import { hostTruncatedNormal, rng } from 'pullback'
 *
 * const [x] = hostTruncatedNormal({ size: 1000 })(rng(42))
 * x.every((value) => Math.abs(value) <= 2) // => true
 */
export const hostTruncatedNormal = (options: Sized & Gaussian & Truncation): Random<Float32Array> =>
  onHost(
    'hostTruncatedNormal',
    options,
    Float32Array,
    truncatedNormalSampler('hostTruncatedNormal', options)(hostArithmetic),
  )
