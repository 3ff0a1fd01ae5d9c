/**
 * Uniform distributions: floats, logarithmically uniform floats, whole numbers, and coin flips.
 *
 * For each: `uniform(options)` draws from the generator, `uniformFromKey(key, options)` is the same dataflow for a key
 * that was drawn before its shape was known, and `hostUniform(options)` gives the same bits on the host.
 */

import { pipe } from '#fp/function'
import { map } from '#fp/State'
import { fail } from '../array/error.js'
import { log } from '../array/scalar/index.js'
import type { Shape } from '../array/shape.js'
import type { Mutable, Tensor } from '../array/tensor.js'
import type { Arithmetic, BoolSampler, FloatSampler, WordSampler } from './arithmetic.js'
import { boolsFromKey, floatsFromKey, integersFromKey, onHost, type Shaped, type Sized } from './bits.js'
import { affine, floatExp } from './elementary.js'
import { floatBelow, hostArithmetic } from './hostArithmetic.js'
import { draw, type Key, type Random } from './rng.js'

/** A half-open interval; [0, 1) unless given. */
export interface Bounds {
  /** The smallest value. */
  readonly low?: number
  /** The bound that is not reached. */
  readonly high?: number
}

/** The upper 24 bits as a multiple of 2^-24: every value is exact. */
export const unitInterval = <F, W, B>(a: Arithmetic<F, W, B>, bits: W): F =>
  a.mul(a.toFloat(a.shiftRight(bits, 8)), a.constant(1 / 16777216))

/** Keeps what rounding has moved out of [low, high) inside. */
const clamp = <F, W, B>(a: Arithmetic<F, W, B>, x: F, low: number, high: number): F => {
  const [bottom, top] = [a.float(low), a.float(floatBelow(Math.fround(high)))]
  const atLeast = a.select(a.less(x, bottom), bottom, x)
  return a.select(a.less(top, atLeast), top, atLeast)
}

const checkBounds = (path: string, low: number, high: number): void => {
  if (!(Math.fround(low) < Math.fround(high) && Number.isFinite(Math.fround(high - low))))
    fail(
      path,
      'finite bounds with low < high in float32',
      `low ${low}, high ${high}`,
      'Pass { low, high } in this order.',
    )
}

const uniformSampler = (path: string, { low = 0, high = 1 }: Bounds): FloatSampler => {
  checkBounds(path, low, high)
  return (a) => (bits) => {
    const unit = unitInterval(a, bits)
    return low === 0 && high === 1 ? unit : clamp(a, affine(a, unit, high - low, low), low, high)
  }
}

/**
 * The floats of `uniform` for a key.
 *
 * @example
 * import { draw, rng, uniformFromKey } from 'pullback'
 *
 * const [key] = draw(rng(42))
 * uniformFromKey(key, { shape: [2, 3], low: -1, high: 1 }).shape // => [2, 3]
 */
export const uniformFromKey = <const S extends Shape>(key: Key, options: Shaped<S> & Bounds): Tensor<Mutable<S>> =>
  floatsFromKey(key, options.shape, uniformSampler('uniform', options))

/**
 * Uniform floats in [low, high), by default [0, 1): low + (high - low) k / 2^24 for a uniform 24-bit k.
 *
 * @throws PullbackError unless low < high
 * @example
 * const [x] = uniform({ shape: [2, 3], low: -1, high: 1 })(rng(42))
 * x.shape // => [2, 3]
 */
export const uniform = <const S extends Shape>(options: Shaped<S> & Bounds): Random<Tensor<Mutable<S>>> =>
  pipe(
    draw,
    map((key) => uniformFromKey(key, options)),
  )

/**
 * The floats of `uniform` on the host.
 *
 * @throws PullbackError unless low < high
 * @example
 * import { hostUniform, rng } from 'pullback'
 *
 * const [x] = hostUniform({ size: 2 })(rng(42))
 * x // => Float32Array [0.6097988486289978, 0.29121536016464233]
 */
export const hostUniform = (options: Sized & Bounds): Random<Float32Array> =>
  onHost('hostUniform', options, Float32Array, uniformSampler('hostUniform', options)(hostArithmetic))

