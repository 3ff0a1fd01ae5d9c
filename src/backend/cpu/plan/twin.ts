/**
 * Twins of matrices that meet single vectors again and again. Where the elements of a matrix [columns, k] are neighbours
 * along k, as weights of shape [out, in] are, a vector times the matrix has to transpose it in registers each time, for
 * sums follow k. A twin is the same matrix with sixteen columns side by side: [columns / 16, k, 16], or [k, columns] where
 * those are not so many times. The order of every sum is the same, so the bits are too.
 */
import { sizeOf } from '../../../array/shape.js'
import type { Access, Body, KernelPlan, LoopKernel, MatmulKernel, PlannedBuffer } from '../../../engine/kernel.js'
import { wideColumns } from '../kernel/matmul/vector.js'
import { sidesOf } from './matmul.js'
import { axisSize, uniformStride } from './tables.js'

export interface Twin {
  /** The input that holds the matrix. */
  readonly input: number
  readonly offset: number
  readonly columns: number
  readonly depth: number
  /** Elements from column to column of the matrix. */
  readonly stride: number
  /** Columns side by side. */
  readonly block: number
}

export interface Twinned {
  /** The plan with each twin as one more input. */
  readonly plan: KernelPlan
  readonly twins: readonly Twin[]
}

export const twinSize = ({ columns, depth }: Twin): number => columns * depth

/** The twin that a product would gain from. */
const twinOf = (kernel: MatmulKernel, buffers: readonly PlannedBuffer[]): Twin | undefined => {
  const { batch, m, n } = kernel
  const isLeft = sizeOf(m) > 1
  if (sizeOf(batch) !== 1 || (isLeft ? sizeOf(n) !== 1 || m.length !== 1 : n.length !== 1)) return undefined
  const { buffer, offset, own, depth } = sidesOf(kernel)[isLeft ? 0 : 1]
  const { role } = buffers[buffer]
  const [columns, size, stride] = [axisSize(own), axisSize(depth), uniformStride(own)]
  if (role.kind !== 'input' || columns < wideColumns || size < 2) return undefined
  if (uniformStride(depth) !== 1 || stride === undefined || stride < size) return undefined
  const block = columns % wideColumns === 0 ? wideColumns : columns
  return { input: role.index, offset, columns, depth: size, stride, block }
}

/** One dim as two, of which the inner one has `block` places. */
const split = (list: readonly number[], d: number, block: number): readonly number[] => [
  ...list.slice(0, d),
  list[d] * block,
  list[d],
  ...list.slice(d + 1),
]
const splitAccess = (access: Access, d: number, block: number): Access => ({
  ...access,
  strides: split(access.strides, d, block),
})
const splitBody = ({ operands, steps, stores }: Body, d: number, block: number): Body => ({
  operands: operands.map((operand) =>
    operand.kind === 'load'
      ? { ...operand, access: splitAccess(operand.access, d, block) }
      : operand.kind === 'index'
        ? { ...operand, strides: split(operand.strides, d, block) }
        : operand,
  ),
  steps,
  stores: stores.map(({ value, access }) => ({ value, access: splitAccess(access, d, block) })),
})

/** The product with the twin, which is in `buffer`, in the place of the matrix. */
const withTwin = (kernel: MatmulKernel, { columns, depth, block }: Twin, buffer: number): MatmulKernel => {
  const { batch, m, epilogue } = kernel
  const isLeft = sizeOf(m) > 1
  const along = sidesOf(kernel)[isLeft ? 0 : 1].depth.strides.map((stride) => stride * block)
  const across = [depth * block, 1]
  const blocks = [columns / block, block]
  const still = batch.map(() => 0)
  return isLeft
    ? {
        ...{ ...kernel, m: blocks, a: { buffer, offset: 0, strides: [...still, ...across, ...along] } },
        epilogue: splitBody(epilogue, batch.length, block),
      }
    : {
        ...{ ...kernel, n: blocks, b: { buffer, offset: 0, strides: [...still, ...along, ...across] } },
        epilogue: splitBody(epilogue, batch.length + m.length, block),
      }
}

/** The plan with twins; undefined where none would help. `donated`: inputs that have no time to gain from one. */
export const twinned = (plan: KernelPlan, inputs: number, donated: readonly boolean[]): Twinned | undefined => {
  const buffers = [...plan.buffers]
  const twins: Twin[] = []
  const kernels = plan.kernels.map((kernel) => {
    const twin = kernel.kind === 'matmul' ? twinOf(kernel, plan.buffers) : undefined
    if (twin === undefined || donated[twin.input]) return kernel
    buffers.push({ dtype: 'float32', size: twinSize(twin), role: { kind: 'input', index: inputs + twins.length } })
    twins.push(twin)
    return withTwin(kernel as MatmulKernel, twin, buffers.length - 1)
  })
  return twins.length === 0 ? undefined : { plan: { ...plan, buffers, kernels }, twins }
}

/** The plan that makes a twin of its one input of `size` elements. */
export const twinPlan = (twin: Twin, size: number): KernelPlan => {
  const { offset, columns, depth, stride, block } = twin
  const kernel: LoopKernel = {
    kind: 'loop',
    dims: [columns / block, depth, block],
    operands: [{ kind: 'load', dtype: 'float32', access: { buffer: 0, offset, strides: [block * stride, 1, stride] } }],
    steps: [],
    stores: [{ value: 0, access: { buffer: 1, offset: 0, strides: [depth * block, block, 1] } }],
  }
  return {
    buffers: [
      { dtype: 'float32', size, role: { kind: 'input', index: 0 } },
      { dtype: 'float32', size: twinSize(twin), role: { kind: 'output', index: 0 } },
    ],
    kernels: [kernel],
    outputs: [1],
    workspace: 0,
    scalars: 0,
  }
}
