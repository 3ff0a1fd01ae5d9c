import { describe, expect, it } from 'vitest'
import { sizeOf, stridesOf } from '../../../src/array/shape.js'
import type { Body, MatmulKernel } from '../../../src/engine/kernel.js'
import { addressAt, eachPlace, extentOf, floats, runKernels, sameBits, someFloats, whole } from './support.js'

const { fround } = Math

type Dims = readonly number[]
interface Case {
  readonly name: string
  readonly batch?: Dims
  readonly m: Dims
  readonly n: Dims
  readonly k: Dims
  /** Strides of a over [...batch, ...m, ...k] and of b over [...batch, ...k, ...n]; contiguous unless told. */
  readonly a?: Dims
  readonly b?: Dims
  readonly offset?: number
}

/** The order that src/array/contract.ts states. */
const model = (a: readonly number[], b: readonly number[]): number => {
  let total = 0
  for (let begin = 0; begin < a.length; begin += 256) {
    let partial = 0
    for (let k = begin; k < Math.min(begin + 256, a.length); k++) partial = fround(partial + fround(a[k]! * b[k]!))
    total = begin === 0 ? partial : fround(total + partial)
  }
  return total
}

const plain = (buffer: number, dims: Dims): Body => ({
  operands: [{ kind: 'result', dtype: 'float32' }],
  steps: [],
  stores: [{ value: 0, access: whole(buffer, dims) }],
})

const setUp = ({ batch = [], m, n, k, a, b, offset = 0 }: Case, epilogue: Body, special = false) => {
  const left = { buffer: 0, offset, strides: a ?? stridesOf([...batch, ...m, ...k]) }
  const right = { buffer: 1, offset, strides: b ?? stridesOf([...batch, ...k, ...n]) }
  const kernel: MatmulKernel = { kind: 'matmul', batch, m, n, k, a: left, b: right, epilogue }
  const x = someFloats(extentOf([...batch, ...m, ...k], left), 3, special)
  const y = someFloats(extentOf([...batch, ...k, ...n], right), 4, special)
  const wanted: number[] = []
  eachPlace([...batch, ...m, ...n], (place) => {
    const [i, j, l] = [
      place.slice(0, batch.length),
      place.slice(batch.length, batch.length + m.length),
      place.slice(batch.length + m.length),
    ]
    const p: number[] = []
    const q: number[] = []
    eachPlace(k, (depth) => {
      p.push(x[addressAt(left, [...i, ...j, ...depth])]!)
      q.push(y[addressAt(right, [...i, ...depth, ...l])]!)
    })
    wanted.push(model(p, q))
  })
  return { kernel, inputs: [floats(x), floats(y)], wanted: Float32Array.from(wanted) }
}

const sizes: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [1, 5, 3],
  [1, 37, 300],
  [1, 16, 1],
  [1, 530, 9],
  [5, 1, 7],
  [2, 3, 4],
  [3, 40, 9],
  [4, 8, 8],
  [7, 9, 11],
  [13, 17, 257],
  [100, 10, 30],
  [10, 100, 30],
  [37, 18, 513],
  [5, 520, 17],
]
const square: readonly Case[] = sizes.flatMap(([m, n, k]) => [
  { name: `${m}x${k} by ${k}x${n}`, m: [m], n: [n], k: [k] },
  { name: `${m}x${k} by ${k}x${n}, a transposed`, m: [m], n: [n], k: [k], a: [1, m] },
  { name: `${m}x${k} by ${k}x${n}, b transposed`, m: [m], n: [n], k: [k], b: [1, k] },
  { name: `${m}x${k} by ${k}x${n}, both transposed`, m: [m], n: [n], k: [k], a: [1, m], b: [1, k] },
])

