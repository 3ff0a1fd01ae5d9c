import { expect, it } from 'vitest'
import type { DType, HostArray } from '../../../src/array/dtype.js'
import type { Kernel, KernelPlan, LoopKernel, PlannedBuffer, ScanKernel } from '../../../src/engine/kernel.js'
import { someFloats, whole } from '../kernelCases/data.js'
import { binary, buffer, n, scanned, scanOf, swapping } from '../kernelCases/scan.js'
import { executableOf, onGpu, onHost, openRuntime } from './support.js'

const align = (size: number): number => Math.ceil(size / 64) * 64

/** Numbers of few bits: products and sums of a few are exact, contracted or not. */
const dyadic = (size: number, seed: number): Float32Array => someFloats(size, seed).map((x) => Math.round(2 * x) / 2)

onGpu('scans', async () => {
  const { runtime } = await openRuntime()

  /** Runs kernels on inputs; buffers are numbered inputs, outputs, temporaries. */
  const runKernels = async (
    kernels: readonly Kernel[],
    inputs: readonly Float32Array[],
    outputs: readonly number[],
    temporaries: readonly number[] = [],
  ): Promise<readonly HostArray[]> => {
    let workspace = 0
    const dtype: DType = 'float32'
    const buffers: PlannedBuffer[] = [
      ...inputs.map(({ length }, index) => ({ dtype, size: length, role: { kind: 'input', index } as const })),
      ...outputs.map((size, index) => ({ dtype, size, role: { kind: 'output', index } as const })),
    ]
    for (const size of temporaries) {
      buffers.push({ dtype, size, role: { kind: 'temporary', offset: workspace } })
      workspace += align(size)
    }
    const plan: KernelPlan = {
      buffers,
      kernels,
      outputs: outputs.map((_, i) => inputs.length + i),
      workspace,
      scalars: 0,
    }
    const donated = inputs.map(() => false)
    const { run } = await executableOf(runtime, plan, inputs.length, { keep: 'host', donated })
    return (await run(inputs.map(onHost), [])).map((value) => (value as { readonly data: HostArray }).data)
  }

  for (const reverse of [false, true])
    for (const length of [0, 1, 2, 3, 8])
      it(`${length} steps${reverse ? ', last first' : ''}`, async () => {
        const [carry, xs, weight] = [dyadic(n, 1), dyadic(n * length, 2), new Float32Array(n).fill(0.5)]
        const got = await runKernels([scanOf(length, reverse)], [carry, xs, weight], [n, n * length], [64])
        expect(got).toEqual(scanned(reverse, carry, xs, weight))
      })

  it('a body that needs room of its own beside the workspace of its plan', async () => {
    // As many inputs as do not fit in one shader: they are copied to the workspace.
    const count = runtime.limits.storageBuffers + 2
    const loop: LoopKernel = {
      kind: 'loop',
      dims: [n],
      operands: Array.from({ length: count }, (_, b) => ({ kind: 'load', dtype: 'float32', access: whole(b, [n]) })),
      steps: Array.from({ length: count - 1 }, (_, s) => ({
        ...{ op: 'add', dtype: 'float32' },
        args: [s + 1, s === 0 ? 0 : count + s - 1],
      })),
      stores: [{ value: 2 * count - 2, access: whole(count, [n]) }],
    }
    const sum: KernelPlan = {
      buffers: [
        ...Array.from({ length: count }, (_, index) => buffer({ kind: 'input', index })),
        buffer({ kind: 'output', index: 0 }),
      ],
      ...{ kernels: [loop], outputs: [count], workspace: 0, scalars: 0 },
    }
    const scan: ScanKernel = {
      ...{ kind: 'scan', length: 2, reverse: false, carry: 1, body: sum, workspace: count + 1 },
      inputs: Array.from({ length: count }, (_, b) => ({ buffer: b, stride: 0 })),
      outputs: [{ buffer: count, stride: 0 }],
    }
    const inputs = Array.from({ length: count }, (_, b) => dyadic(n, b))
    const [got] = await runKernels([scan], inputs, [n], [1])
    const others = inputs.slice(1).reduce((a, b) => a.map((x, i) => x + b[i]!))
    expect(got).toEqual(inputs[0]!.map((x, i) => x + 2 * others[i]!))
  })

  it('carries that change places', async () => {
    for (const length of [1, 2, 3, 4]) {
      const [a, b] = [dyadic(n, 1), dyadic(n, 2)]
      expect(await runKernels([swapping(length)], [a, b], [n, n], [1])).toEqual(length % 2 === 1 ? [b, a] : [a, b])
    }
  })

  /**
   * Each outer step doubles the carry and adds a row in every turn of an inner scan, which also stacks what it has: rows
   * of the inner scan's operand and result move with the outer step.
   */
  it('scans in scans, on rows that move with the outer step', async () => {
    const inner: KernelPlan = {
      buffers: [
        buffer({ kind: 'input', index: 0 }),
        buffer({ kind: 'input', index: 1 }),
        buffer({ kind: 'output', index: 0 }),
        buffer({ kind: 'output', index: 1 }),
      ],
      kernels: [binary('add', 0, 1, 2), binary('add', 2, 2, 3)],
      ...{ outputs: [2, 3], workspace: 0, scalars: 0 },
    }
    const turns = 2
    const innerScan: ScanKernel = {
      ...{ kind: 'scan', length: turns, reverse: true, carry: 1, body: inner, workspace: 4 },
      inputs: [
        { buffer: 0, stride: 0 },
        { buffer: 1, stride: n },
      ],
      outputs: [
        { buffer: 2, stride: 0 },
        { buffer: 3, stride: n },
      ],
    }
    const outer: KernelPlan = {
      buffers: [
        buffer({ kind: 'input', index: 0 }),
        buffer({ kind: 'input', index: 1 }, turns * n),
        buffer({ kind: 'output', index: 0 }),
        buffer({ kind: 'output', index: 1 }, turns * n),
        buffer({ kind: 'temporary', offset: 0 }, 0),
      ],
      kernels: [innerScan],
      ...{ outputs: [2, 3], workspace: 64, scalars: 0 },
    }
    const length = 3
    const scan: ScanKernel = {
      ...{ kind: 'scan', length, reverse: false, carry: 1, body: outer, workspace: 4 },
      inputs: [
        { buffer: 0, stride: 0 },
        { buffer: 1, stride: turns * n },
      ],
      outputs: [
        { buffer: 2, stride: 0 },
        { buffer: 3, stride: turns * n },
      ],
    }
    const [start, rows] = [dyadic(n, 1), dyadic(length * turns * n, 2)]
    const carry = start.slice()
    const stacked = new Float32Array(rows.length)
    for (let step = 0; step < length; step++)
      for (let turn = turns - 1; turn >= 0; turn--)
        for (let i = 0; i < n; i++) {
          const at = (step * turns + turn) * n + i
          carry[i] = carry[i]! + rows[at]!
          stacked[at] = 2 * carry[i]!
        }
    expect(await runKernels([scan], [start, rows], [n, rows.length], [64])).toEqual([carry, stacked])
  })

  it('a thousand steps take few pipelines, and nothing was refused', async () => {
    const length = 1001
    const compiled = runtime.pipelines.compiled()
    const carry = new Float32Array(n).fill(1)
    const got = await runKernels(
      [scanOf(length, false)],
      [carry, new Float32Array(n * length).fill(1), new Float32Array(n).fill(0)],
      [n, n * length],
      [64],
    )
    expect(got[0]).toEqual(new Float32Array(n).fill(1))
    expect(got[1]).toEqual(new Float32Array(n * length).fill(1))
    expect(runtime.pipelines.compiled() - compiled).toBeLessThan(4)
    runtime.health.check()
  })
})
