/** Scans that every device's kernels are tried on. */
import type { KernelPlan, LoopKernel, PlannedBuffer, ScanKernel } from '../../../src/engine/kernel.js'
import { whole } from './data.js'

const { fround } = Math
export const n = 5

/** buffers[target] = f(buffers[a], buffers[b]) elementwise. */
export const binary = (
  op: 'add' | 'mul',
  a: number,
  b: number,
  target: number,
  dims: readonly number[] = [n],
): LoopKernel => ({
  kind: 'loop',
  dims,
  operands: [a, b].map((buffer) => ({ kind: 'load', dtype: 'float32', access: whole(buffer, dims) })),
  steps: [{ op, dtype: 'float32', args: [0, 1] }],
  stores: [{ value: 2, access: whole(target, dims) }],
})
export const buffer = (role: PlannedBuffer['role'], size = n): PlannedBuffer => ({ dtype: 'float32', size, role })

/** carry' = carry * weight + x; stacked: carry' * x */
const body: KernelPlan = {
  buffers: [
    buffer({ kind: 'input', index: 0 }),
    buffer({ kind: 'input', index: 1 }),
    buffer({ kind: 'input', index: 2 }),
    buffer({ kind: 'output', index: 0 }),
    buffer({ kind: 'output', index: 1 }),
    buffer({ kind: 'temporary', offset: 0 }),
  ],
  kernels: [binary('mul', 0, 2, 5), binary('add', 5, 1, 3), binary('mul', 3, 1, 4)],
  outputs: [3, 4],
  workspace: 64,
  scalars: 0,
}
export const scanOf = (length: number, reverse: boolean): ScanKernel => ({
  kind: 'scan',
  length,
  reverse,
  carry: 1,
  body,
  inputs: [
    { buffer: 0, stride: 0 },
    { buffer: 1, stride: n },
    { buffer: 2, stride: 0 },
  ],
  outputs: [
    { buffer: 3, stride: 0 },
    { buffer: 4, stride: n },
  ],
  workspace: 5,
})

/** What `scanOf` gives: the last carry, and the stacked rows. */
export const scanned = (
  reverse: boolean,
  start: Float32Array,
  xs: Float32Array,
  weight: Float32Array,
): readonly [carry: Float32Array, stacked: Float32Array] => {
  const [carry, stacked] = [start.slice(), new Float32Array(xs.length)]
  const length = xs.length / n
  for (let turn = 0; turn < length; turn++) {
    const step = reverse ? length - 1 - turn : turn
    for (let i = 0; i < n; i++) {
      carry[i] = fround(carry[i]! * weight[i]!) + xs[step * n + i]!
      stacked[step * n + i] = carry[i]! * xs[step * n + i]!
    }
  }
  return [carry, stacked]
}

/** Carries (a, b) become (b, a): outputs that are inputs. */
export const swapping = (length: number): ScanKernel => ({
  ...{ kind: 'scan', length, reverse: false, carry: 2, workspace: 4 },
  body: {
    buffers: [buffer({ kind: 'input', index: 0 }), buffer({ kind: 'input', index: 1 })],
    ...{ kernels: [], outputs: [1, 0], workspace: 0, scalars: 0 },
  },
  inputs: [0, 1].map((each) => ({ buffer: each, stride: 0 })),
  outputs: [2, 3].map((each) => ({ buffer: each, stride: 0 })),
})
