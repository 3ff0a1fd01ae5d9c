/** Explicit randomness: generators, and samplers with equal bits on host and device. */
export { bits, bitsFromKey, hostBits, type Shaped, type Sized } from './bits.js'
export {
  categorical,
  categoricalFromKey,
  exponential,
  exponentialFromKey,
  gumbel,
  gumbelFromKey,
  hostExponential,
  hostGumbel,
  type Rate,
} from './exponential.js'
export { hostBeta, hostGamma } from './gamma.js'
export {
  type Gaussian,
  hostNormal,
  hostTruncatedNormal,
  normal,
  normalFromKey,
  type Truncation,
  truncatedNormal,
  truncatedNormalFromKey,
} from './normal.js'
export { permutation, sampleWithoutReplacement, shuffle } from './permutation.js'
export { draw, foldIn, type Key, type Random, type Rng, restoreRng, rng, split, splitInto } from './rng.js'
export { threefry, type WordPair } from './threefry.js'
export {
  type Bounds,
  bernoulli,
  bernoulliFromKey,
  hostBernoulli,
  hostLogUniform,
  hostRandomInteger,
  hostUniform,
  type IntegerBounds,
  logUniform,
  logUniformFromKey,
  type PositiveBounds,
  type Probability,
  randomInteger,
  randomIntegerFromKey,
  uniform,
  uniformFromKey,
} from './uniform.js'
