import { expect, it } from 'vitest'
import type { Kernel, KernelPlan, LoopKernel, PlannedBuffer, ScanKernel } from '../../../src/engine/kernel.js'
import { floats, runKernels, someFloats, whole } from './support.js'

const { fround } = Math
const n = 5

/** buffers[target] = f(buffers[a], buffers[b]) elementwise. */
const binary = (
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
const buffer = (role: PlannedBuffer['role'], size = n): PlannedBuffer => ({ dtype: 'float32', size, role })

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
  workspace: 16,
  scalars: 0,
}
const scanOf = (length: number, reverse: boolean): ScanKernel => ({
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

for (const reverse of [false, true])
  for (const length of [0, 1, 2, 3, 8])
    it(`${length} steps${reverse ? ', last first' : ''}`, () => {
      const [carry, xs, weight] = [someFloats(n, 1), someFloats(n * length, 2), someFloats(n, 3)]
      const wanted = carry.slice()
      const stacked = new Float32Array(n * length)
      for (let turn = 0; turn < length; turn++) {
        const step = reverse ? length - 1 - turn : turn
        for (let i = 0; i < n; i++) {
          wanted[i] = fround(wanted[i]! * weight[i]!) + xs[step * n + i]!
          stacked[step * n + i] = wanted[i]! * xs[step * n + i]!
        }
      }
      const outputs = [
        ['float32', n],
        ['float32', n * length],
      ] as const
      const inputs = [floats(carry), floats(xs), floats(weight)]
      expect(runKernels([scanOf(length, reverse)], inputs, outputs, [['float32', 16]])).toEqual([wanted, stacked])
    })

/** carries (a, b) become (b, a): outputs that are inputs. */
it('carries that change places', () => {
  const swap: KernelPlan = {
    buffers: [buffer({ kind: 'input', index: 0 }), buffer({ kind: 'input', index: 1 })],
    kernels: [],
    outputs: [1, 0],
    workspace: 0,
    scalars: 0,
  }
  for (const length of [1, 2, 3]) {
    const scan: ScanKernel = {
      ...{ kind: 'scan', length, reverse: false, carry: 2, body: swap, workspace: 4 },
      inputs: [0, 1].map((each) => ({ buffer: each, stride: 0 })),
      outputs: [2, 3].map((each) => ({ buffer: each, stride: 0 })),
    }
    const [a, b] = [someFloats(n, 1), someFloats(n, 2)]
    const got = runKernels(
      [scan],
      [floats(a), floats(b)],
      [
        ['float32', n],
        ['float32', n],
      ],
      [['float32', 1]],
    )
    expect(got).toEqual(length % 2 === 1 ? [b, a] : [a, b])
  }
})

/** Each outer step squares the carry in an inner scan of two steps and adds a row. */
it('scans in scans', () => {
  const square: KernelPlan = {
    buffers: [buffer({ kind: 'input', index: 0 }), buffer({ kind: 'output', index: 0 })],
    kernels: [binary('mul', 0, 0, 1)],
    outputs: [1],
    workspace: 0,
    scalars: 0,
  }
  const inner: ScanKernel = {
    ...{ kind: 'scan', length: 2, reverse: false, carry: 1, body: square, workspace: 4 },
    inputs: [{ buffer: 0, stride: 0 }],
    outputs: [{ buffer: 3, stride: 0 }],
  }
  const outerBody: KernelPlan = {
    buffers: [
      buffer({ kind: 'input', index: 0 }),
      buffer({ kind: 'input', index: 1 }),
      buffer({ kind: 'output', index: 0 }),
      buffer({ kind: 'temporary', offset: 0 }),
      buffer({ kind: 'temporary', offset: 16 }, 0),
    ],
    kernels: [inner, binary('add', 3, 1, 2)] as readonly Kernel[],
    outputs: [2],
    workspace: 32,
    scalars: 0,
  }
  const outer: ScanKernel = {
    ...{ kind: 'scan', length: 3, reverse: false, carry: 1, body: outerBody, workspace: 3 },
    inputs: [
      { buffer: 0, stride: 0 },
      { buffer: 1, stride: n },
    ],
    outputs: [{ buffer: 2, stride: 0 }],
  }
  const [carry, xs] = [someFloats(n, 1).map((x) => x / 3), someFloats(3 * n, 2).map((x) => x / 9)]
  const wanted = carry.slice()
  for (let step = 0; step < 3; step++)
    for (let i = 0; i < n; i++) {
      const squared = fround(wanted[i]! * wanted[i]!)
      wanted[i] = fround(squared * squared) + xs[step * n + i]!
    }
  expect(runKernels([outer], [floats(carry), floats(xs)], [['float32', n]], [['float32', 32]])[0]).toEqual(wanted)
})
