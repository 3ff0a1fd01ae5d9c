/**
 * Deterministic samples: arrays of given shapes from a seed. Dyadic numbers n/16 make linear laws exact; the half step
 * 1/32 keeps them away from kinks at 0 by construction.
 */
import { type AnyTensor, type DType, mapTree, type Shape, tensor } from 'pullback'

/** A small mixing function (xorshift multiply): enough to spread test data, and the same everywhere. */
const mix = (seed: number, i: number): number => {
  let x = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(i + 1, 0x85ebca6b)) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0
  return (x ^ (x >>> 16)) >>> 0
}

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

/** Numbers n/16 + 1/32 in (-2, 2); integers in 0..2; bools. */
export const dyadic = (shape: Shape, dtype: DType, seed: number): AnyTensor => {
  const value = (i: number): number => {
    const bits = mix(seed, i)
    if (dtype === 'bool') return bits & 1
    if (dtype === 'int32' || dtype === 'uint32') return bits % 3
    return ((bits % 63) - 31) / 16 + 1 / 32
  }
  return tensor(
    Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
    shape,
    dtype,
  ) as AnyTensor
}

/** A tree of the same structure filled with dyadic numbers; integers and bools become zeros, as cotangents are. */
export const dyadicLike = <T>(tree: T, seed: number): T => {
  let part = seed
  return mapTree(tree, (leaf) => {
    part = mix(part, 77)
    return leaf.dtype === 'float32' || leaf.dtype === 'float64'
      ? dyadic(leaf.shape, leaf.dtype, part)
      : (tensor(new Array<number>(sizeOf(leaf.shape)).fill(0), leaf.shape, leaf.dtype) as AnyTensor)
  })
}
