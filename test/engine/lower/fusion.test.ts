import { describe, expect, it } from 'vitest'
import { matmul } from '../../../src/array/contract.js'
import { barrier, scan } from '../../../src/array/control.js'
import { add, cast, div, exp, less, maximum, mul, select, sqrt, sub, tanh } from '../../../src/array/elementwise.js'
import { gather } from '../../../src/array/indexing.js'
import { concatAll } from '../../../src/array/join.js'
import { flip, pad, permute, reshape, slice, transpose } from '../../../src/array/move.js'
import { max, mean, sum, variance } from '../../../src/array/reduce.js'
import { type AnyTensor, nodeOf, type Tensor, tensor } from '../../../src/array/tensor.js'
import { window } from '../../../src/array/window.js'
import { canonicalize } from '../../../src/engine/canonical.js'
import type { Kernel, KernelPlan, LoopKernel, MatmulKernel, ReduceKernel } from '../../../src/engine/kernel.js'
import { lower } from '../../../src/engine/lower.js'

const array = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape) as Tensor
const planOf = (roots: readonly unknown[], donated: readonly unknown[] = []): KernelPlan => {
  const { program, storages } = canonicalize(roots.map((root) => nodeOf(root as AnyTensor)))
  const given = new Set(donated.map((x) => nodeOf(x as AnyTensor).payload))
  return lower(program, { donated: storages.map((storage) => given.has(storage)), keep: 'device' })
}
const kinds = (plan: KernelPlan): string[] => plan.kernels.map((kernel) => kernel.kind)
const only = <K extends Kernel>(plan: KernelPlan): K => {
  expect(plan.kernels).toHaveLength(1)
  return plan.kernels[0] as K
}
const roles = (plan: KernelPlan, kind: string): number => plan.buffers.filter(({ role }) => role.kind === kind).length