/** A half-open interval of positive numbers: [low, high) with 1e-37 <= low. */
export interface PositiveBounds {
  readonly low: number
  readonly high: number
}

const logUniformSampler = (path: string, { low, high }: PositiveBounds): FloatSampler => {
  checkBounds(path, low, high)
  if (!(low >= 1e-37)) fail(path, 'bounds from 1e-37', `low ${low}`, 'A logarithmic range cannot begin at 0.')
  const [bottom, top] = [log(low), log(high)]
  return (a) => (bits) => clamp(a, floatExp(a, affine(a, unitInterval(a, bits), top - bottom, bottom)), low, high)
}

/**
 * The floats of `logUniform` for a key.
 *
 * @example
 * import { draw, logUniformFromKey, rng } from 'pullback'
 *
 * const [key] = draw(rng(42))
 * logUniformFromKey(key, { shape: [10], low: 1e-4, high: 1e-1 }).shape // => [10]
 */
export const logUniformFromKey = <const S extends Shape>(
  key: Key,
  options: Shaped<S> & PositiveBounds,
): Tensor<Mutable<S>> => floatsFromKey(key, options.shape, logUniformSampler('logUniform', options))

/**
 * Floats in [low, high) whose logarithm is uniform: as likely between 0.001 and 0.01 as between 0.01 and 0.1.
 *
 * @throws PullbackError unless 1e-37 <= low < high
 * @example
 * const [rates] = logUniform({ shape: [10], low: 1e-4, high: 1e-1 })(rng(42))
 */
export const logUniform = <const S extends Shape>(options: Shaped<S> & PositiveBounds): Random<Tensor<Mutable<S>>> =>
  pipe(
    draw,
    map((key) => logUniformFromKey(key, options)),
  )

/**
 * The floats of `logUniform` on the host.
 *
 * @throws PullbackError unless 1e-37 <= low < high
 * @example
 * import { hostLogUniform, rng } from 'pullback'
 *
 * const [rates] = hostLogUniform({ size: 10, low: 1e-4, high: 1e-1 })(rng(42))
 * rates.every((rate) => rate >= Math.fround(1e-4) && rate < 1e-1) // => true
 */
export const hostLogUniform = (options: Sized & PositiveBounds): Random<Float32Array> =>
  onHost('hostLogUniform', options, Float32Array, logUniformSampler('hostLogUniform', options)(hostArithmetic))

/** floor(bits n / 2^32): the upper half of the product, from products of 16-bit halves. */
const multiplyHigh = <F, W, B>(a: Arithmetic<F, W, B>, bits: W, n: number): W => {
  const half = a.mask(0xffff)
  const [low, high] = [a.and(bits, half), a.shiftRight(bits, 16)]
  const nLow = a.word(n % 65536)
  if (n === 65536) return high
  const carry = a.addWords(a.mulWords(high, nLow), a.shiftRight(a.mulWords(low, nLow), 16))
  if (n < 65536) return a.shiftRight(carry, 16)
  const nHigh = a.word(Math.floor(n / 65536))
  const middle = a.addWords(a.mulWords(low, nHigh), a.and(carry, half))
  return a.addWords(a.addWords(a.mulWords(high, nHigh), a.shiftRight(carry, 16)), a.shiftRight(middle, 16))
}

/** A half-open interval of whole numbers. */
export interface IntegerBounds {
  /** The smallest value; 0 unless given. */
  readonly low?: number
  /** One more than the largest value. */
  readonly high: number
}

const isInt32 = (value: number): boolean => (value | 0) === value

const integerSampler = (path: string, { low = 0, high }: IntegerBounds): WordSampler => {
  if (!(isInt32(low) && isInt32(high - 1) && low < high))
    fail(path, 'whole numbers with low < high, within int32', `low ${low}, high ${high}`, 'high itself is not drawn.')
  const count = high - low
  return (a) => (bits) => {
    const offset = count === 4294967296 ? bits : multiplyHigh(a, bits, count)
    return low === 0 ? offset : a.addWords(offset, a.word(low))
  }
}

