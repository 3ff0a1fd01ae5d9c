/**
 * Laws of array functions, bit for bit. An instance brings the functions, so that others can be tried, and the device
 * that evaluates them.
 *
 * 1. reshape there and back is the identity
 * 2. permutations compose: one after another is the one of the composed order
 * 3. flip twice is the identity
 * 4. slice undoes pad
 * 5. slices of a concatenation are its parts
 * 6. broadcast and unbroadcast are adjoint, exactly on dyadic numbers
 * 7. window and overlapAdd are adjoint, likewise
 * 8. gather and scatterAdd are adjoint, likewise, also for indices outside the table
 */
import {
  broadcastTo,
  concatAll,
  type Device,
  flip,
  gather,
  item,
  overlapAdd,
  pad,
  permute,
  reshape,
  type Shape,
  scatterAdd,
  slice,
  tensor,
  unbroadcast,
  type WindowOptions,
  window,
} from 'pullback'
import { identical } from './compare.js'
import { type Law, law, type Verdict, when } from './law.js'
import { dyadic } from './sample.js'
import { type Any, asAny, inner } from './untyped.js'

/** The array functions that the laws are about, without static shapes. */
export interface ArrayFunctions {
  readonly reshape: (x: Any, shape: Shape) => Any
  readonly permute: (x: Any, order: readonly number[]) => Any
  readonly flip: (x: Any, axes: readonly number[]) => Any
  readonly pad: (x: Any, padding: readonly (readonly [number, number])[], value: number) => Any
  readonly slice: (x: Any, begin: readonly number[], end: readonly number[]) => Any
  readonly concat: (parts: readonly Any[], axis: number) => Any
  readonly broadcastTo: (x: Any, shape: Shape) => Any
  readonly unbroadcast: (cotangent: Any, shape: Shape) => Any
  readonly window: (x: Any, options: WindowOptions) => Any
  readonly overlapAdd: (y: Any, spatial: Shape, options: WindowOptions) => Any
  readonly gather: (table: Any, indices: Any) => Any
  readonly scatterAdd: (indices: Any, updates: Any, rows: number) => Any
}

/** Those of this library. */
export const arrayFunctions = {
  reshape,
  permute,
  flip,
  pad,
  slice,
  concat: concatAll,
  broadcastTo,
  unbroadcast,
  window,
  overlapAdd,
  gather,
  scatterAdd,
} as ArrayFunctions

/** The functions that are tried, and what evaluates them. */
export interface ArrayInstance {
  readonly device: Device
  readonly functions: ArrayFunctions
}
/** An array to try them on. */
export interface ArraySample {
  /** Rank 1 to 4, sizes 1 to 5. */
  readonly shape: Shape
  readonly seed: number
}

const same = async (device: Device, what: string, got: unknown, wanted: unknown): Promise<Verdict> => {
  const [a, b] = await device.evaluate([got, wanted] as const)
  return identical(what, a, b)
}
/** <a, b> = <c, d>, exactly. */
const adjoint = async (device: Device, [a, b]: readonly [Any, Any], [c, d]: readonly [Any, Any]): Promise<Verdict> => {
  const [left, right] = (await device.evaluate([inner(a, b), inner(c, d)])).map((x) => item(x))
  return when(left === right, () => `<A x, y> is ${left} and <x, A* y> is ${right}`)
}
const input = ({ shape, seed }: ArraySample, salt = 0): Any => dyadic(shape, 'float32', seed + salt)
const rotation = (rank: number, by: number): number[] => Array.from({ length: rank }, (_, i) => (i + by) % rank)

type ArrayLaw = Law<ArrayInstance, ArraySample>

const moves: readonly ArrayLaw[] = [
  law('Array: reshape there and back is the identity', ({ device, functions: { reshape } }, sample) => {
    const x = input(sample)
    return same(device, 'x', reshape(reshape(x, [-1]), sample.shape), x)
  }),
  law('Array: permutations compose', ({ device, functions: { permute } }, sample) => {
    const x = input(sample)
    const rank = sample.shape.length
    const back = rotation(rank, 1 + (sample.seed % rank)).reverse()
    const first = rotation(rank, sample.seed % rank)
    const composed = back.map((axis) => first[axis])
    return same(device, 'x', permute(permute(x, first), back), permute(x, composed))
  }),
  law('Array: flip twice is the identity', ({ device, functions: { flip } }, sample) => {
    const x = input(sample)
    const axes = sample.shape.map((_, i) => i).filter((i) => i === 0 || (sample.seed >> i) % 2 === 0)
    return same(device, 'x', flip(flip(x, axes), axes), x)
  }),
  law('Array: slice undoes pad', ({ device, functions: { slice, pad } }, sample) => {
    const x = input(sample)
    const padding = sample.shape.map((_, i) => [(sample.seed + i) % 3, (sample.seed + 2 * i) % 2] as const)
    const begin = padding.map(([before]) => before)
    const end = begin.map((b, i) => b + sample.shape[i])
    return same(device, 'x', slice(pad(x, padding, 7), begin, end), x)
  }),
  law('Array: slices of a concatenation are its parts', ({ device, functions: { concat, slice } }, sample) => {
    const [x, y] = [input(sample), input(sample, 1)]
    const axis = sample.seed % sample.shape.length
    const both = concat([x, y], axis)
    const zeros = sample.shape.map(() => 0)
    const at = (factor: number, shape: Shape): number[] =>
      shape.map((n, i) => (i === axis ? factor * sample.shape[i] : n))
    const second = slice(both, at(1, zeros), at(2, sample.shape))
    return same(device, 'parts', [slice(both, zeros, sample.shape), second], [x, y])
  }),
]

const adjoints: readonly ArrayLaw[] = [
  law('Array: broadcast and unbroadcast are adjoint', ({ device, functions: { broadcastTo, unbroadcast } }, sample) => {
    const narrow = sample.shape.map((n, i) => ((sample.seed >> i) % 2 === 0 ? 1 : n))
    const wide = [3, ...sample.shape]
    const [x, y] = [dyadic(narrow, 'float32', sample.seed), dyadic(wide, 'float32', sample.seed + 1)]
    return adjoint(device, [broadcastTo(x, wide), y], [x, unbroadcast(y, narrow)])
  }),
  law('Array: window and overlapAdd are adjoint', ({ device, functions: { window, overlapAdd } }, sample) => {
    const length = 1 + sample.shape[0]
    const options = { size: [Math.min(3, length)], stride: [1 + (sample.seed % 2)], dilation: [1] }
    const x = dyadic([2, length], 'float32', sample.seed)
    const windows = window(x, options)
    const y = dyadic(windows.shape, 'float32', sample.seed + 1)
    return adjoint(device, [windows, y], [x, overlapAdd(y, [length], options)])
  }),
  law('Array: gather and scatterAdd are adjoint', ({ device, functions: { gather, scatterAdd } }, sample) => {
    const x = input(sample)
    const rows = sample.shape[0]
    const indices = asAny(tensor([0, rows - 1, rows, -1, 0], [5], 'int32'))
    const y = dyadic([5, ...sample.shape.slice(1)], 'float32', sample.seed + 1)
    return adjoint(device, [gather(x, indices), y], [x, scatterAdd(indices, y, rows)])
  }),
]

/** All laws of array functions, as the header of this module numbers them: bit for bit. */
export const arrayLaws: readonly ArrayLaw[] = [...moves, ...adjoints]
