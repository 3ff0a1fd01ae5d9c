import { expect, it } from 'vitest'
import { add, mul } from '../../../src/array/elementwise.js'
import { type AnyTensor, type Tensor, tensor, toArray } from '../../../src/array/tensor.js'
import { leaves, mapTree } from '../../../src/array/tree.js'
import { reference } from '../../../src/backend/reference/device.js'
import { leastLimits, onGpu, openRuntime } from './support.js'

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
})
