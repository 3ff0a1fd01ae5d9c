/** Runs the instructions of a program one by one. This is the meaning of every primitive. */
import { allocate, type HostArray, hostArrayFrom } from '../../array/dtype.js'
import type { BinaryOp, ReduceOp, UnaryOp } from '../../array/node.js'
import { sizeOf } from '../../array/shape.js'
import type { Instruction, Program, ScanProgram } from '../../engine/program.js'
import { matmul } from './contract.js'
import { binary, select, unary } from './elementwise.js'
import { argSort, cumulativeSum, gather, iota, scatterAdd } from './indexing.js'
import { broadcast, concat, dynamicSlice, flip, pad, permute, slice } from './move.js'
import { reduce } from './reduce.js'
import type { View } from './view.js'
import { overlapAdd, window } from './window.js'

/** Everything but what needs the run's inputs (input, scalar) or has several results (scan, project). */
const compute = (instruction: Instruction, inputs: readonly View[]): HostArray => {
  const { op, shape, dtype, attributes } = instruction
  const [x, y, z] = inputs as readonly [View, View, View]
  switch (op) {
    case 'constant':
      return hostArrayFrom(dtype, attributes)
    case 'iota':
      return iota(shape, dtype)
    case 'barrier':
    case 'reshape':
      return x.data
    case 'select':
      return select(x, y, z, shape, dtype)
    case 'sum':
    case 'prod':
    case 'max':
    case 'min':
    case 'argMax':
      return reduce(op satisfies ReduceOp, x, attributes, dtype)
    case 'permute':
      return permute(x, attributes, shape)
    case 'broadcast':
      return broadcast(x, shape)
    case 'pad':
      return pad(x, y, attributes, shape)
    case 'slice':
      return slice(x, attributes, shape)
    case 'flip':
      return flip(x, attributes)
    case 'concat':
      return concat(inputs, attributes[0], shape, dtype)
    case 'dynamicSlice':
      return dynamicSlice(x, y, shape)
    case 'matmul':
      return matmul(x, y, shape)
    case 'window':
      return window(x, attributes, shape)
    case 'overlapAdd':
      return overlapAdd(x, attributes, shape)
    case 'gather':
      return gather(x, y, shape)
    case 'scatterAdd':
      return scatterAdd(x, y, shape)
    case 'argSort':
      return argSort(x)
    case 'cumulativeSum':
      return cumulativeSum(x, attributes[0])
    default:
      return inputs.length === 1 ? unary(op as UnaryOp, x, dtype) : binary(op as BinaryOp, x, y, shape, dtype)
  }
}

/** The results of a scan: the last carry, then one stacked array for each further output of the body. */
const scan = (scanned: ScanProgram, inputs: readonly View[], scalars: readonly number[]): readonly HostArray[] => {
  const { program, length, reverse } = scanned
  const captures = inputs.slice(scanned.carry + scanned.sequences).map(({ data }) => data)
  const sequences = inputs.slice(scanned.carry, scanned.carry + scanned.sequences)
  const produced = program.outputs.slice(scanned.carry).map((output) => program.instructions[output])
  const stacked = produced.map(({ dtype, shape }) => allocate(dtype, length * sizeOf(shape)))
  let carry: readonly HostArray[] = inputs.slice(0, scanned.carry).map(({ data }) => data)
  for (let i = 0; i < length; i++) {
    const step = reverse ? length - 1 - i : i
    const slices = sequences.map(({ data }) => {
      const size = data.length / length
      return data.subarray(step * size, (step + 1) * size)
    })
    const outputs = interpret(program, [...carry, ...slices, ...captures], scalars)
    carry = outputs.slice(0, scanned.carry)
    stacked.forEach((whole, s) => {
      whole.set(outputs[scanned.carry + s], (step * whole.length) / length)
    })
  }
  return [...carry, ...stacked]
}

/** The outputs of a program. They may share memory with each other and with the inputs. */
export const interpret = (
  program: Program,
  inputs: readonly HostArray[],
  scalars: readonly number[],
): readonly HostArray[] => {
  const results: (readonly HostArray[])[] = []
  for (const instruction of program.instructions) {
    const { op, dtype, attributes } = instruction
    const views = instruction.inputs.map((i): View => {
      const { dtype, shape } = program.instructions[i]
      return { dtype, shape, data: results[i][0] }
    })
    results.push(
      op === 'input'
        ? [inputs[attributes[0]]]
        : op === 'scalar'
          ? [hostArrayFrom(dtype, [scalars[attributes[0]]])]
          : op === 'scan'
            ? scan(instruction.body!, views, scalars)
            : op === 'project'
              ? [results[instruction.inputs[0]][attributes[0]]]
              : [compute(instruction, views)],
    )
  }
  return program.outputs.map((output) => results[output][0])
}
