import { describe, expect, it } from 'vitest'
import type { ReduceOp } from '../../../src/array/node.js'
import { sizeOf, stridesOf } from '../../../src/array/shape.js'
import type { Body, ReduceKernel } from '../../../src/engine/kernel.js'
import { addressAt, eachPlace, floats, integers, runKernels, sameBits, someFloats, whole } from './support.js'

const { fround } = Math

/** The order that src/array/reduce.ts states, for rows of r elements. */
const model = (
  elements: readonly number[],
  r: number,
  f: (a: number, b: number) => number,
  identity: number,
): number => {
  const blocks: number[][][] = []
  for (let row = 0; row < elements.length; row += r)
    for (let begin = 0; begin < r; begin += 4096) {
      const chunk = elements.slice(row + begin, row + Math.min(begin + 4096, r))
      const last = blocks[blocks.length - 1]
      if (last !== undefined && last.flat().length + chunk.length <= 4096) last.push(chunk)
      else blocks.push([chunk])
    }
  const results = blocks.map((block) => {
    const lane = new Array<number>(8).fill(identity)
    for (const chunk of block) for (const [i, x] of chunk.entries()) lane[i % 8] = f(lane[i % 8]!, x)
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => f(lane[i]!, lane[i + 4]!)) as [number, number, number, number]
    return f(f(a, c), f(b, d))
  })
  return results.length > 1 ? model(results, results.length, f, identity) : results[0]!
}
const folds: Readonly<Record<Exclude<ReduceOp, 'argMax'>, (elements: readonly number[], r: number) => number>> = {
  sum: (x, r) => model(x, r, (a, b) => fround(a + b), 0),
  prod: (x, r) => model(x, r, (a, b) => fround(a * b), 1),
  max: (x) => x.reduce((a, b) => Math.max(a, b)),
  min: (x) => x.reduce((a, b) => Math.min(a, b)),
}
const placeOfLargest = (x: readonly number[]): number => {
  const nan = x.findIndex(Number.isNaN)
  return nan >= 0 ? nan : x.reduce((best, v, i) => (v > x[best]! ? i : best), 0)
}

const load = (buffer: number, offset: number, strides: readonly number[]): Body['operands'][number] => ({
  kind: 'load',
  dtype: 'float32',
  access: { buffer, offset, strides },
})

/** Sizes of kept, outer and row dims, and how the operand lies. */
interface Case {
  readonly name: string
  readonly kept: readonly number[]
  readonly outer: readonly number[]
  readonly row: readonly number[]
  /** Strides for [...kept, ...outer, ...row]. */
  readonly strides: readonly number[]
}
const contiguous = (name: string, kept: readonly number[], outer: readonly number[], row: readonly number[]): Case => ({
  name,
  kept,
  outer,
  row,
  strides: stridesOf([...kept, ...outer, ...row]),
})
/** Rows first in memory: kept places are neighbours. */
const columns = (name: string, kept: readonly number[], row: readonly number[]): Case => ({
  name,
  kept,
  outer: [],
  row,
  strides: [...stridesOf(kept), ...stridesOf(row).map((s) => s * sizeOf(kept))],
})

