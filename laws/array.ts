/**
 * Laws of array functions on a device, bit for bit.
 *
 * 1. reshape there and back is the identity; 2. permutations compose, and a permutation and its inverse cancel;
 * 3. flip twice is the identity; 4. slice undoes pad; 5. slices of a concatenation are its parts;
 * 6. broadcast and sum are adjoint, exactly on dyadic numbers; 7. window and overlapAdd are adjoint, likewise;
 * 8. gather and scatterAdd are adjoint, likewise.
 */

import {
  type AnyTensor,
  broadcastTo,
  concatAll,
  type Device,
  flip,
  gather,
  item,
  mul,
  overlapAdd,
  pad,
  permute,
  reshape,
  type Shape,
  scatterAdd,
  slice,
  sum,
  type Tensor,
  tensor,
  window,
} from 'pullback'
import { identical } from './compare.js'
import { type Law, law, type Verdict, when } from './law.js'
import { dyadic } from './sample.js'

export interface ArrayInstance {
  readonly device: Device
}
export interface ArraySample {
  /** Rank 1 to 4, sizes 1 to 5. */
  readonly shape: Shape
  readonly seed: number
}

type Any = Tensor
const dot = (a: Any, b: Any): AnyTensor =>
  (sum as unknown as (x: Any) => AnyTensor)((mul as unknown as (a: Any, b: Any) => Any)(a, b))

const same = async (device: Device, what: string, got: unknown, wanted: unknown): Promise<Verdict> => {
  const [a, b] = await device.evaluate([got, wanted] as const)
  return identical(what, a, b)
}
const adjoint = async (device: Device, left: AnyTensor, right: AnyTensor): Promise<Verdict> => {
  const [a, b] = (await device.evaluate([left, right])).map((x) => item(x))
  return when(a === b, () => `<A x, y> is ${a} and <x, A* y> is ${b}`)
}
const input = ({ shape, seed }: ArraySample, salt = 0): Any => dyadic(shape, 'float32', seed + salt) as AnyTensor as Any
const rotation = (rank: number, by: number): number[] => Array.from({ length: rank }, (_, i) => (i + by) % rank)

export const arrayLaws: readonly Law<ArrayInstance, ArraySample>[] = [
  law('Array: reshape there and back is the identity', ({ device }, sample) => {
    const x = input(sample)
    return same(device, 'x', reshape(reshape(x, [-1]), sample.shape), x)
  }),
  law('Array: permutations compose', ({ device }, sample) => {
    const x = input(sample)
    const rank = sample.shape.length
    const twice = permute(permute(x, rotation(rank, 1)) as Any, rotation(rank, rank - 1))
    return same(device, 'x', twice, x)
  }),
  law('Array: flip twice is the identity', ({ device }, sample) => {
    const x = input(sample)
    const axes = sample.shape.map((_, i) => i)
    return same(device, 'x', flip(flip(x, axes), axes), x)
  }),
  law('Array: slice undoes pad', ({ device }, sample) => {
    const x = input(sample)
    const padding = sample.shape.map((_, i) => [(sample.seed + i) % 3, (sample.seed + 2 * i) % 2] as const)
    const begin = padding.map(([before]) => before)
    return same(
      device,
      'x',
      slice(
        pad(x, padding, 7) as Any,
        begin,
        begin.map((b, i) => b + (sample.shape[i] as number)),
      ),
      x,
    )
  }),
  law('Array: slices of a concatenation are its parts', ({ device }, sample) => {
    const [x, y] = [input(sample), input(sample, 1)]
    const both = concatAll([x, y], 0)
    const n = sample.shape[0] as number
    const zeros = sample.shape.map(() => 0)
    const second = slice(both, [n, ...zeros.slice(1)], [2 * n, ...sample.shape.slice(1)])
    return same(device, 'parts', [slice(both, zeros, sample.shape), second], [x, y])
  }),
  law('Array: broadcast and sum are adjoint', ({ device }, sample) => {
    const x = input(sample)
    const wide = [3, ...sample.shape]
    const y = dyadic(wide, 'float32', sample.seed + 1) as AnyTensor as Any
    const summed = (sum as unknown as (x: Any, axis: number) => Any)(y, 0)
    return adjoint(device, dot(broadcastTo(x, wide) as Any, y), dot(x, summed))
  }),
  law('Array: window and overlapAdd are adjoint', ({ device }, sample) => {
    const length = sample.shape[0] as number
    const options = { size: [Math.min(2, length)], stride: [1 + (sample.seed % 2)], dilation: [1] }
    const x = dyadic([2, length], 'float32', sample.seed) as AnyTensor as Any
    const windows = window(x, options)
    const y = dyadic(windows.shape, 'float32', sample.seed + 1) as AnyTensor as Any
    return adjoint(device, dot(windows, y), dot(x, overlapAdd(y, [length], options)))
  }),
  law('Array: gather and scatterAdd are adjoint', ({ device }, sample) => {
    const x = input(sample)
    const rows = sample.shape[0] as number
    const indices = tensor([0, rows - 1, rows, -1, 0], [5], 'int32') as Tensor<Shape, 'int32'>
    const y = dyadic([5, ...sample.shape.slice(1)], 'float32', sample.seed + 1) as AnyTensor as Any
    return adjoint(device, dot(gather(x, indices), y), dot(x, scatterAdd(indices, y, rows)))
  }),
]
