import { expect, it } from 'vitest'
import { eye } from '../../../src/array/arrange.js'
import { matmul } from '../../../src/array/contract.js'
import { add, mul } from '../../../src/array/elementwise.js'
import { reshape } from '../../../src/array/move.js'
import { sum } from '../../../src/array/reduce.js'
import { type AnyTensor, type Tensor, tensor, toArray } from '../../../src/array/tensor.js'
import { leaves, mapTree } from '../../../src/array/tree.js'
import { reference } from '../../../src/backend/reference/device.js'
import { leastLimits, onGpu, openHalves, openRuntime } from './support.js'

type Vector = Tensor<[number]>

const vectors = (count: number, size: number): readonly Vector[] =>
  Array.from({ length: count }, (_, k) => tensor(Array.from({ length: size }, (_, i) => ((7 * i + 3 * k) % 16) / 16)))
const sumOf = (xs: readonly Vector[]): Vector => xs.reduce((a, b) => add(a, b))

/** Sums of powers of two of 1/16 are exact: bits must agree. */
const expectSame = (got: unknown, wanted: unknown): void => {
  const [a, b] = [leaves(got), leaves(wanted)]
  expect(a.length).toBe(b.length)
  a.forEach((x, i) => {
    expect(toArray(x as AnyTensor)).toEqual(toArray(b[i] as AnyTensor))
  })
}

onGpu('more arrays than storage buffers', async () => {
  const { runtime, device } = await openRuntime(leastLimits)

  it('a loop over 14 leaves', async () => {
    const xs = vectors(14, 37)
    const { kernels, dispatches } = await device.explain(sumOf(xs))
    expect([kernels.length, (dispatches ?? 0) > 1]).toEqual([1, true])
    expectSame(await device.evaluate(sumOf(xs)), reference().evaluateSync(sumOf(xs)))
  })

  it('one that gives many results', async () => {
    const xs = vectors(9, 5)
    const results = xs.map((x, i) => add(mul(x, i), xs[0]!))
    expectSame(await device.evaluate(results), reference().evaluateSync(results))
  })

  it('an update in place of parameters and moments, again and again', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const
    const start = Object.fromEntries(names.map((name, k) => [name, vectors(3, 8 + k)]))
    // Moments of all follow one another, so that all are one kernel where sizes agree.
    const step = (state: typeof start): typeof start =>
      mapTree(state, (x) => add(mul(x as Vector, 0.5), 0.25)) as typeof start
    let here = await device.place(start)
    let there = start
    for (let i = 0; i < 3; i++) {
      here = await device.advance(step(here), here)
      there = reference().evaluateSync(step(there))
    }
    expectSame(await device.read(here), there)
  })

  it('results in the place of operands, with more operands than fit', async () => {
    const xs = vectors(12, 16)
    const step = (state: readonly Vector[]): readonly Vector[] => state.map((x) => mul(add(x, sumOf(state)), 1 / 16))
    let here = await device.place(xs)
    let there = xs
    for (let i = 0; i < 2; i++) {
      here = await device.advance(step(here), here)
      there = reference().evaluateSync(step(there))
    }
    expectSame(await device.read(here), there)
    runtime.health.check()
  })

  it('operands in both workspaces besides, halves and others', async () => {
    const { runtime, device } = await openHalves(leastLimits, 1)
    const matrices = vectors(14, 36).map((x) => reshape(x, [6, 6]))
    const rowSums = () => {
      const products = [1, 2, 3].map((k) => matmul(matrices[k]!, mul(eye(6), k)))
      const statistics = sum(matmul(matrices[4]!, eye(6)), [0, 1])
      const all = [...matrices, ...products].reduce((a, b) => add(a, b))
      return sum(mul(all, statistics), [1])
    }
    const explained = await device.explain(rowSums())
    expect(explained.halvesBytes).toBeGreaterThan(0)
    expect(explained.dispatches).toBeGreaterThan(explained.kernels.length)
    expectSame(await device.evaluate(rowSums()), reference().evaluateSync(rowSums()))
    runtime.health.check()
  })
})