describe('fusion', () => {
  it('makes one loop of an elementwise chain, over joined dims', () => {
    const [x, y] = [array(4, 6), array(4, 6)]
    const kernel = only<LoopKernel>(planOf([tanh(add(mul(x, 2), exp(y)))]))
    expect(kernel).toMatchObject({ kind: 'loop', dims: [24] })
    expect(kernel.steps.map(({ op }) => op)).toEqual(['mul', 'exp', 'add', 'tanh'])
  })

  it('makes one loop of an optimizer update, in place of what is donated', () => {
    const [p, g, m, v] = [array(30, 7), array(30, 7), array(30, 7), array(30, 7)]
    const nextM = add(mul(m, 0.9), mul(g, 0.1)) as Tensor
    const nextV = add(mul(v, 0.999), mul(mul(g, g) as Tensor, 0.001)) as Tensor
    const nextP = sub(p, mul(div(nextM, add(sqrt(nextV), 1e-8) as Tensor) as Tensor, 0.001)) as Tensor
    const plan = planOf([nextP, nextM, nextV], [p, m, v])
    const kernel = only<LoopKernel>(plan)
    expect(kernel.stores).toHaveLength(3)
    expect(kernel.operands.filter(({ kind }) => kind === 'load')).toHaveLength(4)
    expect(roles(plan, 'donated')).toBe(3)
    expect(plan.workspace).toBe(0)
  })

  it('gives a matmul bias and activation, and reads operands where they lie', () => {
    const [x, w, b] = [array(5, 8), array(3, 8), array(3)]
    const pre = add(matmul(x, transpose(w)), b) as Tensor
    const kernel = only<MatmulKernel>(planOf([maximum(pre, 0)]))
    expect(kernel).toMatchObject({ kind: 'matmul', batch: [], m: [5], n: [3], k: [8] })
    expect(kernel.b.strides).toEqual([1, 8])
    expect(kernel.epilogue.steps.map(({ op }) => op)).toEqual(['add', 'maximum'])
    const both = only<MatmulKernel>(planOf([tanh(pre), pre]))
    expect(both.epilogue.stores).toHaveLength(2)
  })

  it('makes rows of a batch that the right operand does not know', () => {
    const kernel = only<MatmulKernel>(planOf([matmul(array(2, 5, 8), array(8, 3))]))
    expect(kernel).toMatchObject({ batch: [], m: [10], n: [3], k: [8] })
    const shared = only<MatmulKernel>(planOf([matmul(array(4, 8), array(6, 8, 3))]))
    expect(shared).toMatchObject({ batch: [6], m: [4], n: [3], k: [8], a: { strides: [0, 8, 1] } })
  })

  it('reduces what it computes, stores it on the way, and goes on with the result', () => {
    const x = array(6, 10)
    const largest = max(x, 1, true) as Tensor
    const powers = exp(sub(x, largest)) as Tensor
    const total = sum(powers, 1, true) as Tensor
    const plan = planOf([div(powers, total)])
    expect(kinds(plan)).toEqual(['reduce', 'reduce', 'loop'])
    const second = plan.kernels[1] as ReduceKernel
    expect(second).toMatchObject({ op: 'sum', kept: 1, outer: 0, dims: [6, 10] })
    expect(second.stores).toHaveLength(1)
    const scaled = only<ReduceKernel>(planOf([mul(mean(mul(x, x), 0), 3)]))
    expect(scaled).toMatchObject({ kept: 1, outer: 0, dims: [10, 6] })
    expect(scaled.epilogue.steps.map(({ op }) => op)).toEqual(['div', 'mul'])
  })

  it('normalises a batch in three passes', () => {
    const x = array(4, 3, 5, 5)
    const average = mean(x, [0, 2, 3], true) as Tensor
    const spread = variance(x, [0, 2, 3], true) as Tensor
    const y = maximum(div(sub(x, average), sqrt(add(spread, 1e-5) as Tensor)), 0)
    const plan = planOf([y])
    expect(kinds(plan)).toEqual(['reduce', 'reduce', 'loop'])
    expect(plan.kernels[0]).toMatchObject({ dims: [3, 4, 25], kept: 1, outer: 1 })
  })

  it('stores the activation before a convolution straight into its padded operand', () => {
    const [x, b, w] = [array(2, 3, 6, 6), array(1, 3, 1, 1), array(4, 27)]
    const active = maximum(add(x, b), 0) as Tensor
    const padded = pad(active, [
      [0, 0],
      [0, 0],
      [1, 1],
      [1, 1],
    ]) as Tensor
    const seen = window(padded, { size: [3, 3], stride: [1, 1], dilation: [1, 1] }) as Tensor
    const columns = reshape(permute(seen, [0, 1, 2, 3, 4, 5]) as Tensor, [2, 27, 36]) as Tensor
    const plan = planOf([matmul(w, columns), sum(active)])
    expect(kinds(plan).sort()).toEqual(['loop', 'loop', 'loop', 'matmul', 'reduce'])
    const product = plan.kernels.find(({ kind }) => kind === 'matmul') as MatmulKernel
    expect(product).toMatchObject({ batch: [2], k: [3, 3, 3], n: [6, 6] })
    expect(product.b.strides).toEqual([192, 64, 8, 1, 8, 1])
    const stores = plan.kernels.flatMap((kernel) => (kernel.kind === 'loop' ? kernel.stores : []))
    expect(new Set(stores.map(({ access }) => access.buffer)).size).toBe(1)
  })

  it('stores parts of a concat in one loop, each in its place', () => {
    const [a, b] = [array(4, 3), array(4, 3)]
    const gates = concatAll([exp(a), mul(a, b), tanh(b)], 1)
    const kernel = only<LoopKernel>(planOf([gates]))
    expect(kernel.stores.map(({ access }) => [access.offset, ...access.strides])).toEqual([
      [0, 9, 1],
      [3, 9, 1],
      [6, 9, 1],
    ])
  })

  it('reads through moves between elementwise functions', () => {
    const [x, y] = [array(4, 6), array(6, 4)]
    const kernel = only<LoopKernel>(planOf([add(transpose(flip(exp(x), [0])), y)]))
    expect(kernel).toMatchObject({ dims: [6, 4] })
    expect(kernel.operands[0]).toMatchObject({ access: { offset: 18, strides: [1, -6] } })
    const sliced = only<LoopKernel>(planOf([mul(slice(x, [1, 0], [3, 6]), 2)]))
    expect(sliced.dims).toEqual([12])
  })

  it('computes cheap things again rather than keep them, and dear ones once', () => {
    const x = array(50, 20)
    const mask = less(x, 0)
    const cheap = planOf([sum(select(mask, x, 1), 0), sum(cast(mask, 'float32'), 1)])
    expect(kinds(cheap)).toEqual(['reduce', 'reduce'])
    expect(roles(cheap, 'temporary')).toBe(0)
    const dear = exp(x) as Tensor
    const plan = planOf([sum(mul(dear, x), 0), sum(dear, 1)])
    expect(kinds(plan)).toEqual(['reduce', 'reduce'])
    const steps = plan.kernels.flatMap((kernel) => (kernel as ReduceKernel).steps.map(({ op }) => op))
    expect(steps.filter((op) => op === 'exp')).toHaveLength(1)
  })

  it('does not merge what would wait for itself', () => {
    const x = array(6, 6)
    const product = matmul(x, x) as Tensor
    const plan = planOf([add(product, sum(product, 1, true))])
    expect(kinds(plan)).toEqual(['matmul', 'reduce', 'loop'])
    const turned = planOf([add(product, transpose(product))])
    expect(kinds(turned)).toEqual(['matmul', 'loop'])
  })

  it('computes again behind a barrier, after what the barrier waits for', () => {
    const [x, w] = [array(8, 8), array(8, 8)]
    const hidden = exp(matmul(x, w)) as Tensor
    const late = sum(mul(hidden, 2))
    const again = exp(matmul(barrier(x, late as unknown as AnyTensor), w)) as Tensor
    const plan = planOf([add(late, sum(mul(again, 3)))])
    expect(kinds(plan)).toEqual(['matmul', 'reduce', 'matmul', 'reduce'])
    expect(plan.workspace).toBeLessThan(2 * 64 + 64)
  })

  it('makes a loop of a scan, whose body is lowered once', () => {
    const [last] = scan(
      (h: Tensor, x: Tensor) => [tanh(add(matmul(h, array(3, 3)), x)) as Tensor, h] as const,
      array(2, 3),
      array(7, 2, 3),
    )
    const plan = planOf([last])
    const loop = only<Extract<Kernel, { kind: 'scan' }>>(plan)
    expect(kinds(loop.body)).toEqual(['matmul'])
    expect(loop).toMatchObject({ length: 7, carry: 1, inputs: [{ stride: 0 }, { stride: 6 }, { stride: 0 }] })
  })

  it('makes whole operands contiguous only where they are not', () => {
    const table = array(4, 6)
    const rows = tensor([1, 3], [2], 'int32')
    expect(kinds(planOf([gather(table, rows)]))).toEqual(['gather'])
    expect(kinds(planOf([gather(transpose(table), rows)]))).toEqual(['loop', 'gather'])
    expect(kinds(planOf([gather(reshape(exp(table), [6, 4]) as Tensor, rows)]))).toEqual(['loop', 'gather'])
  })
})
