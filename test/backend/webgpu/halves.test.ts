/** Which values of a plan are stored as halves, and what that leaves of the plan's memory. */
import * as p from 'pullback'
import { describe, expect, it } from 'vitest'
import { type AnyTensor, nodeOf } from '../../../src/array/tensor.js'
import { halvesFrom } from '../../../src/backend/webgpu/halves.js'
import { canonicalize } from '../../../src/engine/canonical.js'
import { describePlan } from '../../../src/engine/describe.js'
import { deviceOf } from '../../../src/engine/device.js'
import type { KernelPlan } from '../../../src/engine/kernel.js'
import { usesOf } from '../../../src/engine/lower/accesses.js'
import { type LowerOptions, lower } from '../../../src/engine/lower.js'
import { planBackend } from '../../engine/planBackend.js'

const halve = halvesFrom(1024)

const planOf = (results: readonly unknown[], options: Partial<LowerOptions> = { halve }): KernelPlan => {
  const { program } = canonicalize(p.leaves(results).map((x) => nodeOf(x as AnyTensor)))
  return lower(program, { donated: program.inputs.map(() => false), keep: 'host', alignment: 64, ...options })
}

/** Sizes of the temporaries of float32, those of halves apart. */
const sizesOf = ({ buffers }: KernelPlan, isHalf: boolean): number[] =>
  buffers
    .filter(({ role, dtype, half }) => role.kind === 'temporary' && dtype === 'float32' && (half ?? false) === isHalf)
    .map(({ size }) => size)

type Matrix = p.Tensor<[number, number]>
const matrix = (rows: number, columns: number): Matrix =>
  p.tensor(
    Float32Array.from({ length: rows * columns }, (_, i) => ((i * 7) % 32) / 16 - 1),
    [rows, columns],
  )
const product = (rows: number, columns: number): Matrix =>
  p.matmul(matrix(rows, 8), matrix(8, columns)) as unknown as Matrix
const last = (x: Matrix): p.Tensor => p.matmul(x, matrix(x.shape[1], 3)) as unknown as p.Tensor

