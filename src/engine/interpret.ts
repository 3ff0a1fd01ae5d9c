/**
 * Runs a program one instruction after another, for backends that have a function for each primitive. Those that
 * generate code for whole kernels `lower` it instead.
 */
import type { DType } from '../array/dtype.js'
import type { Shape } from '../array/shape.js'
import type { Instruction, InstructionOp, Program, ScanProgram } from './program.js'

/** An array of a backend's own kind, under a dtype and a shape: what an instruction takes. */
export interface Operand<Data> {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: Data
}

/**
 * The result of one instruction, of its dtype and shape. Every op comes here but input, scalar, scan and project. It may
 * be the data of an operand as it is (of a reshape, say): nobody changes what he did not make.
 */
export type Compute<Data> = (instruction: Instruction, operands: readonly Operand<Data>[]) => Data

/** The result of an op that keeps the dtype. */
const moved = <Data>(
  compute: Compute<Data>,
  op: InstructionOp,
  { dtype, shape }: Pick<Operand<Data>, 'dtype' | 'shape'>,
  attributes: readonly number[],
  ...operands: readonly Operand<Data>[]
): Operand<Data> => {
  const inputs = operands.map((_, i) => i)
  return { dtype, shape, data: compute({ op, dtype, shape, inputs, attributes, body: undefined }, operands) }
}

/** x[i]. */
const rowOf = <Data>(compute: Compute<Data>, x: Operand<Data>, i: number): Data => {
  const { dtype } = x
  const rest = x.shape.slice(1)
  const attributes = [i, ...rest.map(() => 0), ...x.shape.map(() => 1)]
  const row = moved(compute, 'slice', { dtype, shape: [1, ...rest] }, attributes, x)
  return moved(compute, 'reshape', { dtype, shape: rest }, [], row).data
}

/** The array of these rows, each of the dtype and shape of `each`. */
const stacked = <Data>(compute: Compute<Data>, rows: readonly Data[], { dtype, shape }: Instruction): Data => {
  const whole = { dtype, shape: [rows.length, ...shape] }
  if (rows.length === 0)
    return moved(compute, 'broadcast', whole, [], moved(compute, 'constant', { dtype, shape: [] }, [0])).data
  const parts = rows.map((data) =>
    moved(compute, 'reshape', { dtype, shape: [1, ...shape] }, [], { dtype, shape, data }),
  )
  return moved(compute, 'concat', whole, [0], ...parts).data
}

/** The last carry, then the stacked results. */
const scan = <Data>(
  compute: Compute<Data>,
  { program, length, reverse, carry, sequences }: ScanProgram,
  operands: readonly Operand<Data>[],
  scalars: readonly number[],
): readonly Data[] => {
  const walked = operands.slice(carry, carry + sequences)
  const captures = operands.slice(carry + sequences).map(({ data }) => data)
  const steps = new Array<readonly Data[]>(length)
  let state: readonly Data[] = operands.slice(0, carry).map(({ data }) => data)
  for (let i = 0; i < length; i++) {
    const step = reverse ? length - 1 - i : i
    const given = [...state, ...walked.map((x) => rowOf(compute, x, step)), ...captures]
    const results = interpret(program, compute, given, scalars)
    state = results.slice(0, carry)
    steps[step] = results.slice(carry)
  }
  const whole = program.outputs.slice(carry).map((output, s) => {
    const rows = steps.map((results) => results[s])
    return stacked(compute, rows, program.instructions[output])
  })
  return [...state, ...whole]
}

/**
 * Runs a program one instruction after another: `compute` is asked for the result of each, in their order, and gets what
 * it takes. The numbers of the run come to it as constants, and a scan as the instructions of its body, once for each
 * step. Gives the values of `program.outputs`, in their order; one may be an input, or stand there twice.
 *
 * @example
 * import { type Compute, interpret, type Program } from 'pullback'
 *
 * const like = { dtype: 'float32', shape: [3], body: undefined } as const
 * const program: Program = {
 *   instructions: [
 *     { ...like, op: 'input', inputs: [], attributes: [0] },
 *     { ...like, op: 'flip', inputs: [0], attributes: [0] },
 *   ],
 *   inputs: [0],
 *   scalars: 0,
 *   outputs: [1],
 * }
 * const compute: Compute<readonly number[]> = ({ op }, [x]) => (op === 'flip' ? [...x.data].reverse() : x.data)
 * interpret(program, compute, [[1, 2, 3]], []) // => [[3, 2, 1]]
 */
export const interpret = <Data>(
  program: Program,
  compute: Compute<Data>,
  inputs: readonly Data[],
  scalars: readonly number[],
): readonly Data[] => {
  const results: (readonly Data[])[] = []
  for (const instruction of program.instructions) {
    const { op, attributes, body } = instruction
    const operands = instruction.inputs.map((i): Operand<Data> => {
      const { dtype, shape } = program.instructions[i]
      return { dtype, shape, data: results[i][0] }
    })
    if (op === 'input') results.push([inputs[attributes[0]]])
    else if (op === 'project') results.push([results[instruction.inputs[0]][attributes[0]]])
    else if (op === 'scan') results.push(scan(compute, body!, operands, scalars))
    else if (op === 'scalar')
      results.push([compute({ ...instruction, op: 'constant', attributes: [scalars[attributes[0]]] }, [])])
    else results.push([compute(instruction, operands)])
  }
  return program.outputs.map((output) => results[output][0])
}
