/** Products that every device's kernels are tried on. */
import { stridesOf } from '../../../src/array/shape.js'
import type { Access, Body, MatmulKernel } from '../../../src/engine/kernel.js'
import { extentOf, someFloats, whole } from './data.js'

export type Dims = readonly number[]

export interface ProductCase {
  readonly name: string
  readonly batch?: Dims
  readonly m: Dims
  readonly n: Dims
  readonly k: Dims
  /** Strides of a over [...batch, ...m, ...k] and of b over [...batch, ...k, ...n]; contiguous unless told. */
  readonly a?: Dims
  readonly b?: Dims
  readonly offset?: readonly [a: number, b: number]
}

export const dimsOf = ({ batch = [], m, n }: ProductCase): Dims => [...batch, ...m, ...n]

export const plain = (buffer: number, dims: Dims): Body => ({
  operands: [{ kind: 'result', dtype: 'float32' }],
  steps: [],
  stores: [{ value: 0, access: whole(buffer, dims) }],
})

/** The kernel of a case: a is buffer 0, b is buffer 1; and both operands. */
export const kernelOf = (
  { batch = [], m, n, k, a, b, offset: [first, second] = [0, 0] }: ProductCase,
  epilogue: Body,
  special = false,
): { readonly kernel: MatmulKernel; readonly inputs: readonly [Float32Array, Float32Array] } => {
  const left = { buffer: 0, offset: first, strides: a ?? stridesOf([...batch, ...m, ...k]) }
  const right = { buffer: 1, offset: second, strides: b ?? stridesOf([...batch, ...k, ...n]) }
  const data = (dims: Dims, access: Access, seed: number): Float32Array =>
    someFloats(Math.max(1, extentOf(dims, access)), seed).map((x, i) => {
      if (!special || (i * 2654435761) % 97 > 3) return x
      return [Number.NaN, Infinity, -Infinity, 0][i % 4]!
    })
  return {
    kernel: { kind: 'matmul', batch, m, n, k, a: left, b: right, epilogue },
    inputs: [data([...batch, ...m, ...k], left, 3), data([...batch, ...k, ...n], right, 4)],
  }
}

export const fourWays = (m: number, n: number, k: number): readonly ProductCase[] => [
  { name: `${m}x${k} by ${k}x${n}`, m: [m], n: [n], k: [k] },
  { name: `${m}x${k} by ${k}x${n}, a transposed`, m: [m], n: [n], k: [k], a: [1, m] },
  { name: `${m}x${k} by ${k}x${n}, b transposed`, m: [m], n: [n], k: [k], b: [1, k] },
  { name: `${m}x${k} by ${k}x${n}, both transposed`, m: [m], n: [n], k: [k], a: [1, m], b: [1, k] },
]

/** b as the windows of an image [batch, channels, height, width]: k = [channel, y, x], n = [row, column]. */
export const convolution = (
  name: string,
  [images, inner, outer]: Dims,
  [height, width]: Dims,
  [tall, wide]: Dims,
  stride: number,
  dilation = 1,
): ProductCase => {
  const rows = Math.floor((height! - dilation * (tall! - 1) - 1) / stride) + 1
  const columns = Math.floor((width! - dilation * (wide! - 1) - 1) / stride) + 1
  const [image, channel] = [inner! * height! * width!, height! * width!]
  return {
    name,
    batch: [images!],
    m: [outer!],
    k: [inner!, tall!, wide!],
    n: [rows, columns],
    a: [0, inner! * tall! * wide!, tall! * wide!, wide!, 1],
    b: [image, channel, dilation * width!, dilation, stride * width!, stride],
  }
}

/** The gradient of its image: the filter turned by 180 degrees, channels exchanged. */
export const imageGradient = (
  name: string,
  [images, inner, outer]: Dims,
  size: number,
  kernel: number,
): ProductCase => {
  const area = kernel * kernel
  const each = convolution(name, [images!, outer!, inner!], [size, size], [kernel, kernel], 1)
  return { ...each, a: [0, area, inner! * area, -kernel, -1], offset: [area - 1, 0] }
}

/** The gradient of its weights: k = [image, row, column], n = [channel, y, x]. */
export const filterGradient = (
  name: string,
  [images, inner, outer]: Dims,
  size: number,
  kernel: number,
): ProductCase => {
  const count = size - kernel + 1
  return {
    name,
    m: [outer!],
    k: [images!, count, count],
    n: [inner!, kernel, kernel],
    a: [count * count, outer! * count * count, count, 1],
    b: [inner! * size * size, size, 1, size * size, size, 1],
  }
}

export const strange: readonly ProductCase[] = [
  convolution('a convolution of 3x3', [2, 3, 5], [7, 7], [3, 3], 1),
  convolution('a convolution whose rows are whole vectors', [2, 3, 5], [10, 10], [3, 3], 1),
  convolution('a convolution of 5x5', [1, 2, 9], [13, 11], [5, 5], 1),
  convolution('stride 2', [2, 3, 5], [9, 9], [3, 3], 2),
  convolution('stride 2 with long rows', [1, 3, 5], [9, 37], [3, 3], 2),
  convolution('stride 3 and dilation', [1, 2, 4], [13, 13], [3, 2], 3, 2),
  convolution('1x1', [2, 7, 6], [4, 5], [1, 1], 1),
  convolution('a deep convolution', [1, 40, 6], [6, 6], [3, 3], 1),
  convolution('one filter', [3, 2, 1], [6, 7], [3, 3], 1),
  convolution('one filter and stride 2', [3, 2, 1], [9, 21], [3, 3], 2),
  imageGradient('the gradient of an image', [2, 5, 3], 7, 3),
  filterGradient('the gradient of a filter', [2, 3, 5], 7, 3),
  filterGradient('the gradient of one filter', [2, 3, 1], 8, 3),
  {
    name: 'depthwise',
    batch: [2, 5],
    m: [1],
    k: [3, 3],
    n: [4, 6],
    a: [0, 9, 0, 3, 1],
    b: [5 * 48, 48, 8, 1, 8, 1],
  },
  {
    name: 'the filter gradient of depthwise',
    batch: [5],
    m: [],
    k: [2, 4, 6],
    n: [3, 3],
    a: [24, 120, 6, 1],
    b: [48, 240, 8, 1, 8, 1],
  },
  { name: 'a batch', batch: [3, 2], m: [5], n: [6], k: [7] },
  { name: 'a batch that shares b', batch: [4], m: [5], n: [6], k: [7], b: [0, 6, 1] },
  { name: 'a batch of one product', batch: [4], m: [5], n: [6], k: [7], a: [0, 7, 1], b: [0, 6, 1] },
  { name: 'a flipped operand', m: [9], n: [10], k: [11], a: [11, -1], offset: [10, 0] },
  { name: 'two dims each', m: [3, 4], n: [2, 5], k: [6, 3], a: [100, 20, 3, 1], b: [7, 100, 50, 1] },
  { name: 'k that does not move a', m: [6], n: [9], k: [10], a: [1, 0] },
]
