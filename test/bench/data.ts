/** Deterministic data, as the peers' scripts make it (mulberry32). */
import { type AnyTensor, type Shape, tensor } from 'pullback'

const generator = (seed: number) => {
  let a = seed >>> 0
  return (): number => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

export const uniformData = <S extends Shape>(shape: S, seed = 1): AnyTensor => {
  const next = generator(seed)
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => next() * 2 - 1),
    shape,
  ) as AnyTensor
}

export const labelData = (count: number, classes: number, seed = 7): AnyTensor => {
  const next = generator(seed)
  return tensor(
    Int32Array.from({ length: count }, () => Math.floor(next() * classes)),
    [count],
    'int32',
  ) as AnyTensor
}
