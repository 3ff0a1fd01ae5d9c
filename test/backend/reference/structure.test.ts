/** Moving, contracting, windows, indexing and loops, each against its formula on indices. */
import { describe, expect, it } from 'vitest'
import * as P from '../../../src/array/index.js'
import { reference } from '../../../src/backend/reference/index.js'
import { uniformOf } from '../../../src/diff/uniform.js'

type T = P.AnyTensor
const device = reference()
const any = <F>(f: F): ((...args: readonly unknown[]) => T) => f as never
const numbers = (x: T): number[] => [...P.toArray(device.evaluateSync(x))]
const uniform = uniformOf(4)
const random = (...shape: readonly number[]): P.Tensor =>
  P.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(uniform() - 0.5)),
    shape,
  )
/** The array of a shape from a formula on indices. */
const table = (shape: readonly number[], f: (...index: number[]) => number): number[] => {
  const [size, ...rest] = shape
  return size === undefined
    ? [f()]
    : Array.from({ length: size }, (_, i) => table(rest, (...index) => f(i, ...index))).flat()
}
const reader = (x: T): ((...index: readonly number[]) => number) => {
  const data = P.toArray(x)
  return (...index) => data[index.reduce((place, i, axis) => place * x.shape[axis]! + i, 0)]!
}

describe('moving', () => {
  const x = random(2, 3, 5)
  const at = reader(x)
  it('permute', () => {
    expect(numbers(any(P.permute)(x, [2, 0, 1]))).toEqual(table([5, 2, 3], (k, i, j) => at(i!, j!, k!)))
  })
  it('broadcastTo', () => {
    const y = random(3, 1)
    expect(numbers(P.broadcastTo(y, [2, 3, 4]))).toEqual(table([2, 3, 4], (_, j) => reader(y)(j!, 0)))
  })
  it('pad', () => {
    const padded = any(P.pad)(
      x,
      [
        [1, 0],
        [0, 2],
        [3, 1],
      ],
      7,
    )
    const inside = (i: number, j: number, k: number): boolean => i >= 1 && j < 3 && k >= 3 && k < 8
    expect(numbers(padded)).toEqual(table([3, 5, 9], (i, j, k) => (inside(i!, j!, k!) ? at(i! - 1, j!, k! - 3) : 7)))
  })
  it('slice', () => {
    expect(numbers(any(P.slice)(x, [1, 0, 1], [2, 3, -1], [1, 2, 2]))).toEqual(
      table([1, 2, 2], (i, j, k) => at(1 + i!, 2 * j!, 1 + 2 * k!)),
    )
  })
  it('flip', () => {
    expect(numbers(any(P.flip)(x, [0, 2]))).toEqual(table([2, 3, 5], (i, j, k) => at(1 - i!, j!, 4 - k!)))
  })
  it('concat', () => {
    const y = random(2, 1, 5)
    const joined = any(P.concatAll)([x, y, x], 1)
    expect(numbers(joined)).toEqual(
      table([2, 7, 5], (i, j, k) => (j! < 3 ? at(i!, j!, k!) : j === 3 ? reader(y)(i!, 0, k!) : at(i!, j! - 4, k!))),
    )
  })
  it('dynamicSlice moves its corner so that the window fits', () => {
    const cut = (...starts: readonly number[]): number[] =>
      numbers(P.dynamicSlice(x, P.tensor(starts, [3], 'int32'), [1, 2, 3]))
    expect(cut(1, 0, 2)).toEqual(table([1, 2, 3], (i, j, k) => at(1 + i!, j!, 2 + k!)))
    expect(cut(9, -9, 9)).toEqual(table([1, 2, 3], (i, j, k) => at(1 + i!, j!, 2 + k!)))
  })
  it('sizes of zero', () => {
    const none = P.zeros([0, 3])
    for (const y of [P.permute(none, [1, 0]), P.flip(none, 1), P.reshape(none, [3, 0]), P.slice(none, [0, 1])])
      expect(numbers(y as T)).toEqual([])
    expect(
      numbers(
        any(P.pad)(
          none,
          [
            [1, 0],
            [0, 0],
          ],
          2,
        ),
      ),
    ).toEqual([2, 2, 2])
    expect(numbers(P.concatAll([none, P.ones([1, 3])], 0) as T)).toEqual([1, 1, 1])
  })
})

