import { describe, expect, it } from 'vitest'
import * as P from '../../../src/array/index.js'
import { reference } from '../../../src/backend/reference/index.js'
import { uniformOf } from '../../../src/diff/uniform.js'

const device = reference()
const numbers = (x: P.AnyTensor): number[] => [...P.toArray(device.evaluateSync(x))]
const { NaN: nan } = Number

/** The order of src/array/reduce.ts over rows of float32, written once more and shorter. */
const model = (rows: readonly (readonly number[])[]): number => {
  const chunks = rows.flatMap((row) =>
    Array.from({ length: Math.ceil(row.length / 4096) }, (_, i) => row.slice(4096 * i, 4096 * (i + 1))),
  )
  const sums: number[] = []
  while (chunks.length > 0) {
    const lanes = new Float32Array(8)
    let room = 4096
    do {
      const chunk = chunks.shift()!
      for (const [i, x] of chunk.entries()) lanes[i % 8]! += x
      room -= chunk.length
    } while (chunks.length > 0 && chunks[0]!.length <= room)
    const f = Math.fround
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => f(lanes[i]! + lanes[i + 4]!)) as [number, number, number, number]
    sums.push(f(f(a + c) + f(b + d)))
  }
  return sums.length === 1 ? sums[0]! : model([sums])
}

const uniform = uniformOf(3)
const random = (...shape: readonly number[]): P.Tensor =>
  P.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(100 * uniform() - 30)),
    shape,
  )
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('a sum of float32 has one order', () => {
  it('of a row: chunks of 4096, eight lanes, a tree', () => {
    for (const n of [1, 7, 8, 9, 100, 4095, 4096, 4097, 9000, 3 * 4096]) {
      const x = random(n)
      expect(numbers(P.sum(x))).toEqual([model([[...P.toArray(x)]])])
    }
  })
  it('of more than 4096 chunks: the blocks are a row again', () => {
    const n = 4096 * 5000
    const x = P.broadcastTo(P.tensor([0.1]), [n])
    const chunk = model([new Array<number>(4096).fill(Math.fround(0.1))])
    expect(numbers(P.sum(x))).toEqual([model([new Array<number>(5000).fill(chunk)])])
  })
  it('of rows that are not neighbours: as many as fill a block', () => {
    for (const [a, b, c] of [
      [100, 3, 64],
      [3, 2, 5000],
      [5, 2, 2000],
      [5000, 2, 1],
    ] as const) {
      const x = random(a, b, c)
      const data = P.toArray(x)
      const at = (i: number, j: number, k: number): number => data[(i * b + j) * c + k]!
      const expected = range(b).map((j) => model(range(a).map((i) => range(c).map((k) => at(i, j, k)))))
      expect(numbers(P.sum(x, [0, 2]))).toEqual(expected)
    }
  })
  it('of one axis inside: its elements are the row', () => {
    const x = random(5000, 3)
    const data = P.toArray(x)
    expect(numbers(P.sum(x, 0))).toEqual(range(3).map((j) => model([range(5000).map((i) => data[3 * i + j]!)])))
  })
  it('of all axes: one row, whatever the shape', () => {
    const x = random(70, 80, 2)
    expect(numbers(P.sum(x))).toEqual(numbers(P.sum(P.reshape(x, [11200]))))
  })
})

describe('reductions', () => {
  it('of integers are exact modulo 2^32', () => {
    expect(numbers(P.sum(P.tensor([0x7fffffff, 1, 5], [3], 'int32')))).toEqual([-0x80000000 + 5])
    expect(numbers(P.prod(P.tensor([0x10001, 0x10001], [2], 'uint32')))).toEqual([0x20001])
  })
  it('let NaN win', () => {
    const x = P.tensor([1, nan, 3, 2, 5, 4], [2, 3])
    expect(numbers(P.max(x, 1))).toEqual([nan, 5])
    expect(numbers(P.min(x, 1))).toEqual([nan, 2])
    expect(numbers(P.argMax(x, 1))).toEqual([1, 1])
  })
  it('argMax takes the first of equals', () => {
    expect(numbers(P.argMax(P.tensor([1, 3, 3, 0], [4], 'int32'), 0))).toEqual([1])
    expect(
      numbers(
        P.argMax(
          P.tensor([
            [1, 5],
            [2, 5],
          ]),
          0,
        ),
      ),
    ).toEqual([1, 0])
  })
  it('of nothing are identities', () => {
    const none = P.zeros([0, 2])
    expect([numbers(P.sum(none, 0)), numbers(P.prod(none, 0))]).toEqual([
      [0, 0],
      [1, 1],
    ])
    expect(numbers(P.sum(P.zeros([2, 0]), 0))).toEqual([])
    expect(numbers(P.sum(P.zeros([2, 0, 3]), [0, 2]))).toEqual([])
    expect(numbers(P.sum(P.zeros([0, 2, 3]), [0, 2]))).toEqual([0, 0])
  })
  it('of a product keep the order too', () => {
    expect(numbers(P.prod(P.tensor([2, 3, 4, 5]), 0))).toEqual([120])
    expect(
      numbers(
        P.prod(
          P.tensor([
            [2, 3],
            [4, 5],
          ]),
          1,
          true,
        ),
      ),
    ).toEqual([6, 20])
  })
})