/** b as the windows of an image [batch, channels, height, width]: k = [channel, y, x], n = [row, column]. */
const convolution = (
  name: string,
  [images, inner, outer]: Dims,
  [height, width]: Dims,
  [tall, wide]: Dims,
  stride: number,
  dilation = 1,
): Case => {
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
/** The gradient of its weights: k = [image, row, column], n = [channel, y, x]. */
const filterGradient = (name: string, [images, inner, outer]: Dims, size: number, kernel: number): Case => {
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

const strange: readonly Case[] = [
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
  { name: 'a batch', batch: [3, 2], m: [5], n: [6], k: [7] },
  { name: 'a batch that shares b', batch: [4], m: [5], n: [6], k: [7], b: [0, 6, 1] },
  { name: 'a flipped operand', m: [9], n: [10], k: [11], a: [11, -1], offset: 110 },
  { name: 'two dims each', m: [3, 4], n: [2, 5], k: [6, 3], a: [100, 20, 3, 1], b: [7, 100, 50, 1] },
  { name: 'k that does not move a', m: [6], n: [9], k: [10], a: [1, 0] },
]

describe.each([...square, ...strange])('$name', (each) => {
  const { batch = [], m, n } = each
  const dims = [...batch, ...m, ...n]
  const count = sizeOf(dims)

  it('has the bits of the model', () => {
    const { kernel, inputs, wanted } = setUp(each, plain(2, dims))
    expect(runKernels([kernel], inputs, [['float32', count]])[0]).toEqual(wanted)
  })

  it('keeps NaN and infinities', () => {
    const { kernel, inputs, wanted } = setUp(each, plain(2, dims), true)
    expect(sameBits(runKernels([kernel], inputs, [['float32', count]])[0]!, wanted)).toBe(true)
  })

  it('adds a bias to each row and stores twice, once transposed', () => {
    const rows = batch.length + m.length
    const bias = { buffer: 2, offset: 0, strides: dims.map((_, d) => (d === rows - 1 ? 1 : 0)) }
    const turned = { buffer: 4, offset: 0, strides: [...stridesOf([...dims].reverse())].reverse() }
    const epilogue: Body = {
      operands: [
        { kind: 'result', dtype: 'float32' },
        { kind: 'load', dtype: 'float32', access: bias },
        { kind: 'constant', dtype: 'float32', value: 0 },
      ],
      steps: [
        { op: 'add', dtype: 'float32', args: [0, 1] },
        { op: 'maximum', dtype: 'float32', args: [3, 2] },
      ],
      stores: [
        { value: 4, access: whole(3, dims) },
        { value: 3, access: turned },
      ],
    }
    const { kernel, inputs, wanted } = setUp(each, epilogue)
    const biases = someFloats(dims[rows - 1]!, 8)
    const sums = new Float32Array(count)
    const reversed = new Float32Array(count)
    let i = 0
    eachPlace(dims, (place) => {
      sums[i] = wanted[i]! + biases[place[rows - 1]!]!
      reversed[addressAt(turned, place)] = sums[i++]!
    })
    const outputs = [
      ['float32', count],
      ['float32', count],
    ] as const
    const got = runKernels([kernel], [...inputs, floats(biases)], outputs)
    expect(got[0]).toEqual(sums.map((x) => Math.max(x, 0)))
    expect(got[1]).toEqual(reversed)
  })
})

it('a result may take the place of what the epilogue adds', () => {
  const each: Case = { name: '', m: [13], n: [21], k: [300] }
  const dims = [13, 21]
  const epilogue: Body = {
    operands: [
      { kind: 'result', dtype: 'float32' },
      { kind: 'load', dtype: 'float32', access: whole(3, dims) },
    ],
    steps: [{ op: 'add', dtype: 'float32', args: [0, 1] }],
    stores: [{ value: 2, access: whole(3, dims) }],
  }
  const { kernel, inputs, wanted } = setUp(each, epilogue)
  const residual = someFloats(13 * 21, 6)
  const copy = {
    kind: 'loop',
    dims,
    operands: [{ kind: 'load', dtype: 'float32', access: whole(2, dims) }],
    steps: [],
    stores: [{ value: 0, access: whole(3, dims) }],
  } as const
  const got = runKernels([copy, kernel], [...inputs, floats(residual)], [['float32', 13 * 21]])[0]
  expect(got).toEqual(wanted.map((x, i) => x + residual[i]!))
})

it('a sum of nothing is 0', () => {
  const kernel: MatmulKernel = {
    kind: 'matmul',
    batch: [],
    m: [2],
    n: [3],
    k: [0],
    a: whole(0, [2, 0]),
    b: whole(1, [0, 3]),
    epilogue: plain(2, [2, 3]),
  }
  expect(runKernels([kernel], [floats([]), floats([])], [['float32', 6]])[0]).toEqual(new Float32Array(6))
})