const cases: readonly Case[] = [
  contiguous('one element', [], [], [1]),
  contiguous('a short row', [], [], [13]),
  contiguous('a row', [], [], [4096]),
  contiguous('more than a block', [], [], [4097]),
  contiguous('many blocks', [], [], [40001]),
  contiguous('rows', [7], [], [10]),
  contiguous('longer rows', [3, 5], [], [259]),
  contiguous('rows of many chunks', [3], [], [9000]),
  contiguous('no row at all', [6], [], [1]),
  contiguous('outer rows', [2], [3], [5]),
  contiguous('outer rows in blocks', [2], [70], [129]),
  contiguous('outer rows of chunks', [2], [3], [4100]),
  { name: 'batch normalisation', kept: [3], outer: [5], row: [36], strides: [36, 108, 1] },
  { name: 'batch normalisation in blocks', kept: [3], outer: [40], row: [256], strides: [256, 768, 1] },
  { name: 'two outer dims', kept: [2], outer: [3, 4], row: [30], strides: [30, 240, 60, 1] },
  columns('columns', [9], [11]),
  columns('columns in blocks', [6], [5000]),
  columns('columns of many blocks', [5], [20001]),
  columns('many columns', [37], [300]),
  columns('two kept dims', [3, 7], [12]),
  { name: 'kept outside and inside', kept: [3, 10], outer: [], row: [6], strides: [60, 1, 10] },
  { name: 'outer columns', kept: [5], outer: [6], row: [9], strides: [1, 50, 5] },
  { name: 'windows', kept: [2, 5, 5], outer: [], row: [2, 2], strides: [100, 20, 2, 10, 1] },
  { name: 'overlapping windows', kept: [2, 6, 7], outer: [], row: [3, 3], strides: [80, 9, 1, 9, 1] },
  { name: 'flipped rows', kept: [4], outer: [], row: [21], strides: [21, -1] },
  { name: 'rows with gaps', kept: [4], outer: [], row: [21], strides: [64, 3] },
  { name: 'a row that is no single walk', kept: [], outer: [], row: [5, 6], strides: [8, 1] },
  { name: 'rows that are no single walk', kept: [3], outer: [2], row: [7, 600], strides: [1, 20000, 601, 1] },
  { name: 'padded rows', kept: [3], outer: [5], row: [4, 16], strides: [100, 400, 20, 1] },
  { name: 'padded rows in blocks', kept: [2], outer: [9], row: [32, 32], strides: [1200, 2400, 34, 1] },
  { name: 'one long padded row', kept: [], outer: [], row: [80, 64], strides: [70, 1] },
  { name: 'long padded rows', kept: [2], outer: [2], row: [64, 128], strides: [9000, 18000, 130, 1] },
  { name: 'a broadcast operand', kept: [3], outer: [], row: [10], strides: [1, 0] },
]

const operandOf = ({ strides, kept, outer, row }: Case, seed: number, special: boolean) => {
  const dims = [...kept, ...outer, ...row]
  const low = dims.reduce((n, size, d) => n + Math.min(0, (size - 1) * strides[d]!), 0)
  const high = dims.reduce((n, size, d) => n + Math.max(0, (size - 1) * strides[d]!), 0)
  return { dims, offset: -low, data: someFloats(high - low + 1, seed, special) }
}

const elementsOf = (
  { kept, outer, row, strides }: Case,
  offset: number,
  data: ArrayLike<number>,
  f = (x: number) => x,
): number[][] => {
  const result: number[][] = []
  eachPlace(kept, (place) => {
    const list: number[] = []
    eachPlace([...outer, ...row], (rest) =>
      list.push(f(data[addressAt({ buffer: 0, offset, strides }, [...place, ...rest])]!)),
    )
    result.push(list)
  })
  return result
}

