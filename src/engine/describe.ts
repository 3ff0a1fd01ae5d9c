/** What a plan or a program costs, for `explain`: kernels with their shapes, operations and bytes. */
import { sizeOf } from '../array/shape.js'
import type { KernelDescription, PlanDescription } from './backend.js'
import type { Access, Body, Kernel, KernelPlan, ScanKernel } from './kernel.js'
import type { Instruction, Program } from './program.js'

/** Elements that an access touches: dims along which it does not move count once. */
const touched = (dims: readonly number[], { strides }: Access): number =>
  sizeOf(dims.filter((_, i) => strides[i] !== 0))

/** Bytes of an element of a buffer. */
type Width = (buffer: number) => number

const bytesOf = (dims: readonly number[], { operands, stores }: Body, width: Width): number =>
  [...operands.flatMap((operand) => (operand.kind === 'load' ? [operand.access] : [])), ...stores.map((s) => s.access)]
    .map((access) => width(access.buffer) * touched(dims, access))
    .reduce((sum, n) => sum + n, 0)

const stepsOf = (dims: readonly number[], { steps }: Body): number => sizeOf(dims) * steps.length

const names = (body: Body): string => [...new Set(body.steps.map(({ op }) => op))].slice(0, 4).join(' ')
const titled = (title: string, ...bodies: readonly Body[]): string =>
  [title, ...bodies.map(names).filter((text) => text !== '')].join(': ')

const widthOf =
  ({ buffers }: KernelPlan): Width =>
  (buffer) =>
    buffers[buffer].half ? 2 : 4

/** In the body of a scan, what comes from the outer plan or goes there is as wide as it is there. */
const widthIn = ({ body, inputs, outputs }: ScanKernel, outer: Width): Width => {
  const own = widthOf(body)
  return (buffer) => {
    const { role } = body.buffers[buffer]
    if (role.kind === 'input') return outer(inputs[role.index].buffer)
    return role.kind === 'output' ? outer(outputs[role.index].buffer) : own(buffer)
  }
}

const describeKernel = (kernel: Kernel, plan: KernelPlan, width: Width): KernelDescription => {
  const all = (buffer: number): number => width(buffer) * plan.buffers[buffer].size
  switch (kernel.kind) {
    case 'loop': {
      const { dims } = kernel
      const kind = kernel.steps.length === 0 ? 'copy' : titled('loop', kernel)
      return { kernel: kind, shape: dims, flops: stepsOf(dims, kernel), bytes: bytesOf(dims, kernel, width) }
    }
    case 'reduce': {
      const { dims, epilogue } = kernel
      const kept = dims.slice(0, kernel.kept)
      return {
        kernel: titled(kernel.op, kernel, epilogue),
        shape: dims,
        flops: sizeOf(dims) + stepsOf(dims, kernel) + stepsOf(kept, epilogue),
        bytes: bytesOf(dims, kernel, width) + bytesOf(kept, epilogue, width),
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
          width(a.buffer) * touched([...batch, ...m, ...k], a) +
          width(b.buffer) * touched([...batch, ...k, ...n], b) +
          bytesOf(dims, epilogue, width),
      }
    }
    case 'gather': {
      const { kind, rows, count, rest, source, target } = kernel
      const bytes = count * rest * (width(source) + width(target))
      return { kernel: kind, shape: [rows, count, rest], flops: 0, bytes }
    }
    case 'scatterAdd': {
      const { kind, rows, count, rest, updates, target } = kernel
      const bytes = rows * rest * width(target) + count * rest * (width(updates) + width(target))
      return { kernel: kind, shape: [rows, count, rest], flops: count * rest, bytes }
    }
    case 'scan': {
      const { body } = kernel
      const inner = widthIn(kernel, width)
      const kernels = body.kernels.map((each) => describeKernel(each, body, inner))
      const total = (f: (each: KernelDescription) => number): number =>
        kernel.length * kernels.reduce((sum, each) => sum + f(each), 0)
      return {
        kernel: `scan of ${kernels.length} kernels`,
        shape: [kernel.length],
        flops: total(({ flops }) => flops),
        bytes: total(({ bytes }) => bytes),
      }
    }
    case 'dynamicSlice': {
      const { kind, sizes, source, target } = kernel
      return { kernel: kind, shape: sizes, flops: 0, bytes: sizeOf(sizes) * (width(source) + width(target)) }
    }
    default: {
      const { kind, source, target } = kernel
      const { size } = plan.buffers[source]
      return { kernel: kind, shape: [size], flops: size, bytes: all(source) + all(target) }
    }
  }
}

/**
 * A plan's kernels for `explain`: what an `Executable` of a backend that lowers gives as its description.
 *
 * @example
 * import { describePlan, lower, type Program } from 'pullback'
 *
 * const program: Program = {
 *   instructions: [
 *     { op: 'input', dtype: 'float32', shape: [8], inputs: [], attributes: [], body: undefined },
 *     { op: 'neg', dtype: 'float32', shape: [8], inputs: [0], attributes: [], body: undefined },
 *   ],
 *   inputs: [0],
 *   scalars: 0,
 *   outputs: [1],
 * }
 * describePlan(lower(program, { donated: [false], keep: 'host' })).kernels.length // => 1
 */
export const describePlan = (plan: KernelPlan): PlanDescription => ({
  kernels: plan.kernels.map((kernel) => describeKernel(kernel, plan, widthOf(plan))),
  workspaceBytes: 4 * plan.workspace + 2 * (plan.halves ?? 0),
  ...(plan.halves === undefined ? {} : { halvesBytes: 2 * plan.halves }),
})

const bytesOfResult = ({ dtype, shape }: Instruction): number =>
  sizeOf(shape) * (dtype === 'float64' ? 8 : dtype === 'bool' ? 1 : 4)

/**
 * A program's instructions for `explain`: what an `Executable` of a backend that runs them one by one, and keeps all of
 * their results until the run ends, gives as its description.
 *
 * @example
 * import { describeProgram, type Program } from 'pullback'
 *
 * const program: Program = {
 *   instructions: [
 *     { op: 'input', dtype: 'float32', shape: [8], inputs: [], attributes: [], body: undefined },
 *     { op: 'neg', dtype: 'float32', shape: [8], inputs: [0], attributes: [], body: undefined },
 *   ],
 *   inputs: [0],
 *   scalars: 0,
 *   outputs: [1],
 * }
 * describeProgram(program).workspaceBytes // => 64
 */
export const describeProgram = ({ instructions }: Program): PlanDescription => ({
  kernels: instructions.map((instruction) => {
    const { op, shape, inputs } = instruction
    const flops = op === 'matmul' ? 2 * sizeOf(shape) * instructions[inputs[0]].shape.at(-1)! : sizeOf(shape)
    return { kernel: op, shape, flops, bytes: bytesOfResult(instruction) }
  }),
  workspaceBytes: instructions.reduce((bytes, instruction) => bytes + bytesOfResult(instruction), 0),
})
