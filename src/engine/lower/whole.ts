/** Kernels without a loop nest of their own: they work on whole buffers, so their operands lie there in order. */
import { sizeOf, stridesOf } from '../../array/shape.js'
import type { Kernel, KernelPlan, ScanKernel, WholeKernel } from '../kernel.js'
import type { ScanProgram } from '../program.js'
import { expression, operandOf } from './expression.js'
import type { Group } from './groups.js'
import { accessOf, instructionOf, newBuffer, type State, type Stored, storageOf } from './state.js'
import { contiguous, join } from './view.js'

/** The buffer of an operand; the grouping saw to it that it lies there in order. */
const bufferOf = (state: State, node: number): number => {
  let at = node
  while (state.grouping.home[at] === undefined && instructionOf(state, at).op !== 'input')
    at = instructionOf(state, at).inputs[0]!
  return storageOf(state, at).buffer
}

const wholeKernel = (state: State, node: number): WholeKernel => {
  const { op, dtype, shape, inputs, attributes } = instructionOf(state, node)
  const target = storageOf(state, node).buffer
  const operands = inputs.map((input) => bufferOf(state, input))
  const shapes = inputs.map((input) => instructionOf(state, input).shape)
  const first = operands[0]
  const second = operands[1]
  const source = shapes[0]
  switch (op) {
    case 'gather':
      return {
        ...{ kind: op, source: first, indices: second, target, rows: source[0] },
        ...{ count: sizeOf(shapes[1]), rest: sizeOf(source.slice(1)) },
      }
    case 'scatterAdd':
      return {
        ...{ kind: op, dtype, indices: first, updates: second, target, rows: shape[0] },
        ...{ count: sizeOf(source), rest: sizeOf(shape.slice(1)) },
      }
    case 'overlapAdd': {
      const n = attributes.length / 3
      const lead = shape.length - n
      return {
        ...{ kind: op, dtype, source: first, target, lead: sizeOf(shape.slice(0, lead)), spatial: shape.slice(lead) },
        ...{ size: attributes.slice(0, n), stride: attributes.slice(n, 2 * n), dilation: attributes.slice(2 * n) },
        count: source.slice(lead + n),
      }
    }
    case 'argSort': {
      const length = shape.at(-1)!
      return {
        kind: op,
        dtype: instructionOf(state, inputs[0]).dtype,
        ...{ source: first, target, rows: sizeOf(shape) / length, length },
      }
    }
    case 'cumulativeSum': {
      const axis = attributes[0]
      return {
        ...{ kind: op, dtype, source: first, target, outer: sizeOf(shape.slice(0, axis)), length: shape[axis] },
        inner: sizeOf(shape.slice(axis + 1)),
      }
    }
    case 'dynamicSlice':
      return { kind: op, source: first, starts: second, target, shape: source, sizes: shape }
    default:
      throw new Error(`pullback: no kernel for ${op}; please report this`)
  }
}

export const emitWhole = (state: State, group: Group): void => {
  state.kernels.push(wholeKernel(state, group.anchor))
}

/**
 * The border of a pad, as slabs that do not meet: those of an axis span the inside of the axes before it and the whole of
 * the axes after it. The inside is stored by whatever computes it.
 */
export const emitFill = (state: State, group: Group): void => {
  const { shape, inputs, attributes } = instructionOf(state, group.anchor)
  const inside = instructionOf(state, inputs[0]).shape
  const strides = stridesOf(shape)
  const target = storageOf(state, group.anchor)
  const own = expression(state, group, 'main')
  const value = own.value(inputs[1])
  const leaves = own.leaves()
  shape.forEach((_, axis) => {
    const [before, after] = [attributes[2 * axis], attributes[2 * axis + 1]]
    const first = attributes.reduce((sum, n, i) => (i % 2 === 0 && i < 2 * axis ? sum + n * strides[i / 2] : sum), 0)
    const sides = [
      { offset: first, size: before },
      { offset: first + (before + inside[axis]) * strides[axis], size: after },
    ]
    // Sides of one size are one kernel.
    for (const size of new Set([before, after])) {
      const dims = shape.map((whole, i) => (i < axis ? inside[i] : i === axis ? size : whole))
      if (sizeOf(dims) === 0) continue
      const digits = join(dims.map((n, i) => ({ size: n, stride: strides[i] })))
      const { operands, steps, number } = own.finish((leaf) =>
        operandOf(
          leaves[leaf],
          digits.map(() => 0),
        ),
      )
      const stores = sides
        .filter((side) => side.size === size)
        .map(({ offset }) => ({
          value: number(value),
          access: accessOf(
            { ...target, view: { offset, digits } },
            digits.map((digit) => digit.stride),
          ),
        }))
      state.kernels.push({ kind: 'loop', dims: digits.map((digit) => digit.size), operands, steps, stores })
    }
  })
}

/** Results of a scan in order: last carries, then stacked. */
const resultSizes = ({ program, length, carry }: ScanProgram): readonly number[] =>
  program.outputs.map((output, i) => sizeOf(program.instructions[output].shape) * (i < carry ? 1 : length))

export const emitScan = (state: State, group: Group, body: KernelPlan): void => {
  const { inputs, body: loop } = instructionOf(state, group.anchor)
  const { program, length, reverse, carry, sequences } = loop!
  const results = scanResults(state, group.anchor)
  const workspace = newBuffer(state, 'float32', body.workspace)
  const sizeOfResult = (i: number): number => sizeOf(program.instructions[program.outputs[i]].shape)
  const kernel: ScanKernel = {
    ...{ kind: 'scan', length, reverse, carry, body, workspace },
    ...(body.halves === undefined ? {} : { halves: newBuffer(state, 'float32', body.halves) }),
    inputs: inputs.map((input, i) => ({
      buffer: bufferOf(state, input),
      stride: i >= carry && i < carry + sequences ? sizeOf(instructionOf(state, input).shape) / length : 0,
    })),
    outputs: results.map(({ buffer }, i) => ({ buffer, stride: i < carry ? 0 : sizeOfResult(i) })),
  }
  state.kernels.push(kernel satisfies Kernel)
}

/** Where the results of a scan go; each projection that is used has its buffer already, or gets it here. */
const scanResults = (state: State, scan: number): readonly Stored[] => {
  const { body } = instructionOf(state, scan)
  const found = new Map<number, Stored>()
  state.program.instructions.forEach(({ op, inputs, attributes }, node) => {
    if (op === 'project' && inputs[0] === scan && state.grouping.home[node] !== undefined)
      found.set(attributes[0], storageOf(state, node))
  })
  return resultSizes(body!).map((size, i) => {
    const known = found.get(i)
    if (known !== undefined) return known
    const { dtype } = body!.program.instructions[body!.program.outputs[i]]
    return { buffer: newBuffer(state, dtype, size), dtype, view: contiguous(size) }
  })
}
