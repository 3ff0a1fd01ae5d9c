/**
 * Random bits by place, on host and device.
 *
 * Numbered law: (1) element i of a draw is `threefry(key, (i mod 2^32, floor(i / 2^32)))[0]`: the first word of a block
 * of its own, so that every device computes it from the place alone. Elements are counted in row-major order.
 */

import { pipe } from '#fp/function'
import { map } from '#fp/State'
import { bitcast } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { iota } from '../array/indexing.js'
import { checkShape, type Shape } from '../array/shape.js'
import type { Mutable, Tensor } from '../array/tensor.js'
import type { BoolSampler, FloatSampler, WordSampler } from './arithmetic.js'
import { hostArithmetic } from './hostArithmetic.js'
import { draw, type Key, type Random } from './rng.js'
import { tensorArithmetic } from './tensorArithmetic.js'
import { threefryBlock } from './threefry.js'

/** How an array on a device is asked for. */
export interface Shaped<S extends Shape> {
  readonly shape: S
}
/** How an array on the host is asked for. */
export interface Sized {
  /** Number of elements. */
  readonly size: number
}

/**
 * The bits of {@link bits} for a key: 32 for each element, as a dataflow on `iota`.
 *
 * @example
 * import { bitsFromKey, draw, rng } from 'pullback'
 *
 * const [key] = draw(rng(42))
 * bitsFromKey(key, { shape: [2, 3] }).dtype // => 'uint32'
 */
export const bitsFromKey = <const S extends Shape>(key: Key, { shape }: Shaped<S>): Tensor<Mutable<S>, 'uint32'> => {
  checkShape('bits', shape)
  const places = iota(shape, 'uint32') as Tensor<Shape, 'uint32'>
  return threefryBlock(tensorArithmetic, key.words, places, 0)[0]
}

/** The random bits of one place, as a signed number, for places below 2^32. */
export const hostBitsAt = (key: Key, place: number): number => threefryBlock(hostArithmetic, key.words, place | 0, 0)[0]

/**
 * 32 uniform random bits for each element.
 *
 * @example
 * const [x] = bits({ shape: [2, 3] })(rng(42))
 * x.dtype // => 'uint32'
 */
export const bits = <const S extends Shape>(options: Shaped<S>): Random<Tensor<Mutable<S>, 'uint32'>> =>
  pipe(
    draw,
    map((key) => bitsFromKey(key, options)),
  )

/**
 * The bits of {@link bits} on the host.
 *
 * @throws PullbackError when the size is no whole number
 * @example
 * import { hostBits, rng } from 'pullback'
 *
 * const [words] = hostBits({ size: 2 })(rng(42))
 * words // => Uint32Array [2619066336, 1250760476]
 */
export const hostBits = (options: Sized): Random<Uint32Array> =>
  onHost('hostBits', options, Uint32Array, (word) => word)

type Writable = { [place: number]: number; readonly length: number }

/** A host array of one draw, element by element from the bits of its place. */
export const onHost = <A extends Writable>(
  path: string,
  { size }: Sized,
  make: new (length: number) => A,
  element: (bits: number) => number,
): Random<A> => {
  if (!Number.isInteger(size) || size < 0)
    fail(path, 'a whole number of elements', `${size}`, 'Pass { size } as a non-negative integer.')
  return (generator) => {
    const [key, next] = draw(generator)
    const values = new make(size)
    for (let i = 0; i < size; i++) values[i] = element(hostBitsAt(key, i))
    return [values, next]
  }
}

/** Floats of a sampler on a device. */
export const floatsFromKey = <S extends Shape>(key: Key, shape: S, sampler: FloatSampler): Tensor<Mutable<S>> =>
  sampler(tensorArithmetic)(bitsFromKey(key, { shape }))
/** Whole numbers of a sampler on a device. */
export const integersFromKey = <S extends Shape>(
  key: Key,
  shape: S,
  sampler: WordSampler,
): Tensor<Mutable<S>, 'int32'> =>
  bitcast(sampler(tensorArithmetic)(bitsFromKey(key, { shape }) as Tensor<Shape, 'uint32'>), 'int32')
/** Truth values of a sampler on a device. */
export const boolsFromKey = <S extends Shape>(key: Key, shape: S, sampler: BoolSampler): Tensor<Mutable<S>, 'bool'> =>
  sampler(tensorArithmetic)(bitsFromKey(key, { shape }))