describe('values between kernels', () => {
  it('are halves from 1024 elements on', () => {
    expect(sizesOf(planOf([last(product(64, 16))]), true)).toEqual([1024])
    expect(sizesOf(planOf([last(product(64, 15))]), true)).toEqual([])
  })
  it('are float32 without the option, in the same plan as ever', () => {
    const results = [last(p.tanh(last(product(64, 64)) as Matrix) as Matrix)]
    const without = planOf(results, {})
    expect(without).not.toHaveProperty('halves')
    expect(without.buffers.some((buffer) => 'half' in buffer)).toBe(false)
    const { kernels } = planOf(results)
    expect(kernels).toEqual(without.kernels)
  })
  it('are float32 where they are sums of 16 elements or more, or running sums', () => {
    const x = product(2048, 16)
    const centred = p.sub(x, p.sum(x, [1], true)) as Matrix
    const plan = planOf([last(centred)])
    expect(sizesOf(plan, false)).toContain(2048)
    expect(sizesOf(plan, true)).toContain(2048 * 16)
    const running = planOf([last(p.cumulativeSum(product(64, 32), 1) as Matrix)])
    expect(sizesOf(running, false)).toEqual([2048])
  })
  it('are halves beside results that are alike and lowered once', () => {
    const drawn = [1, 2, 3].map((seed) => p.uniform({ shape: [100] })(p.rng(seed))[0])
    const plan = planOf([...drawn, last(product(64, 64))], { halve, keep: 'device' })
    expect(plan.outputs).toHaveLength(4)
    expect(sizesOf(plan, true)).toEqual([4096])
    expect(plan.halves).toBe(4096)
  })
  it('are halves where they are means of few elements', () => {
    const pooled = p.mean(p.reshape(product(64, 256), [64, 64, 4]), 2) as Matrix
    expect(sizesOf(planOf([last(pooled)]), true)).toEqual([64 * 256, 64 * 64])
  })
  it('are float32 where they are maxima of what is not stored as halves, which would no longer equal it', () => {
    const fours = (x: Matrix) => p.max(p.reshape(x, [64, 64, 4]), 2) as Matrix
    expect(sizesOf(planOf([last(fours(product(64, 256)))]), true)).toContain(64 * 64)
    expect(sizesOf(planOf([last(fours(p.exp(matrix(64, 256)) as Matrix))]), true)).toEqual([])
  })
  it('are float32 where a result of as many elements is made of them', () => {
    const gradient = product(64, 64)
    const plan = planOf([p.sub(matrix(64, 64), p.mul(gradient, p.sum(p.mul(gradient, gradient))))])
    expect(sizesOf(plan, true)).toEqual([])
    expect(sizesOf(plan, false)).toContain(4096)
  })
  it('are float32 where their bits are looked at', () => {
    const bits = p.cast(p.bitcast(product(64, 64), 'int32'), 'float32') as Matrix
    const plan = planOf([last(p.cumulativeSum(bits, 1) as Matrix), p.sum(product(64, 64))])
    for (const kernel of plan.kernels)
      if (kernel.kind === 'loop' && kernel.steps.some(({ op }) => op === 'bitcast'))
        for (const buffer of usesOf(kernel).reads) expect(plan.buffers[buffer]!.half).toBeUndefined()
  })
  it('are float32 where a scan carries them; what it stacks is not', () => {
    const rows = p.reshape(product(8 * 32, 64), [8, 32, 64])
    const [carry, stacked] = p.scan(
      (state: Matrix, x: Matrix) => {
        const next = p.tanh(p.add(p.mul(state, 0.5), x)) as Matrix
        return [next, next] as const
      },
      matrix(32, 64),
      rows as never,
    ) as unknown as readonly [Matrix, p.Tensor]
    const plan = planOf([last(carry), last(p.reshape(stacked, [256, 64]) as unknown as Matrix)])
    const scan = plan.kernels.find((kernel) => kernel.kind === 'scan')!
    expect(plan.buffers[scan.outputs[0]!.buffer]!.half).toBeUndefined()
    expect(plan.buffers[scan.outputs[1]!.buffer]!.half).toBe(true)
    expect(plan.buffers[scan.workspace]!.half).toBeUndefined()
    // What the scan reads of other kernels, too, is counted in bytes as it is stored.
    const [own, full] = [plan, planOf([last(carry), last(p.reshape(stacked, [256, 64]) as unknown as Matrix)], {})]
    const bytesOf = (each: KernelPlan): number =>
      describePlan(each).kernels.find(({ kernel }) => kernel.startsWith('scan'))!.bytes
    expect(bytesOf(own)).toBeLessThan(bytesOf(full))
  })
})

describe('memory', () => {
  it('of a chain of products is about half', () => {
    const chained = (): unknown[] => {
      let x = product(256, 64)
      for (let i = 0; i < 4; i++) x = p.tanh(p.matmul(x, matrix(64, 64)) as never) as Matrix
      return [last(x)]
    }
    const [half, full] = [describePlan(planOf(chained())), describePlan(planOf(chained(), {}))]
    expect(half.workspaceBytes).toBe(full.workspaceBytes / 2)
    expect(half.halvesBytes).toBe(half.workspaceBytes)
    const bytes = ({ kernels }: typeof half): number => kernels.reduce((sum, kernel) => sum + kernel.bytes, 0)
    expect(bytes(half)).toBeLessThan(0.75 * bytes(full))
  })
  it('of halves begins at multiples of 256 bytes, and nothing that lives at a time shares a place', () => {
    // The interpreter fills the workspaces with rubbish first, and has halves rounded.
    const device = deviceOf(planBackend({ halve: halvesFrom(1), alignment: 64 }))
    const exact = deviceOf(planBackend())
    const results = () => {
      const x = product(33, 17)
      const y = p.matmul(p.mul(x, 0.25) as never, matrix(17, 5)) as unknown as Matrix
      return [p.sum(p.add(y, p.max(y, [0])), [1]), last(p.add(y, 1) as Matrix)]
    }
    const plan = planOf(results(), { halve: halvesFrom(1), alignment: 64 })
    for (const { role, half } of plan.buffers)
      if (role.kind === 'temporary' && half) expect((2 * role.offset) % 256).toBe(0)
    const [got, wanted] = [device.evaluateSync(results()), exact.evaluateSync(results())]
    got.forEach((x, i) => {
      const own = p.toArray(x as p.Tensor)
      const other = p.toArray(wanted[i] as p.Tensor)
      own.forEach((value, k) => {
        expect(Math.abs(value - other[k]!)).toBeLessThan(2 ** -6)
      })
    })
  })
})
