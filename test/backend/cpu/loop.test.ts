import { describe, expect, it } from 'vitest'
import type { DType, HostArray } from '../../../src/array/dtype.js'
import type { BinaryOp, UnaryOp } from '../../../src/array/node.js'
import { sizeOf, stridesOf } from '../../../src/array/shape.js'
import { binary, unary } from '../../../src/backend/reference/elementwise.js'
import type { LoopKernel } from '../../../src/engine/kernel.js'
import { all, binaryOps, integral, make, pairs, samples, unaryOps } from '../kernelCases/elementwise.js'
import {
  addressAt,
  awkward,
  eachPlace,
  floats,
  type Given,
  runKernels,
  sameBits,
  someFloats,
  unsigned,
  whole,
} from './support.js'

const elementwise = (op: UnaryOp | BinaryOp, inputs: readonly Given[], dtype: DType): HostArray => {
  const size = inputs[0]!.data.length
  const kernel: LoopKernel = {
    kind: 'loop',
    dims: [size],
    operands: inputs.map((input, i) => ({ kind: 'load', dtype: input.dtype, access: whole(i, [size]) })),
    steps: [{ op, dtype, args: inputs.map((_, i) => i) }],
    stores: [{ value: inputs.length, access: whole(inputs.length, [size]) }],
  }
  return runKernels([kernel], inputs, [[dtype, size]])[0]!
}
const view = ({ dtype, data }: Given) => ({ dtype, data, shape: [data.length] })

describe('every operation has the bits of the reference', () => {
  for (const [op, dtypes] of unaryOps)
    for (const dtype of dtypes)
      it(`${op} of ${dtype}`, () => {
        const x = make[dtype]!(samples[dtype]!)
        expect(elementwise(op, [x], dtype)).toEqual(unary(op, view(x), dtype))
      })

  for (const [op, dtypes] of binaryOps)
    for (const dtype of dtypes)
      it(`${op} of ${dtype}`, () => {
        const [a, b] = pairs(samples[dtype]!).map(make[dtype]!) as [Given, Given]
        const result = op === 'less' || op === 'equal' ? 'bool' : dtype
        const wanted = binary(op, view(a), view(b), [a.data.length], result)
        expect(elementwise(op, [a, b], result)).toEqual(wanted)
      })

  for (const op of ['shiftLeft', 'shiftRight'] as const)
    for (const dtype of integral)
      it(`${op} of ${dtype}, by lanes`, () => {
        const values = samples[dtype]!
        const a = make[dtype]!(values.flatMap((v) => Array.from({ length: 32 }, () => v)))
        const b = make[dtype]!(values.flatMap(() => Array.from({ length: 32 }, (_, i) => i)))
        expect(elementwise(op, [a, b], dtype)).toEqual(binary(op, view(a), view(b), [a.data.length], dtype))
      })

  for (const from of all)
    for (const to of all)
      it(`cast from ${from} to ${to}`, () => {
        const x = make[from]!(samples[from]!)
        expect(elementwise('cast', [x], to)).toEqual(unary('cast', view(x), to))
      })

  it('bitcast', () => {
    const x = floats(awkward)
    expect(elementwise('bitcast', [x], 'int32')).toEqual(unary('bitcast', view(x), 'int32'))
  })
})

it('tells -0 from 0, which toEqual does too', () => {
  const x = floats([0, -0])
  const got = elementwise('neg', [x], 'float32')
  expect([Object.is(got[0], -0), Object.is(got[1], 0)]).toEqual([true, true])
})

