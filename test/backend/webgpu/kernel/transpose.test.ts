import { describe, expect, it } from 'vitest'
import { sizeOf, stridesOf } from '../../../../src/array/shape.js'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import type { LoopKernel } from '../../../../src/engine/kernel.js'
import { fromWords, toWords } from '../../../engine/interpreter.js'
import { addressAt, eachPlace, planOf, someFloats, whole } from '../../kernelCases/data.js'
import { dispatchesOf, expectClose, leastLimits, noGpu, ownLimits, runPlan } from '../harness.js'

/** x transposed by `order` times w, and less itself flipped along the last dim. */
const planFor = (shape: readonly number[], order: readonly number[]) => {
  const dims = order.map((axis) => shape[axis]!)
  const strides = order.map((axis) => stridesOf(shape)[axis]!)
  const last = dims.length - 1
  const flipped = strides.map((stride, d) => (d === last ? -stride : stride))
  const size = sizeOf(dims)
  const kernel: LoopKernel = {
    kind: 'loop',
    dims,
    operands: [
      { kind: 'load', dtype: 'float32', access: { buffer: 0, offset: 0, strides } },
      { kind: 'load', dtype: 'float32', access: whole(1, dims) },
      {
        kind: 'load',
        dtype: 'float32',
        access: { buffer: 0, offset: (dims[last]! - 1) * strides[last]!, strides: flipped },
      },
      { kind: 'index', dtype: 'float32', offset: 0, strides: stridesOf(dims) },
    ],
    steps: [
      { op: 'mul', dtype: 'float32', args: [0, 1] },
      { op: 'sub', dtype: 'float32', args: [4, 2] },
      { op: 'add', dtype: 'float32', args: [5, 3] },
    ],
    stores: [{ value: 6, access: whole(2, dims) }],
  }
  return planOf(
    [
      ['float32', size],
      ['float32', size],
    ],
    [['float32', size]],
    [],
    [kernel],
  )
}

describe.skipIf(noGpu)('operands that lie the other way round', () => {
  for (const [shape, order] of [
    [
      [256, 256],
      [1, 0],
    ],
    [
      [301, 299],
      [1, 0],
    ],
    [
      [3, 150, 170],
      [0, 2, 1],
    ],
    [
      [40, 3, 600],
      [2, 1, 0],
    ],
    [
      [5, 60, 4, 70],
      [0, 3, 2, 1],
    ],
  ] as const)
    it(`[${shape.join()}] as ${order.join()}`, async () => {
      const plan = planFor(shape, order)
      const size = sizeOf(shape)
      const [x, w] = [someFloats(size, 1), someFloats(size, 2)] as const
      const { dims, operands } = plan.kernels[0] as LoopKernel
      const accesses = operands.flatMap((operand) => (operand.kind === 'load' ? [operand.access] : []))
      const wanted = new Float32Array(size)
      let i = 0
      // The interpreter would take its time.
      eachPlace(dims, (place) => {
        const [a, b, c] = accesses.map((access) => addressAt(access, place))
        wanted[i] = x[a!]! * w[b!]! - x[c!]! + i
        i++
      })
      for (const limits of [ownLimits, { ...leastLimits, workgroups: 50 }]) {
        expect(dispatchesOf(plan, { loop }, limits).dispatches[0]!.label).toContain('in tiles')
        const [got] = await runPlan(plan, { loop }, [x, w].map(toWords), [], limits)
        expectClose(fromWords(got!, 'float32'), wanted, 'float32', { absolute: 2 ** -18, relative: 2 ** -22 })
      }
    })
  it('small ones are read as they lie', () => {
    expect(dispatchesOf(planFor([64, 64], [1, 0]), { loop }).dispatches[0]!.label).not.toContain('in tiles')
  })
})
