import { describe, it } from 'vitest'
import type { ElementwiseOp } from '../../../../src/array/node.js'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import type { LoopKernel } from '../../../../src/engine/kernel.js'
import { planOf, someFloats, whole } from '../../kernelCases/data.js'
import { expectPlan, noGpu } from '../harness.js'

const functions: readonly ElementwiseOp[] = ['exp', 'log', 'log1p', 'tanh', 'erf', 'sin', 'cos']

/** A driver once shared what looks alike in two functions of one shader, and mixed it up. */
describe.skipIf(noGpu)('two functions in one shader', () => {
  for (const first of functions)
    it(first, async () => {
      for (const n of [17, 16]) {
        for (const second of functions) {
          const dims = [n]
          const kernel: LoopKernel = {
            kind: 'loop',
            dims,
            operands: [0, 1].map((buffer) => ({ kind: 'load', dtype: 'float32', access: whole(buffer, dims) })),
            steps: [
              { op: first, dtype: 'float32', args: [0] },
              { op: 'add', dtype: 'float32', args: [2, 1] },
              { op: second, dtype: 'float32', args: [3] },
            ],
            stores: [{ value: 4, access: whole(2, dims) }],
          }
          const plan = planOf(
            [
              ['float32', n],
              ['float32', n],
            ],
            [['float32', n]],
            [],
            [kernel],
          )
          const positive = someFloats(n, 3).map((x) => Math.abs(x) + 0.25)
          await expectPlan(plan, { loop }, [positive, someFloats(n, 4).map((x) => Math.abs(x) + 1)])
        }
      }
    })
})
