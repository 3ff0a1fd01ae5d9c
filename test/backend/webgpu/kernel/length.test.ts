/** Loops whose number of elements is not in their shader. */
import { describe, expect, it } from 'vitest'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import type { LoopKernel } from '../../../../src/engine/kernel.js'
import { toWords } from '../../../engine/interpreter.js'
import { planOf, someFloats, whole } from '../../kernelCases/data.js'
import { dispatchesOf, leastLimits, noGpu, runPlan } from '../harness.js'

const generators = { loop }

describe('loops over whole buffers', () => {
  const planOfSize = (size: number, from = 0) => {
    const kernel: LoopKernel = {
      kind: 'loop',
      dims: [size],
      operands: [{ kind: 'load', dtype: 'float32', access: { ...whole(0, [size]), offset: from } }],
      steps: [{ op: 'add', dtype: 'float32', args: [0, 0] }],
      stores: [{ value: 1, access: { ...whole(1, [size]), offset: from } }],
    }
    return planOf([['float32', size + from]], [['float32', size + from]], [], [kernel])
  }
  const sourceOf = (size: number, from = 0): string =>
    dispatchesOf(planOfSize(size, from), generators, leastLimits).dispatches[0]!.source

  it('have one shader for many sizes', () => {
    expect(sourceOf(8)).toBe(sourceOf(40_000))
    expect(sourceOf(8)).toMatch(/arrayLength/)
  })
  it('hold their size where the length of a binding does not tell it', () => {
    // Bindings are rounded up to fours; a part of a buffer is shorter than the buffer.
    expect(sourceOf(7)).not.toMatch(/arrayLength/)
    expect(sourceOf(8, 4)).not.toMatch(/arrayLength/)
  })
  it.skipIf(noGpu)('end where the buffer ends', async () => {
    for (const size of [4, 8, 100, 4096, 7])
      for (const from of [0, 4]) {
        const data = someFloats(size + from, size)
        const [got] = await runPlan(planOfSize(size, from), generators, [toWords(data)])
        const wanted = toWords(data.map((x, i) => (i < from ? 0 : x + x)))
        expect(got!.slice(from)).toEqual(wanted.slice(from))
      }
  })
})