/**
 * The numbers of `randomInteger` for a key.
 *
 * @example
 * import { draw, randomIntegerFromKey, rng } from 'pullback'
 *
 * const [key] = draw(rng(42))
 * randomIntegerFromKey(key, { shape: [2], low: 1, high: 7 }).dtype // => 'int32'
 */
export const randomIntegerFromKey = <const S extends Shape>(
  key: Key,
  options: Shaped<S> & IntegerBounds,
): Tensor<Mutable<S>, 'int32'> => integersFromKey(key, options.shape, integerSampler('randomInteger', options))

/**
 * Whole numbers from low (by default 0) to high - 1 as int32: floor(bits n / 2^32) for n = high - low. Any probability
 * is off 1 / n by less than 2^-32; `permutation` and `sampleWithoutReplacement` are exact.
 *
 * @throws PullbackError unless low < high are whole and within int32
 * @example
 * const [dice] = randomInteger({ shape: [2], low: 1, high: 7 })(rng(42))
 * dice.dtype // => 'int32'
 */
export const randomInteger = <const S extends Shape>(
  options: Shaped<S> & IntegerBounds,
): Random<Tensor<Mutable<S>, 'int32'>> =>
  pipe(
    draw,
    map((key) => randomIntegerFromKey(key, options)),
  )

/**
 * The numbers of `randomInteger` on the host.
 *
 * @throws PullbackError unless low < high are whole and within int32
 * @example
 * import { hostRandomInteger, rng } from 'pullback'
 *
 * const [dice] = hostRandomInteger({ size: 5, low: 1, high: 7 })(rng(42))
 * dice // => Int32Array [4, 2, 6, 6, 4]
 */
export const hostRandomInteger = (options: Sized & IntegerBounds): Random<Int32Array> =>
  onHost('hostRandomInteger', options, Int32Array, integerSampler('hostRandomInteger', options)(hostArithmetic))

/** How likely true is. */
export interface Probability {
  /** The probability of true. */
  readonly probability: number
}

const bernoulliSampler = (path: string, { probability }: Probability): BoolSampler => {
  if (!(probability >= 0 && probability <= 1))
    fail(path, 'a probability in [0, 1]', `${probability}`, 'A rate in percent is divided by 100.')
  const threshold = Math.round(probability * 16777216)
  return (a) => (bits) => a.lessWords(a.shiftRight(bits, 8), a.word(threshold))
}

/**
 * The coin flips of `bernoulli` for a key.
 *
 * @example
 * import { bernoulliFromKey, draw, rng } from 'pullback'
 *
 * const [key] = draw(rng(42))
 * bernoulliFromKey(key, { shape: [2, 3], probability: 0.5 }).dtype // => 'bool'
 */
export const bernoulliFromKey = <const S extends Shape>(
  key: Key,
  options: Shaped<S> & Probability,
): Tensor<Mutable<S>, 'bool'> => boolsFromKey(key, options.shape, bernoulliSampler('bernoulli', options))

/**
 * True with a probability, which is rounded to a multiple of 2^-24; 0 is never, 1 is always.
 *
 * @throws PullbackError when the probability is not in [0, 1]
 * @example
 * const [mask] = bernoulli({ shape: [2, 3], probability: 0.5 })(rng(42))
 * mask.dtype // => 'bool'
 */
export const bernoulli = <const S extends Shape>(
  options: Shaped<S> & Probability,
): Random<Tensor<Mutable<S>, 'bool'>> =>
  pipe(
    draw,
    map((key) => bernoulliFromKey(key, options)),
  )

/**
 * The coin flips of `bernoulli` on the host, as 0 and 1.
 *
 * @throws PullbackError when the probability is not in [0, 1]
 * @example
 * import { hostBernoulli, rng } from 'pullback'
 *
 * const [flips] = hostBernoulli({ size: 8, probability: 0.5 })(rng(42))
 * flips // => Uint8Array [0, 1, 0, 0, 0, 0, 0, 1]
 */
export const hostBernoulli = (options: Sized & Probability): Random<Uint8Array> => {
  const flip = bernoulliSampler('hostBernoulli', options)(hostArithmetic)
  return onHost('hostBernoulli', options, Uint8Array, (bits) => Number(flip(bits)))
}