/** y = x w + index - constant, for accesses of every kind of stride. */
describe('every stride at every size', () => {
  const kinds = [
    { name: 'neighbours', of: (dims: readonly number[]) => stridesOf(dims) },
    { name: 'broadcast rows', of: (dims: readonly number[]) => dims.map((_, d) => (d === 0 ? 1 : 0)) },
    { name: 'broadcast columns', of: (dims: readonly number[]) => dims.map((_, d) => (d === dims.length - 1 ? 1 : 0)) },
    { name: 'one element', of: (dims: readonly number[]) => dims.map(() => 0) },
    { name: 'every second', of: (dims: readonly number[]) => stridesOf(dims).map((s) => 2 * s) },
    { name: 'every third', of: (dims: readonly number[]) => stridesOf(dims).map((s) => 3 * s) },
    { name: 'flipped', of: (dims: readonly number[]) => stridesOf(dims).map((s) => -s) },
    { name: 'transposed', of: (dims: readonly number[]) => [...stridesOf([...dims].reverse())].reverse() },
    { name: 'overlapping', of: (dims: readonly number[]) => dims.map(() => 1) },
  ]
  const shapes = [
    [1],
    [2],
    [3],
    [5],
    [8],
    [257],
    [1030],
    [],
    [3, 5],
    [4, 4],
    [2, 3, 7],
    [5, 1, 9],
    [3, 2, 2, 6],
    [300, 3],
    [19, 22],
    [3, 17, 9],
  ]
  for (const { name, of } of kinds)
    it(name, () => {
      for (const dims of shapes) {
        const strides = of(dims)
        const low = dims.reduce((n, size, d) => n + Math.min(0, (size - 1) * strides[d]!), 0)
        const access = { buffer: 0, offset: 2 - low, strides }
        const size = 3 + dims.reduce((n, length, d) => n + Math.abs((length - 1) * strides[d]!), 0)
        const x = floats(someFloats(size, size))
        const w = floats(someFloats(sizeOf(dims), 7))
        const count = sizeOf(dims)
        const order = stridesOf(dims).map((s) => 2 * s)
        const kernel: LoopKernel = {
          kind: 'loop',
          dims,
          operands: [
            { kind: 'load', dtype: 'float32', access },
            { kind: 'load', dtype: 'float32', access: whole(1, dims) },
            { kind: 'index', dtype: 'float32', offset: 5, strides: order },
            { kind: 'constant', dtype: 'float32', value: 0.25 },
            { kind: 'scalar', dtype: 'float32', index: 0 },
          ],
          steps: [
            { op: 'mul', dtype: 'float32', args: [0, 1] },
            { op: 'add', dtype: 'float32', args: [5, 2] },
            { op: 'sub', dtype: 'float32', args: [3, 4] },
            { op: 'add', dtype: 'float32', args: [6, 7] },
          ],
          stores: [{ value: 8, access: whole(2, dims) }],
        }
        const got = runKernels([kernel], [x, w], [['float32', count]], [], [0.1])[0]!
        const wanted = new Float32Array(count)
        let i = 0
        eachPlace(dims, (place) => {
          const index = place.reduce((n, p, d) => n + p * order[d]!, 5)
          const product = Math.fround(x.data[addressAt(access, place)]! * w.data[i]!)
          wanted[i++] = Math.fround(product + index) + Math.fround(0.25 - Math.fround(0.1))
        })
        expect(got, `${dims}`).toEqual(wanted)
      }
    })

  it('stores with strides, and leaves what lies between', () => {
    for (const stride of [2, 3, -1]) {
      const n = 11
      const dims = [n]
      const size = 3 * n + 3
      const offset = stride < 0 ? n : 1
      const fill: LoopKernel = {
        kind: 'loop',
        dims: [size],
        operands: [{ kind: 'constant', dtype: 'float32', value: 9 }],
        steps: [],
        stores: [{ value: 0, access: whole(1, [size]) }],
      }
      const store: LoopKernel = {
        kind: 'loop',
        dims,
        operands: [{ kind: 'load', dtype: 'float32', access: whole(0, dims) }],
        steps: [],
        stores: [{ value: 0, access: { buffer: 1, offset, strides: [stride] } }],
      }
      const x = floats(someFloats(n, 3))
      const wanted = new Float32Array(size).fill(9)
      for (let i = 0; i < n; i++) wanted[offset + i * stride] = x.data[i]!
      expect(runKernels([fill, store], [x], [['float32', size]])[0]).toEqual(wanted)
    }
  })

  it('a result may take the place of an operand', () => {
    for (const n of [1, 3, 4, 7, 1000]) {
      const x = floats(someFloats(n, n))
      const copy: LoopKernel = {
        kind: 'loop',
        dims: [n],
        operands: [{ kind: 'load', dtype: 'float32', access: whole(0, [n]) }],
        steps: [],
        stores: [{ value: 0, access: whole(1, [n]) }],
      }
      const twice: LoopKernel = {
        kind: 'loop',
        dims: [n],
        operands: [{ kind: 'load', dtype: 'float32', access: whole(1, [n]) }],
        steps: [{ op: 'add', dtype: 'float32', args: [0, 0] }],
        stores: [{ value: 1, access: whole(1, [n]) }],
      }
      const got = runKernels([copy, twice], [x], [['float32', n]])[0]!
      expect(sameBits(got, x.data.map((v) => v + v) as HostArray)).toBe(true)
    }
  })
})

