import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matmul } from '../../../../../src/backend/webgpu/kernel/matmul/matmul.js'
import type { Body, MatmulKernel } from '../../../../../src/engine/kernel.js'
import { planOf, someFloats, whole } from '../../../kernelCases/data.js'
import {
  convolution,
  filterGradient,
  fourWays,
  kernelOf,
  type ProductCase,
  plain,
  strange,
} from '../../../kernelCases/matmul.js'
import { dispatchesOf, expectPlan, leastLimits, noGpu } from '../../harness.js'
import { randomCase, toleranceFor } from './cases.js'
import { expectEpilogue, expectProduct } from './check.js'

const products: readonly ProductCase[] = [
  ...fourWays(1, 37, 300),
  ...fourWays(5, 1, 7),
  ...fourWays(7, 9, 11),
  ...fourWays(33, 70, 130),
  { name: 'one number', m: [1], n: [1], k: [1] },
  { name: 'no dims', m: [], n: [], k: [] },
  { name: 'a long sum', m: [2], n: [3], k: [40000] },
  convolution('a convolution of many channels', [4, 16, 24], [18, 18], [3, 3], 1),
  filterGradient('the gradient of a filter over many places', [4, 8, 16], 30, 3),
  ...strange,
]

describe.skipIf(noGpu).each(products)('$name', (each) => {
  it('has an epilogue', () => expectEpilogue(each))
  it('keeps NaN and infinities', () => expectProduct(each, matmul, true))
})

describe.skipIf(noGpu)('products', () => {
  it('of any dims and strides', async () => {
    await fc.assert(
      fc.asyncProperty(randomCase(9), (each) => expectEpilogue(each)),
      { numRuns: 30, seed: 1 },
    )
  })

  it('put the result where the epilogue reads', async () => {
    const dims = [13, 21]
    const epilogue: Body = {
      operands: [
        { kind: 'result', dtype: 'float32' },
        { kind: 'load', dtype: 'float32', access: whole(2, dims) },
      ],
      steps: [{ op: 'add', dtype: 'float32', args: [0, 1] }],
      stores: [{ value: 2, access: whole(2, dims) }],
    }
    const { kernel, inputs } = kernelOf({ name: '', m: [13], n: [21], k: [300] }, epilogue)
    const all = [...inputs, someFloats(13 * 21, 6)]
    const plan = planOf(
      inputs.map(({ length }) => ['float32', length] as const),
      [],
      [],
      [kernel],
    )
    const donated = {
      ...plan,
      buffers: [
        ...plan.buffers,
        { dtype: 'float32', size: 13 * 21, role: { kind: 'donated', input: 2, output: 0 } } as const,
      ],
      outputs: [2],
    }
    await expectPlan(donated, { matmul }, all, [], toleranceFor([300]))
  })

  it('of no k are 0 before the epilogue', () => expectEpilogue({ name: '', m: [3], n: [5], k: [0] }))

  it('of no rows are nothing', () => {
    const { kernel, inputs } = kernelOf({ name: '', m: [0], n: [5], k: [4] }, plain(2, [0, 5]))
    const plan = planOf(
      inputs.map(({ length }) => ['float32', length] as const),
      [['float32', 0]],
      [],
      [kernel],
    )
    expect(dispatchesOf(plan, { matmul }).dispatches).toEqual([])
  })

  it('of huge batches fold their workgroups', () =>
    expectProduct({ name: '', batch: [70_000], m: [1], n: [1], k: [2] }, matmul, false, {
      ...leastLimits,
      workgroups: 100,
    }))

  it('take ten buffers', async () => {
    const dims = [6, 7]
    const loads = [2, 3, 4, 5, 6]
    const epilogue: Body = {
      operands: [
        { kind: 'result', dtype: 'float32' },
        ...loads.map((buffer) => ({ kind: 'load', dtype: 'float32', access: whole(buffer, dims) }) as const),
      ],
      steps: loads.map((_, i) => ({ op: 'add', dtype: 'float32', args: [i === 0 ? 0 : 5 + i, i + 1] }) as const),
      stores: [7, 8, 9].map((buffer, i) => ({ value: 8 + i, access: whole(buffer, dims) })),
    }
    const { kernel, inputs } = kernelOf({ name: '', m: [6], n: [7], k: [5] }, epilogue)
    const all = [...inputs, ...loads.map((seed) => someFloats(42, seed))]
    const plan = planOf(
      all.map(({ length }) => ['float32', length] as const),
      [7, 8, 9].map(() => ['float32', 42] as const),
      [],
      [kernel as MatmulKernel],
    )
    await expectPlan(plan, { matmul }, all, [], undefined, leastLimits)
  })
})
