import { describe, expect, it } from 'vitest'
import { identical } from '../../../laws/compare.js'
import { ones, zeros } from '../../../src/array/create.js'
import { add, exp, mul, neg } from '../../../src/array/elementwise.js'
import { broadcastTo, reshape } from '../../../src/array/move.js'
import { sum } from '../../../src/array/reduce.js'
import { type AnyTensor, literal, nodeOf, type Tensor, tensor } from '../../../src/array/tensor.js'
import { leaves } from '../../../src/array/tree.js'
import { referenceBackend } from '../../../src/backend/reference/backend.js'
import { canonicalize } from '../../../src/engine/canonical.js'
import { deviceOf } from '../../../src/engine/device.js'
import type { LoopKernel } from '../../../src/engine/kernel.js'
import { type LowerOptions, lower } from '../../../src/engine/lower.js'
import { draw, normalFromKey, rng, uniformFromKey } from '../../../src/random/index.js'
import { planBackend } from '../planBackend.js'

const reference = deviceOf(referenceBackend())
const device = deviceOf(planBackend())

/** The steps of each kernel, and how many kinds of them were made. */
const lowered = (tree: unknown, options: Partial<LowerOptions> = {}) => {
  const { program } = canonicalize(leaves(tree).map(nodeOf))
  const plan = lower(program, { keep: 'device', donated: program.inputs.map(() => false), ...options })
  const steps = plan.kernels.map((kernel) => (kernel as LoopKernel).steps)
  return { plan, made: new Set(steps).size }
}

const expectSameBits = (tree: AnyTensor[]): void => {
  expect(identical('placed', device.readSync(device.placeSync(tree)), reference.evaluateSync(tree))).toMatchObject({
    holds: true,
  })
}

const key = (seed: number) => draw(rng(seed))[0]
const normal = (seed: number, shape: readonly number[], deviation = 0.5): Tensor =>
  normalFromKey(key(seed), { shape, deviation }) as Tensor

describe('outputs that are alike', () => {
  it('are lowered once, whatever their sizes and numbers', () => {
    const draws = [normal(1, [3, 5]), normal(2, [7], 0.25), normal(3, [3, 5]), normal(4, [2, 2, 2])]
    const fills = [zeros([3, 5]), zeros([3, 5]), zeros([4]), zeros([2, 3])]
    const { plan, made } = lowered([...draws, ...fills])
    expect([plan.kernels.length, made]).toEqual([8, 2])
    expect(plan.outputs.map((buffer) => plan.buffers[buffer]!.role)).toEqual(
      plan.outputs.map((_, index) => ({ kind: 'output', index })),
    )
    expect(plan.outputs.map((buffer) => plan.buffers[buffer]!.size)).toEqual([15, 7, 15, 8, 15, 15, 4, 6])
    expectSameBits([...draws, ...fills])
  })

  it('may stand among others', () => {
    const data = tensor([1, 2, 3, 4]) as Tensor
    const some = normal(5, [4])
    const tree = [normal(6, [2, 3]), add(data, 1), some, mul(some, 2), sum(normal(7, [9])), normal(8, [5]), data]
    const { made, plan } = lowered(tree)
    expect(plan.kernels.length - made).toBe(1)
    expectSameBits([...tree, ones([2, 3]), ones([5])])
  })

  it('differ in steps, constants, dtypes, rank 0 and in which numbers are one', () => {
    const [a, b] = [literal(2.5) as Tensor, literal(3.5) as Tensor]
    const spread = (x: Tensor, size: number): Tensor => broadcastTo(x, [size]) as Tensor
    const trees: AnyTensor[][] = [
      [normal(1, [4]), uniformFromKey(key(2), { shape: [5] })],
      [zeros([4]), ones([5])],
      [zeros([4]), zeros([5], 'int32')],
      [neg(spread(a, 4)), spread(neg(a), 5)],
      [add(spread(a, 4), a), add(spread(a, 5), b)],
      [ones([1]), ones([])],
      [add(spread(exp(a), 4), spread(exp(exp(exp(b))), 4)), add(spread(exp(b), 5), spread(exp(exp(exp(a))), 5))],
    ]
    for (const tree of trees) {
      const { plan, made } = lowered(tree)
      expect(made).toBe(plan.kernels.length)
      expectSameBits(tree)
    }
    expectSameBits([add(spread(a, 4), b), add(spread(a, 5), a), add(spread(b, 6), a)])
  })

  it('are not what outputs share, in whatever order they stand', () => {
    const x = normal(1, [6])
    const y = normal(2, [6])
    for (const tree of [
      [neg(x), neg(y), x, y],
      [x, neg(x), y, neg(y)],
      [x, y, neg(x), neg(y)],
    ])
      expectSameBits(tree)
    const { plan } = lowered([exp(x), neg(exp(x)), exp(y), neg(exp(y))])
    expect(plan.kernels.map((kernel) => (kernel as LoopKernel).stores.length)).toEqual([2, 2])
  })

  it('are as they were where something is given up, and on the host', () => {
    const data = tensor([1, 2, 3, 4]) as Tensor
    const tree = [zeros([4]), zeros([2, 2]), add(data, 1)]
    const donated = lowered(tree, { donated: [true] }).plan
    expect(donated.buffers.some(({ role }) => role.kind === 'donated')).toBe(true)
    const { plan } = lowered([zeros([4]), zeros([4]), reshape(zeros([4]), [2, 2])], { keep: 'host' })
    expect([plan.kernels.length, new Set(plan.outputs).size]).toEqual([1, 1])
  })
})