describe('matmul', () => {
  const f = Math.fround
  it('adds blocks of 256 products in ascending order', () => {
    const [a, b] = [random(2, 600), random(600, 3)]
    const [x, y] = [reader(a), reader(b)]
    const expected = table([2, 3], (i, j) => {
      const blocks = [0, 256, 512].map((begin) => {
        let total = 0
        for (let k = begin; k < Math.min(begin + 256, 600); k++) total = f(total + f(x(i!, k) * y(k, j!)))
        return total
      })
      return f(f(blocks[0]! + blocks[1]!) + blocks[2]!)
    })
    expect(numbers(P.matmul(a, b) as T)).toEqual(expected)
  })
  it('broadcasts leading axes', () => {
    const [a, b] = [random(4, 1, 2, 3), random(5, 3, 2)]
    const [x, y] = [reader(a), reader(b)]
    const product = any(P.matmul)(a, b)
    expect(product.shape).toEqual([4, 5, 2, 2])
    expect(numbers(product)).toEqual(
      table([4, 5, 2, 2], (p, q, i, j) =>
        [0, 1, 2].reduce((total, k) => f(total + f(x(p!, 0, i!, k) * y(q!, k, j!))), 0),
      ),
    )
  })
  it('of nothing is zeros', () => {
    expect(numbers(any(P.matmul)(P.zeros([2, 0]), P.zeros([0, 3])))).toEqual([0, 0, 0, 0, 0, 0])
    expect(numbers(any(P.matmul)(P.zeros([0, 2]), P.zeros([2, 3])))).toEqual([])
  })
})

describe('windows', () => {
  const options = { size: [2, 3], stride: [2, 1], dilation: [1, 2] }
  const x = random(2, 5, 6)
  it('window reads x[o stride + k dilation]', () => {
    const y = P.window(x, options)
    expect(y.shape).toEqual([2, 2, 3, 2, 2])
    const at = reader(x)
    expect(numbers(y)).toEqual(table(y.shape, (n, k, l, o, p) => at(n!, 2 * o! + k!, p! + 2 * l!)))
  })
  it('overlapAdd adds back in ascending order of k, and leaves what no window covers 0', () => {
    const y = random(2, 2, 3, 2, 2)
    const at = reader(y)
    const expected = table([2, 5, 6], (n, h, w) => {
      let total = 0
      for (let k = 0; k < 2; k++)
        for (let l = 0; l < 3; l++)
          for (let o = 0; o < 2; o++)
            for (let p = 0; p < 2; p++)
              if (2 * o + k === h && p + 2 * l === w) total = Math.fround(total + at(n!, k, l, o, p))
      return total
    })
    expect(numbers(P.overlapAdd(y, [5, 6], options))).toEqual(expected)
  })
})

describe('indexing', () => {
  const indices = P.tensor([2, -1, 0, 5, 2, 1], [3, 2], 'int32')
  it('iota', () => {
    expect(numbers(P.iota([2, 3]))).toEqual([0, 1, 2, 3, 4, 5])
    expect(numbers(P.iota([2], 'float64') as T)).toEqual([0, 1])
  })
  it('gather reads 0 outside', () => {
    const x = random(4, 3)
    const at = reader(x)
    const index = reader(indices as T)
    const row = (i: number, j: number): number => index(i, j)
    const read = (i: number, k: number): number => (i < 0 || i > 3 ? 0 : at(i, k))
    expect(numbers(P.gather(x, indices))).toEqual(table([3, 2, 3], (i, j, k) => read(row(i!, j!), k!)))
    expect(numbers(P.gather(x, P.tensor([2, 9], [2], 'uint32'), 1))).toEqual(
      table([4, 2], (i, j) => (j === 0 ? at(i!, 2) : 0)),
    )
  })
  it('scatterAdd adds in ascending order, and drops what is outside', () => {
    const updates = P.tensor([1, 10, 100, 1000, 1e4, 1e5], [3, 2])
    expect(numbers(P.scatterAdd(indices, updates, 4))).toEqual([100, 1e5, 10001, 0])
  })
  it('argSort is stable, with NaN last', () => {
    const x = P.tensor([3, Number.NaN, 1, 3, -0, 0, Number.NaN, 1], [2, 4])
    expect(numbers(P.argSort(x) as T)).toEqual([2, 0, 3, 1, 0, 1, 3, 2])
  })
  it('cumulativeSum adds in ascending order', () => {
    const x = P.tensor([1, 2, 3, 4, 5, 6], [3, 2])
    expect(numbers(P.cumulativeSum(x, 0) as T)).toEqual([1, 2, 4, 6, 9, 12])
    expect(numbers(P.cumulativeSum(x, 1) as T)).toEqual([1, 3, 3, 7, 5, 11])
    expect(numbers(P.cumulativeSum(P.zeros([0, 2]), 0) as T)).toEqual([])
  })
})

