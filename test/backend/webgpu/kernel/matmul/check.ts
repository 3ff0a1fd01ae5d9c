/** Runs a case on the GPU, and compares with the interpreter. */
import { sizeOf, stridesOf } from '../../../../../src/array/shape.js'
import type { Generator, KernelContext, Limits } from '../../../../../src/backend/webgpu/dispatch.js'
import { type Direct, directDispatch } from '../../../../../src/backend/webgpu/kernel/matmul/direct.js'
import { matmul } from '../../../../../src/backend/webgpu/kernel/matmul/matmul.js'
import { problemOf } from '../../../../../src/backend/webgpu/kernel/matmul/problem.js'
import { tileDispatch } from '../../../../../src/backend/webgpu/kernel/matmul/tile.js'
import type { Tile } from '../../../../../src/backend/webgpu/kernel/matmul/tiling.js'
import type { Body, MatmulKernel } from '../../../../../src/engine/kernel.js'
import { planOf, someFloats, whole } from '../../../kernelCases/data.js'
import { dimsOf, kernelOf, type ProductCase, plain } from '../../../kernelCases/matmul.js'
import { asHalves, expectPlan, leastLimits, ofHalves } from '../../harness.js'
import { toleranceFor } from './cases.js'

type Products = Generator<MatmulKernel>

export const byTile =
  (tile: Tile): Products =>
  (kernel: MatmulKernel, context: KernelContext) => [tileDispatch(problemOf(kernel), tile, context)]

export const byDirect =
  (direct: Direct): Products =>
  (kernel: MatmulKernel, context: KernelContext) => [directDispatch(problemOf(kernel), direct, context)]

export const expectProduct = async (
  each: ProductCase,
  generator: Products = matmul,
  special = false,
  limits: Limits = leastLimits,
  halves = false,
): Promise<void> => {
  const dims = dimsOf(each)
  const { kernel, inputs } = kernelOf(each, plain(2, dims), special)
  const plan = planOf(
    inputs.map(({ length }) => ['float32', length] as const),
    [['float32', sizeOf(dims)]],
    [],
    [kernel],
  )
  const tolerance = toleranceFor(each.k)
  if (halves) await expectPlan(asHalves(plan), { matmul: generator }, inputs, [], ofHalves(tolerance), limits)
  else await expectPlan(plan, { matmul: generator }, inputs, [], tolerance, limits)
}

/** A bias for each row, a rectifier, a scalar, and a second store that is transposed. */
export const expectEpilogue = async (
  each: ProductCase,
  generator: Products = matmul,
  limits: Limits = leastLimits,
  halves = false,
): Promise<void> => {
  const { batch = [], m } = each
  const dims = dimsOf(each)
  const count = sizeOf(dims)
  const row = batch.length + m.length - 1
  const bias = { buffer: 2, offset: 0, strides: dims.map((_, d) => (d === row ? 1 : 0)) }
  const turned = { buffer: 4, offset: 0, strides: [...stridesOf([...dims].reverse())].reverse() }
  const epilogue: Body = {
    operands: [
      { kind: 'result', dtype: 'float32' },
      { kind: 'load', dtype: 'float32', access: bias },
      { kind: 'constant', dtype: 'float32', value: 0 },
      { kind: 'scalar', dtype: 'float32', index: 0 },
      { kind: 'index', dtype: 'float32', offset: 1, strides: dims.map((_, d) => d + 1) },
    ],
    steps: [
      { op: 'add', dtype: 'float32', args: [0, 1] },
      { op: 'maximum', dtype: 'float32', args: [5, 2] },
      { op: 'mul', dtype: 'float32', args: [6, 3] },
      { op: 'add', dtype: 'float32', args: [5, 4] },
    ],
    stores: [
      { value: 7, access: whole(3, dims) },
      { value: 8, access: turned },
    ],
  }
  const { kernel, inputs } = kernelOf(each, epilogue)
  const all = [...inputs, someFloats(row < 0 ? 1 : dims[row]!, 8)]
  const plan = planOf(
    all.map(({ length }) => ['float32', length] as const),
    [
      ['float32', count],
      ['float32', count],
    ],
    [],
    [kernel],
    1,
  )
  const tolerance = toleranceFor(each.k)
  if (halves) await expectPlan(asHalves(plan), { matmul: generator }, all, [0.75], ofHalves(tolerance), limits)
  else await expectPlan(plan, { matmul: generator }, all, [0.75], tolerance, limits)
}
