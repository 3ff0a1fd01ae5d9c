/** Initialisers of a distribution that is stated, whatever the fans. */
import {
  type Gaussian,
  normal as normalSample,
  type Truncation,
  truncatedNormal as truncated,
} from '../random/normal.js'
import { type Bounds, uniform as uniformSample } from '../random/uniform.js'
import type { Initializer } from './initializer.js'

/**
 * Normal with mean 0 and deviation 0.01, unless given otherwise.
 *
 * @throws PullbackError when the deviation is negative
 * @example
 * import { dense, initializer } from 'pullback'
 *
 * const layer = dense(784, 256, { weightInitializer: initializer.normal({ deviation: 0.02 }) })
 */
export const normal =
  ({ mean = 0, deviation = 0.01 }: Gaussian = {}): Initializer =>
  (shape) =>
    normalSample({ shape, mean, deviation })

/**
 * Normal with the tails beyond `low` and `high` deviations (-2 and 2 unless given) cut off; deviation 0.01 unless
 * given.
 *
 * @throws PullbackError when the bounds are in the wrong order or too far out
 * @example
 * import { dense, initializer } from 'pullback'
 *
 * const layer = dense(784, 256, { weightInitializer: initializer.truncatedNormal({ deviation: 0.02 }) })
 */
export const truncatedNormal =
  ({ mean = 0, deviation = 0.01, low = -2, high = 2 }: Gaussian & Truncation = {}): Initializer =>
  (shape) =>
    truncated({ shape, mean, deviation, low, high })

/**
 * Uniform in [low, high), by default [-0.05, 0.05).
 *
 * @throws PullbackError unless low < high
 * @example
 * import { embedding, initializer } from 'pullback'
 *
 * const layer = embedding(1000, 64, { weightInitializer: initializer.uniform({ low: -0.1, high: 0.1 }) })
 */
export const uniform =
  ({ low = -0.05, high = 0.05 }: Bounds = {}): Initializer =>
  (shape) =>
    uniformSample({ shape, low, high })
