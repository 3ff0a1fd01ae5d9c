/**
 * Dropout: training samples from an ensemble of thinned networks that share params, inference takes its mean.
 *
 * Masks are random bits of a key and a place, so the pullback computes them again and nothing is kept.
 */
import { expectFloat } from '../array/dtype.js'
import { mul, select } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import type { Shape } from '../array/shape.js'
import type { Tensor } from '../array/tensor.js'
import { draw, type Key, type Random } from '../random/rng.js'
import { bernoulliFromKey } from '../random/uniform.js'
import { checkCotangent, stateless } from './build.js'
import { identity } from './combinator/identity.js'
import type { Apply, Layer, None } from './layer.js'

const checkRate = (name: string, rate: number): void => {
  if (!(rate >= 0 && rate <= 1))
    fail(name, 'a rate from 0 to 1', String(rate), 'The rate is the probability that an element is dropped.')
}

/**
 * Elements where the mask is true, times 1 / (1 - rate), else 0: inverted dropout for a mask that is given.
 *
 * @throws PullbackError when the rate is not from 0 to 1
 * @example
 * import { applyDropout, tensor } from 'pullback'
 *
 * const y = applyDropout(tensor([1, 2]), tensor([true, false]), 0.5) // [2, 0]
 * y.shape // => [2]
 */
export const applyDropout = <S extends Shape>(
  x: Tensor<S>,
  mask: Tensor<NoInfer<S>, 'bool'>,
  rate: number,
): Tensor<S> => {
  checkRate('applyDropout', rate)
  return scaledMask(x, mask, rate === 1 ? 0 : 1 / (1 - rate))
}

const scaledMask = (x: Tensor, mask: Tensor<Shape, 'bool'>, scale: number): Tensor =>
  select(mask, scale === 1 ? x : mul(x, scale), 0)

type Step = Apply<None, None, Tensor, Tensor>

const masked =
  (name: string, rate: number, scale: number) =>
  (key: Key): Step =>
  (params, state, x) => {
    expectFloat(name, x.dtype)
    const mask = (): Tensor<Shape, 'bool'> => bernoulliFromKey(key, { shape: x.shape, probability: 1 - rate })
    return [
      scaledMask(x, mask(), scale),
      (cotangent) => {
        checkCotangent(name, x, cotangent)
        return [params, scaledMask(cotangent, mask(), scale)]
      },
      state,
    ]
  }

/** A layer that draws one key for each step. */
const drawing =
  (step: (key: Key) => Step): Random<Step> =>
  (generator) => {
    const [key, next] = draw(generator)
    return [step(key), next]
  }

/**
 * Inverted dropout: training drops each element with probability `rate` and multiplies the others by 1 / (1 - rate);
 * inference is the identity. `dropout(0)` is `identity()`. Draws one key a step.
 *
 * Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout" (2014).
 *
 * @throws PullbackError when the rate is not between 0 and 1
 * @example
 * import { chain, dense, dropout, relu } from 'pullback'
 *
 * const layer = chain(dense(784, 256), relu(), dropout(0.5), dense(256, 10))
 */
export const dropout = <T extends Tensor>(rate: number): Layer<T, T, None, None> => {
  checkRate('dropout', rate)
  if (rate === 0) return identity<T>()
  const { init, infer } = identity<Tensor>()
  const layer: Layer<Tensor, Tensor, None, None> = {
    kind: 'dropout',
    init,
    train: drawing(masked('dropout', rate, rate === 1 ? 0 : 1 / (1 - rate))),
    infer,
  }
  return layer as unknown as Layer<T, T, None, None>
}

/**
 * Plain dropout, as it was first published: training drops each element with probability `rate`, and inference
 * multiplies all of them by 1 - rate. `plainDropout(0)` is `identity()`.
 *
 * Source: Hinton, Srivastava, Krizhevsky, Sutskever and Salakhutdinov, "Improving neural networks by preventing
 * co-adaptation of feature detectors" (2012).
 *
 * @throws PullbackError when the rate is not between 0 and 1
 * @example
 * import { chain, dense, plainDropout } from 'pullback'
 *
 * const network = chain(dense(8, 4), plainDropout(0.5))
 */
export const plainDropout = <T extends Tensor>(rate: number): Layer<T, T, None, None> => {
  checkRate('plainDropout', rate)
  if (rate === 0) return identity<T>()
  const { init, infer } = stateless<Tensor, Tensor>('plainDropout', (x) => {
    expectFloat('plainDropout', x.dtype)
    return [mul(x, 1 - rate), (cotangent) => mul(cotangent, 1 - rate)]
  })
  const layer: Layer<Tensor, Tensor, None, None> = {
    kind: 'plainDropout',
    init,
    train: drawing(masked('plainDropout', rate, 1)),
    infer,
  }
  return layer as unknown as Layer<T, T, None, None>
}
