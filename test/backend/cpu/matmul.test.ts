import { describe, expect, it } from 'vitest'
import { sizeOf, stridesOf } from '../../../src/array/shape.js'
import type { Body, MatmulKernel } from '../../../src/engine/kernel.js'
import { dimsOf, fourWays, kernelOf, type ProductCase, plain, strange } from '../kernelCases/matmul.js'
import { addressAt, eachPlace, floats, runKernels, sameBits, someFloats, whole } from './support.js'

const { fround } = Math

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

const setUp = (each: ProductCase, epilogue: Body, special = false) => {
  const { batch = [], m, k } = each
  const { kernel, inputs } = kernelOf(each, epilogue, special)
  const [x, y] = inputs
  const wanted: number[] = []
  eachPlace(dimsOf(each), (place) => {
    const [i, j, l] = [
      place.slice(0, batch.length),
      place.slice(batch.length, batch.length + m.length),
      place.slice(batch.length + m.length),
    ]
    const p: number[] = []
    const q: number[] = []
    eachPlace(k, (depth) => {
      p.push(x[addressAt(kernel.a, [...i, ...j, ...depth])]!)
      q.push(y[addressAt(kernel.b, [...i, ...depth, ...l])]!)
    })
    wanted.push(model(p, q))
  })
  return { kernel, inputs: inputs.map(floats), wanted: Float32Array.from(wanted) }
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
  // Every number of steps that the micro-kernel's last turn can have.
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 16].map((k): readonly [number, number, number] => [8, 16, k]),
]
const square: readonly ProductCase[] = sizes.flatMap(([m, n, k]) => fourWays(m, n, k))

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
  const each: ProductCase = { name: '', m: [13], n: [21], k: [300] }
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