describe('scan', () => {
  const step = (c: T, x: T) => [any(P.add)(any(P.mul)(c, 2), x), c] as const
  const xs = P.tensor([1, 2, 3, 4], [4], 'int32') as T
  it('runs forward and in reverse; stacked results stand at their step', () => {
    const c = P.literal(1, 'int32') as T
    expect(P.scan(step, c, xs).map(numbers)).toEqual([[42], [1, 3, 8, 19]])
    expect(P.scan(step, c, xs, { reverse: true }).map(numbers)).toEqual([[65], [32, 15, 6, 1]])
  })
  it('of no steps gives the carry back', () => {
    const none = P.tensor([], [0], 'int32') as T
    expect(P.scan(step, P.literal(7, 'int32') as T, none).map(numbers)).toEqual([[7], []])
  })
  it('reads captures, and literals that change', () => {
    const run = (k: number, rate: number): number[][] =>
      P.scan(
        (c: T, x: T) => [any(P.add)(any(P.mul)(c, P.tensor([k], [], 'int32')), any(P.mul)(x, rate)), x] as const,
        P.literal(0, 'int32') as T,
        xs,
      ).map(numbers)
    expect(run(10, 1)).toEqual([[1234], [1, 2, 3, 4]])
    expect(run(10, 2)).toEqual([[2468], [1, 2, 3, 4]])
  })
  it('nests', () => {
    const sums = P.scan(
      (c: T, row: T) => {
        const [total, all] = P.scan((d: T, x: T) => [any(P.add)(d, x), any(P.mul)(d, c)] as const, c, row)
        return [total, all] as const
      },
      P.literal(1, 'int32') as T,
      P.tensor([1, 2, 3, 4], [2, 2], 'int32') as T,
    )
    expect(sums.map(numbers)).toEqual([[11], [1, 2, 16, 28]])
  })
})

describe('the backend', () => {
  it('gives results that are nobody else’s', () => {
    const x = P.tensor([1, 2])
    const [a, b] = device.evaluateSync([P.reshape(P.add(x, 0), [2, 1]), P.add(x, 0)])
    expect([...P.toArray(a!), ...P.toArray(b!)]).toEqual([1, 2, 1, 2])
  })
  it('explains what it runs', () => {
    const { kernels } = device.explainSync(P.matmul(P.zeros([2, 3]), P.zeros([3, 5])))
    const product = kernels.find(({ kernel }) => kernel === 'matmul')
    expect(product).toMatchObject({ shape: [2, 5], flops: 60, bytes: 40 })
  })
  it('runs float64 without rounding to float32', () => {
    expect(numbers(any(P.add)(P.tensor([0.1], [1], 'float64'), 0.2))).toEqual([0.1 + 0.2])
  })
  it('places, reads and advances', () => {
    const placed = device.placeSync(P.tensor([1, 2]))
    expect([...P.toArray(device.evaluateSync(P.add(placed, 1) as T))]).toEqual([2, 3])
    const next = device.advanceSync(P.add(placed, 1), placed)
    expect([...P.toArray(device.readSync(next))]).toEqual([2, 3])
  })
})
