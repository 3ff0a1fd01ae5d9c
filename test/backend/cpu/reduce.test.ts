import { describe, expect, it } from 'vitest'
import type { ReduceOp } from '../../../src/array/node.js'
import { sizeOf, stridesOf } from '../../../src/array/shape.js'
import type { Body, ReduceKernel } from '../../../src/engine/kernel.js'
import { type ReductionCase, reductions } from '../kernelCases/reduce.js'
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

const operandOf = ({ strides, kept, outer, row }: ReductionCase, seed: number, special: boolean) => {
  const dims = [...kept, ...outer, ...row]
  const low = dims.reduce((n, size, d) => n + Math.min(0, (size - 1) * strides[d]!), 0)
  const high = dims.reduce((n, size, d) => n + Math.max(0, (size - 1) * strides[d]!), 0)
  return { dims, offset: -low, data: someFloats(high - low + 1, seed, special) }
}

const elementsOf = (
  { kept, outer, row, strides }: ReductionCase,
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

describe.each(reductions)('$name', (each) => {
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
