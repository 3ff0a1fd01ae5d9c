import { expect, it } from 'vitest'
import type { Kernel, KernelPlan, ScanKernel } from '../../../src/engine/kernel.js'
import { binary, buffer, n, scanned, scanOf, swapping } from '../kernelCases/scan.js'
import { floats, runKernels, someFloats } from './support.js'

const { fround } = Math

for (const reverse of [false, true])
  for (const length of [0, 1, 2, 3, 8])
    it(`${length} steps${reverse ? ', last first' : ''}`, () => {
      const [carry, xs, weight] = [someFloats(n, 1), someFloats(n * length, 2), someFloats(n, 3)]
      const outputs = [
        ['float32', n],
        ['float32', n * length],
      ] as const
      const got = runKernels([scanOf(length, reverse)], [carry, xs, weight].map(floats), outputs, [['float32', 64]])
      expect(got).toEqual(scanned(reverse, carry, xs, weight))
    })

it('carries that change places', () => {
  for (const length of [1, 2, 3, 4]) {
    const [a, b] = [someFloats(n, 1), someFloats(n, 2)]
    const outputs = [
      ['float32', n],
      ['float32', n],
    ] as const
    const got = runKernels([swapping(length)], [floats(a), floats(b)], outputs, [['float32', 1]])
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