it('select, bools and uniform shifts', () => {
  const n = 13
  const x = unsigned(Array.from({ length: n }, (_, i) => i * 987654321))
  const dims = [n]
  const kernel: LoopKernel = {
    kind: 'loop',
    dims,
    operands: [
      { kind: 'load', dtype: 'uint32', access: whole(0, dims) },
      { kind: 'scalar', dtype: 'uint32', index: 0 },
      { kind: 'constant', dtype: 'uint32', value: 19 },
      { kind: 'constant', dtype: 'bool', value: 1 },
    ],
    steps: [
      { op: 'shiftLeft', dtype: 'uint32', args: [0, 1] },
      { op: 'shiftRight', dtype: 'uint32', args: [0, 2] },
      { op: 'or', dtype: 'uint32', args: [4, 5] },
      { op: 'less', dtype: 'bool', args: [6, 0] },
      { op: 'xor', dtype: 'bool', args: [7, 3] },
      { op: 'select', dtype: 'uint32', args: [8, 6, 0] },
    ],
    stores: [
      { value: 9, access: whole(1, dims) },
      { value: 8, access: whole(2, dims) },
    ],
  }
  const [values, flags] = runKernels(
    [kernel],
    [x],
    [
      ['uint32', n],
      ['bool', n],
    ],
    [],
    [13],
  )
  const rotated = Array.from(x.data, (v) => ((v << 13) | (v >>> 19)) >>> 0)
  const above = rotated.map((v, i) => v >= x.data[i]!)
  expect(flags).toEqual(Uint8Array.from(above, Number))
  expect(values).toEqual(Uint32Array.from(rotated, (v, i) => (above[i] ? v : x.data[i]!)))
})

it('a bound that is a constant has the bits of one that is not', () => {
  const x = floats([...awkward, 7.5, -7.5])
  const dims = [x.data.length]
  for (const op of ['maximum', 'minimum'] as const)
    for (const bound of [0, -0, 1.5, -1.5, Infinity, -Infinity, Number.NaN])
      for (const args of [
        [0, 1],
        [1, 0],
      ]) {
        const kernel: LoopKernel = {
          kind: 'loop',
          dims,
          operands: [
            { kind: 'load', dtype: 'float32', access: whole(0, dims) },
            { kind: 'constant', dtype: 'float32', value: bound },
          ],
          steps: [{ op, dtype: 'float32', args }],
          stores: [{ value: 2, access: whole(1, dims) }],
        }
        const f = op === 'maximum' ? Math.max : Math.min
        const wanted = Float32Array.from(x.data, (v) => f(v, bound))
        expect(sameBits(runKernels([kernel], [x], [['float32', dims[0]!]])[0]!, wanted), `${op} ${bound}`).toBe(true)
      }
})

it('selects zeros', () => {
  const x = floats(awkward)
  const dims = [x.data.length]
  for (const [args, f] of [
    [[2, 1, 0], (v: number) => (v < 0 ? 0 : v)],
    [[2, 0, 1], (v: number) => (v < 0 ? v : 0)],
  ] as const) {
    const kernel: LoopKernel = {
      kind: 'loop',
      dims,
      operands: [
        { kind: 'load', dtype: 'float32', access: whole(0, dims) },
        { kind: 'constant', dtype: 'float32', value: 0 },
      ],
      steps: [
        { op: 'less', dtype: 'bool', args: [0, 1] },
        { op: 'select', dtype: 'float32', args },
      ],
      stores: [{ value: 3, access: whole(1, dims) }],
    }
    const wanted = Float32Array.from(x.data, f)
    expect(sameBits(runKernels([kernel], [x], [['float32', dims[0]!]])[0]!, wanted)).toBe(true)
  }
})
