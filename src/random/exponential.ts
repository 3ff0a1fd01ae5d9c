/** Exponential and Gumbel distributions, and choices among categories by the Gumbel-max trick. */

import { pipe } from '#fp/function'
import { map } from '#fp/State'
import { add } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { argMax } from '../array/reduce.js'
import type { Shape } from '../array/shape.js'
import type { Mutable, Tensor } from '../array/tensor.js'
import type { Arithmetic, FloatSampler } from './arithmetic.js'
import { floatsFromKey, onHost, type Shaped, type Sized } from './bits.js'
import { affine, floatLog, floatLogOfUnit, openUnit } from './elementary.js'
import { hostArithmetic } from './hostArithmetic.js'
import { draw, type Key, type Random } from './rng.js'

/** -log(u); both ends are precise: from 2^-33 up to 22.9. */
const standardExponential = <F, W, B>(a: Arithmetic<F, W, B>, bits: W): F => {
  const complement = a.xor(bits, a.mask(0xffffffff))
  return a.sub(a.constant(0), floatLogOfUnit(a, openUnit(a, bits), openUnit(a, complement)))
}

/** How fast events follow one another. */
export interface Rate {
  /** The inverse of the mean; 1 unless given. */
  readonly rate?: number
}

const exponentialSampler = (path: string, { rate = 1 }: Rate): FloatSampler => {
  if (!(rate > 0 && Number.isFinite(1 / rate)))
    fail(path, 'a positive rate', `${rate}`, 'The rate is the inverse of the mean.')
  return (a) => (bits) => affine(a, standardExponential(a, bits), 1 / rate, 0)
}

/**
 * The floats of `exponential` for a key.
 *
 * @example
 * import { draw, exponentialFromKey, rng } from 'pullback'
 *
 * const [key] = draw(rng(42))
 * exponentialFromKey(key, { shape: [5], rate: 2 }).shape // => [5]
 */
export const exponentialFromKey = <const S extends Shape>(key: Key, options: Shaped<S> & Rate): Tensor<Mutable<S>> =>
  floatsFromKey(key, options.shape, exponentialSampler('exponential', options))

/**
 * Exponentially distributed floats with mean 1 / rate: -log(u) / rate, always above 0.
 *
 * @throws PullbackError when the rate is not positive
 * @example
 * const [waits] = exponential({ shape: [5], rate: 2 })(rng(42))
 * waits.shape // => [5]
 */
export const exponential = <const S extends Shape>(options: Shaped<S> & Rate): Random<Tensor<Mutable<S>>> =>
  pipe(
    draw,
    map((key) => exponentialFromKey(key, options)),
  )

/**
 * The floats of `exponential` on the host.
 *
 * @example
 * import { hostExponential, rng } from 'pullback'
 *
 * const [waits] = hostExponential({ size: 5, rate: 2 })(rng(42))
 * waits.every((wait) => wait > 0) // => true
 */
export const hostExponential = (options: Sized & Rate): Random<Float32Array> =>
  onHost('hostExponential', options, Float32Array, exponentialSampler('hostExponential', options)(hostArithmetic))

const gumbelSampler: FloatSampler = (a) => (bits) => a.sub(a.constant(0), floatLog(a, standardExponential(a, bits)))

/**
 * The floats of `gumbel` for a key.
 *
 * @example
 * import { draw, gumbelFromKey, rng } from 'pullback'
 *
 * const [key] = draw(rng(42))
 * gumbelFromKey(key, { shape: [5] }).shape // => [5]
 */
export const gumbelFromKey = <const S extends Shape>(key: Key, options: Shaped<S>): Tensor<Mutable<S>> =>
  floatsFromKey(key, options.shape, gumbelSampler)

/**
 * Floats of the standard Gumbel distribution, that of the largest of many: -log(-log(u)).
 *
 * @example
 * const [x] = gumbel({ shape: [5] })(rng(42))
 * x.shape // => [5]
 */
export const gumbel = <const S extends Shape>(options: Shaped<S>): Random<Tensor<Mutable<S>>> =>
  pipe(
    draw,
    map((key) => gumbelFromKey(key, options)),
  )

/**
 * The floats of `gumbel` on the host.
 *
 * @example
 * import { hostGumbel, rng } from 'pullback'
 *
 * const [x] = hostGumbel({ size: 5 })(rng(42))
 * x.length // => 5
 */
export const hostGumbel = (options: Sized): Random<Float32Array> =>
  onHost('hostGumbel', options, Float32Array, gumbelSampler(hostArithmetic))

/**
 * The choices of `categorical` for a key.
 *
 * @throws PullbackError when the logits are a scalar
 * @example
 * import { categoricalFromKey, draw, rng, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const [key] = draw(rng(42))
 * const choices = categoricalFromKey(key, tensor([[0, -Infinity], [-Infinity, 0]]))
 * toArray(reference().evaluateSync(choices)) // => Int32Array [0, 1]
 */
export const categoricalFromKey = (key: Key, logits: Tensor): Tensor<Shape, 'int32'> => {
  if (logits.shape.length === 0)
    fail('categorical', 'logits with an axis of categories', 'a scalar', 'The last axis holds the categories.')
  return argMax(add(logits, gumbelFromKey(key, { shape: logits.shape }) as Tensor), -1) as Tensor<Shape, 'int32'>
}

/**
 * One category for each row of logits, [..., categories] to [...]: category i with probability softmax(logits)[i]. The
 * largest of logits plus Gumbel noise is distributed so (Gumbel, 1954); logits need not be normalised.
 *
 * @throws PullbackError when the logits are a scalar
 * @example
 * const [choice] = categorical(tensor([[0, 1, 2], [3, 0, 0]]))(rng(42))
 * choice.shape // => [2]
 */
export const categorical = (logits: Tensor): Random<Tensor<Shape, 'int32'>> =>
  pipe(
    draw,
    map((key) => categoricalFromKey(key, logits)),
  )
