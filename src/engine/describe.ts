/** What a plan or a program costs, for `explain`: kernels with their shapes, operations and bytes. */
import { sizeOf } from '../array/shape.js'
import type { KernelDescription, PlanDescription } from './backend.js'
import type { Access, Body, Kernel, KernelPlan } from './kernel.js'
import type { Instruction, Program } from './program.js'

const bytes = 4

/** Elements that an access touches: dims along which it does not move count once. */
const touched = (dims: readonly number[], { strides }: Access): number =>
  sizeOf(dims.filter((_, i) => strides[i] !== 0))

const bytesOf = (dims: readonly number[], { operands, stores }: Body): number =>
  bytes *
  [...operands.flatMap((operand) => (operand.kind === 'load' ? [operand.access] : [])), ...stores.map((s) => s.access)]
    .map((access) => touched(dims, access))
    .reduce((sum, n) => sum + n, 0)

const stepsOf = (dims: readonly number[], { steps }: Body): number => sizeOf(dims) * steps.length

const names = (body: Body): string => [...new Set(body.steps.map(({ op }) => op))].slice(0, 4).join(' ')
const titled = (title: string, ...bodies: readonly Body[]): string =>
  [title, ...bodies.map(names).filter((text) => text !== '')].join(': ')

const describeKernel = (kernel: Kernel, plan: KernelPlan): KernelDescription => {
  const sizeOfBuffer = (buffer: number): number => plan.buffers[buffer].size
  switch (kernel.kind) {
    case 'loop': {
      const { dims } = kernel
      const kind = kernel.steps.length === 0 ? 'copy' : titled('loop', kernel)
      return { kernel: kind, shape: dims, flops: stepsOf(dims, kernel), bytes: bytesOf(dims, kernel) }
    }
    case 'reduce': {
      const { dims, epilogue } = kernel
      const kept = dims.slice(0, kernel.kept)
      return {
        kernel: titled(kernel.op, kernel, epilogue),
        shape: dims,
        flops: sizeOf(dims) + stepsOf(dims, kernel) + stepsOf(kept, epilogue),
        bytes: bytesOf(dims, kernel) + bytesOf(kept, epilogue),
      }
    }
    case 'matmul': {
      const { batch, m, n, k, a, b, epilogue } = kernel
      const dims = [...batch, ...m, ...n]
      return {
        kernel: titled('matmul', epilogue),
        shape: [batch, m, n, k].map(sizeOf),
        flops: 2 * sizeOf(dims) * sizeOf(k) + stepsOf(dims, epilogue),
        bytes:
          bytes * (touched([...batch, ...m, ...k], a) + touched([...batch, ...k, ...n], b)) + bytesOf(dims, epilogue),
      }
    }
    case 'gather':
    case 'scatterAdd': {
      const { kind, rows, count, rest } = kernel
      const moved = kind === 'gather' ? 2 * count * rest : rows * rest + 2 * count * rest
      return {
        kernel: kind,
        shape: [rows, count, rest],
        flops: kind === 'gather' ? 0 : count * rest,
        bytes: bytes * moved,
      }
    }
    case 'scan': {
      const body = describePlan(kernel.body)
      const total = (f: (each: KernelDescription) => number): number =>
        kernel.length * body.kernels.reduce((sum, each) => sum + f(each), 0)
      return {
        kernel: `scan of ${body.kernels.length} kernels`,
        shape: [kernel.length],
        flops: total(({ flops }) => flops),
        bytes: total(({ bytes }) => bytes),
      }
    }
    case 'dynamicSlice':
      return { kernel: kernel.kind, shape: kernel.sizes, flops: 0, bytes: 2 * bytes * sizeOf(kernel.sizes) }
    default: {
      const size = sizeOfBuffer(kernel.source)
      return { kernel: kernel.kind, shape: [size], flops: size, bytes: bytes * (size + sizeOfBuffer(kernel.target)) }
    }
  }
}

/** A plan's kernels for `explain`: what an `Executable` of a backend that lowers gives as its description. */
export const describePlan = (plan: KernelPlan): PlanDescription => ({
  kernels: plan.kernels.map((kernel) => describeKernel(kernel, plan)),
  workspaceBytes: bytes * plan.workspace,
})

const bytesOfResult = ({ dtype, shape }: Instruction): number =>
  sizeOf(shape) * (dtype === 'float64' ? 8 : dtype === 'bool' ? 1 : 4)

/**
 * A program's instructions for `explain`: what an `Executable` of a backend that runs them one by one, and keeps all of
 * their results until the run ends, gives as its description.
 */
export const describeProgram = ({ instructions }: Program): PlanDescription => ({
  kernels: instructions.map((instruction) => {
    const { op, shape, inputs } = instruction
    const flops = op === 'matmul' ? 2 * sizeOf(shape) * instructions[inputs[0]].shape.at(-1)! : sizeOf(shape)
    return { kernel: op, shape, flops, bytes: bytesOfResult(instruction) }
  }),
  workspaceBytes: instructions.reduce((bytes, instruction) => bytes + bytesOfResult(instruction), 0),
})
