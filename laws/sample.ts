/**
 * Deterministic samples: arrays of given shapes from a seed.
 *
 * Dyadic numbers n/16 make linear laws exact; the half step 1/32 keeps them away from kinks at 0, and `distinct` ones
 * from ties, by construction: numbers are 1/32 away from 0 and 1/16 from each other, and steps of differences are far
 * smaller.
 */
import { type DType, mapTree, type Shape, type Spec, tensor } from 'pullback'
import { type Any, asAny, isFloat } from './untyped.js'

/** A small mixing function (xorshift multiply): enough to spread test data, and the same everywhere. */
export const mix = (seed: number, i: number): number => {
  let x = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(i + 1, 0x85ebca6b)) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0
  return (x ^ (x >>> 16)) >>> 0
}

export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

const filled = (shape: Shape, dtype: DType, value: (i: number) => number): Any =>
  asAny(
    tensor(
      Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
      shape,
      dtype,
    ),
  )

/**
 * Numbers n/16 + 1/32 in (-2, 2); integers 0, 1, 2; bools. On such numbers linear laws are exact.
 *
 * @example
 * import { dyadic } from 'pullback/laws'
 *
 * dyadic([2, 3], 'float32', 7).shape // => [2, 3]
 */
export const dyadic = (shape: Shape, dtype: DType, seed: number): Any =>
  filled(shape, dtype, (i) => {
    const bits = mix(seed, i)
    if (dtype === 'bool') return bits & 1
    if (dtype === 'int32' || dtype === 'uint32') return bits % 3
    return ((bits % 63) - 31) / 16 + 1 / 32
  })

/**
 * Numbers n/16 + 1/32 around 0, each once, in random order: no two are alike, so that a maximum has one place.
 *
 * @example
 * import { toArray } from 'pullback'
 * import { distinct } from 'pullback/laws'
 *
 * new Set(toArray(distinct([2, 3], 'float32', 7))).size // => 6
 */
export const distinct = (shape: Shape, dtype: DType, seed: number): Any => {
  const size = sizeOf(shape)
  const order = Array.from({ length: size }, (_, i) => i).sort((a, b) => mix(seed, a) - mix(seed, b) || a - b)
  const place = (i: number): number => (order[i] - Math.floor(size / 2)) / 16 + 1 / 32
  return filled(shape, dtype, place)
}

/**
 * A tree of the same structure filled with dyadic numbers; integers and bools become zeros, as cotangents are.
 *
 * @example
 * import { zeros } from 'pullback'
 * import { dyadicLike } from 'pullback/laws'
 *
 * dyadicLike({ weight: zeros([2, 3]) }, 7).weight.shape // => [2, 3]
 */
export const dyadicLike = <T>(tree: T, seed: number): T => {
  let part = seed
  return mapTree(tree, (leaf) => {
    part = mix(part, 77)
    return isFloat(leaf) ? dyadic(leaf.shape, leaf.dtype, part) : filled(leaf.shape, leaf.dtype, () => 0)
  })
}

/**
 * What a spec asks for, made by `fill`.
 *
 * @example
 * import { type Tensor } from 'pullback'
 * import { inputOf } from 'pullback/laws'
 *
 * const x = inputOf<Tensor>({ shape: [2, 3], dtype: 'float64' }, 7)
 * x.dtype // => 'float64'
 */
export const inputOf = <X>(
  spec: Spec,
  seed: number,
  fill: (shape: Shape, dtype: DType, seed: number) => Any = dyadic,
): X =>
  ('dtype' in spec
    ? fill(spec.shape, spec.dtype, seed)
    : spec.map((part, i) => inputOf(part, seed + 31 * (i + 1), fill))) as X