describe.each(cases)('$name', (each) => {
  const { kept, outer, row, strides } = each
  const count = sizeOf(kept)
  const kernelOf = (op: ReduceOp, dims: readonly number[], offset: number): ReduceKernel => ({
    kind: 'reduce',
    op,
    dims,
    kept: kept.length,
    outer: outer.length,
    operands: [load(0, offset, strides)],
    steps: [],
    stores: [],
    value: 0,
    epilogue: {
      operands: [{ kind: 'result', dtype: op === 'argMax' ? 'int32' : 'float32' }],
      steps: [],
      stores: [{ value: 0, access: whole(1, kept) }],
    },
  })

  for (const op of ['sum', 'prod', 'max', 'min'] as const)
    for (const special of [false, true])
      it(`${op}${special ? ' with NaN and infinities' : ''}`, () => {
        const { dims, offset, data } = operandOf(each, 5, special)
        const got = runKernels([kernelOf(op, dims, offset)], [floats(data)], [['float32', count]])[0]!
        const wanted = elementsOf(each, offset, data).map((list) => folds[op](list, sizeOf(row)))
        expect(sameBits(got, Float32Array.from(wanted)), `${got} is not ${wanted}`).toBe(true)
      })

  if (outer.length === 0)
    it('argMax', () => {
      for (const special of [false, true]) {
        const { dims, offset, data } = operandOf(each, 8, special)
        const coarse = data.map((x) => Math.round(x * 3))
        const got = runKernels([kernelOf('argMax', dims, offset)], [floats(coarse)], [['int32', count]])[0]!
        expect(got).toEqual(Int32Array.from(elementsOf(each, offset, coarse), placeOfLargest))
      }
    })

  it('a body that is stored too, and an epilogue', () => {
    const { dims, offset, data } = operandOf(each, 9, false)
    const kernel: ReduceKernel = {
      ...kernelOf('sum', dims, offset),
      steps: [{ op: 'mul', dtype: 'float32', args: [0, 0] }],
      stores: [{ value: 1, access: whole(3, dims) }],
      value: 1,
      epilogue: {
        operands: [{ kind: 'result', dtype: 'float32' }, load(1, 0, stridesOf(kept))],
        steps: [{ op: 'sub', dtype: 'float32', args: [0, 1] }],
        stores: [{ value: 2, access: whole(2, kept) }],
      },
    }
    const other = someFloats(count, 4)
    const outputs = [
      ['float32', count],
      ['float32', sizeOf(dims)],
    ] as const
    const [got, squares] = runKernels([kernel], [floats(data), floats(other)], outputs)
    const lists = elementsOf(each, offset, data, (x) => fround(x * x))
    expect(squares).toEqual(Float32Array.from(lists.flat()))
    expect(got).toEqual(Float32Array.from(lists, (list, i) => folds.sum(list, sizeOf(row)) - other[i]!))
  })

  it('integers', () => {
    const { dims, offset, data } = operandOf(each, 2, false)
    const whole32 = data.map((x) => Math.round(x * 1000))
    for (const op of ['sum', 'max', 'min'] as const) {
      const kernel = kernelOf(op, dims, offset)
      const typed: ReduceKernel = {
        ...kernel,
        operands: [{ ...kernel.operands[0]!, dtype: 'int32' }],
        epilogue: { ...kernel.epilogue, operands: [{ kind: 'result', dtype: 'int32' }] },
      }
      const got = runKernels([typed], [integers(whole32)], [['int32', count]])[0]!
      const f = op === 'sum' ? (a: number, b: number) => (a + b) | 0 : op === 'max' ? Math.max : Math.min
      expect(got).toEqual(Int32Array.from(elementsOf(each, offset, whole32), (list) => list.reduce((a, b) => f(a, b))))
    }
  })
})

describe('nothing to reduce', () => {
  const nothing = (op: ReduceOp, kept: readonly number[]): ReduceKernel => ({
    kind: 'reduce',
    op,
    dims: [...kept, 0],
    kept: kept.length,
    outer: 0,
    operands: [load(0, 0, [...kept.map(() => 0), 1])],
    steps: [],
    stores: [],
    value: 0,
    epilogue: {
      operands: [{ kind: 'result', dtype: 'float32' }],
      steps: [],
      stores: [{ value: 0, access: whole(1, kept) }],
    },
  })
  it('gives the identity', () => {
    expect(runKernels([nothing('sum', [3])], [floats([])], [['float32', 3]])[0]).toEqual(new Float32Array(3))
    expect(runKernels([nothing('prod', [2])], [floats([])], [['float32', 2]])[0]).toEqual(Float32Array.of(1, 1))
  })
  it('for nobody gives nothing', () => {
    expect(runKernels([nothing('sum', [0])], [floats([])], [['float32', 0]])[0]).toEqual(new Float32Array(0))
  })
})
