/**
 * Outputs that are alike: each computed place by place from numbers alone, by the same steps, though sizes and numbers
 * may differ. Such are the arrays that training begins with, drawn or filled, hundreds of a few kinds. One of each kind
 * is lowered; the kernels of the others are its own, with another size and other numbers.
 */
import { sameShape, sizeOf } from '../../array/shape.js'
import type { KernelPlan, LoopKernel, PlannedBuffer } from '../kernel.js'
import type { Instruction, InstructionOp, Program } from '../program.js'
import { prune } from '../simplify/prune.js'
import { isElementwise, isFree } from './analysis.js'
import { mostMembers } from './groups.js'

interface Copy {
  readonly output: number
  /** Number, among the outputs that are lowered, of the one that it is like. */
  readonly like: number
  /** Its scalar for each of that one. */
  readonly scalars: ReadonlyMap<number, number>
}

export interface Alike {
  /** The program of the outputs that are lowered. */
  readonly program: Program
  /** Which outputs those are. */
  readonly lowered: readonly number[]
  readonly copies: readonly Copy[]
}

const isNumber = (op: InstructionOp): boolean => op === 'constant' || op === 'scalar'

/** The instructions of one output: those that are no numbers, in the order in which the graph was walked. */
interface Steps {
  readonly output: number
  /** Whether they are elementwise and nobody else's. */
  readonly isPlain: boolean
  readonly steps: readonly number[]
}

/**
 * The walk numbers what an output is computed from in a row, ending with itself, but for what it met before. So a
 * reference to what stands before that row is one to what outputs share.
 */
const stepsOf = ({ instructions, outputs }: Program): readonly Steps[] => {
  const shared = new Uint8Array(outputs.length)
  const owners = new Int32Array(instructions.length)
  const plain = new Uint8Array(outputs.length)
  const lists: number[][] = []
  let at = 0
  for (let output = 0; output < outputs.length; output++) {
    const root = outputs[output]
    const { shape, op: last } = instructions[root]
    const steps: number[] = []
    lists.push(steps)
    if (root < at) shared[owners[root]] = shared[output] = 1
    let isPlain = sizeOf(shape) > 1 && !isFree(last)
    const first = at
    for (; at <= root; at++) {
      const { op, inputs, shape: own } = instructions[at]
      owners[at] = output
      if (isNumber(op)) continue
      steps.push(at)
      for (let i = 0; i < inputs.length; i++)
        if (inputs[i] < first && !isNumber(instructions[inputs[i]].op)) {
          shared[owners[inputs[i]]] = 1
          isPlain = false
        }
      if (!isPlain || (own !== shape && own.length > 0 && !sameShape(own, shape))) isPlain = false
      else if (op === 'broadcast') isPlain = instructions[inputs[0]].shape.length === 0
      else isPlain = op === 'iota' || isElementwise(op)
    }
    plain[output] = Number(isPlain && steps.length <= mostMembers)
  }
  return lists.map((steps, output) => ({ output, steps, isPlain: plain[output] === 1 && shared[output] === 0 }))
}

/** For each scalar that `first` is computed from that of `second`, if the two are alike. */
const scalarsOf = (
  { instructions }: Program,
  first: readonly number[],
  second: readonly number[],
  /** Room for the place of each instruction of the first. */
  places: Int32Array,
): ReadonlyMap<number, number> | undefined => {
  const scalars = new Map<number, number>()
  const isSameNumber = (x: Instruction, y: Instruction): boolean => {
    if (x.op !== y.op || x.dtype !== y.dtype) return false
    const from = x.attributes[0]
    const to = y.attributes[0]
    if (x.op === 'constant') return from === to
    const known = scalars.get(from)
    if (known === undefined) scalars.set(from, to)
    return known === undefined || known === to
  }
  // Inputs stand as far before their users on both sides, numbers aside.
  for (let i = 0; i < first.length; i++) {
    const x = instructions[first[i]]
    const y = instructions[second[i]]
    if (x.op !== y.op || x.dtype !== y.dtype || x.inputs.length !== y.inputs.length) return undefined
    if (x.shape.length === 0 ? y.shape.length > 0 : y.shape.length === 0) return undefined
    if (!sameShape(x.attributes, y.attributes)) return undefined
    places[first[i]] = second[i]
    for (let j = 0; j < x.inputs.length; j++) {
      const input = instructions[x.inputs[j]]
      if (isNumber(input.op)) {
        if (!isSameNumber(input, instructions[y.inputs[j]])) return undefined
      } else if (places[x.inputs[j]] !== y.inputs[j]) return undefined
    }
  }
  return scalars
}

/** Undefined where no outputs are alike. */
export const alike = (program: Program): Alike | undefined => {
  const { instructions, outputs } = program
  if (outputs.length < 2) return undefined
  const places = new Int32Array(instructions.length)
  const lowered: number[] = []
  const copies: Copy[] = []
  /** What is lowered of outputs with so many steps. */
  const known = new Map<number, { readonly like: number; readonly steps: readonly number[] }[]>()
  for (const { output, steps, isPlain } of stepsOf(program)) {
    const found = known.get(steps.length) ?? []
    known.set(steps.length, found)
    let scalars: ReadonlyMap<number, number> | undefined
    for (let i = 0; isPlain && scalars === undefined && i < found.length; i++) {
      scalars = scalarsOf(program, found[i].steps, steps, places)
      if (scalars !== undefined) copies.push({ output, like: found[i].like, scalars })
    }
    if (scalars !== undefined) continue
    if (isPlain) found.push({ like: lowered.length, steps })
    lowered.push(output)
  }
  if (copies.length === 0) return undefined
  return { program: prune({ ...program, outputs: lowered.map((output) => outputs[output]) }), lowered, copies }
}

/** The plan of the whole program, of that of its lowered outputs; undefined where one of them is no loop of its own. */
export const withCopies = (plan: KernelPlan, program: Program, { lowered, copies }: Alike): KernelPlan | undefined => {
  const loops = new Map<number, LoopKernel>()
  for (const kernel of plan.kernels)
    if (kernel.kind === 'loop' && kernel.stores.length === 1) loops.set(kernel.stores[0].access.buffer, kernel)
  const outputs = new Array<number>(program.outputs.length)
  lowered.forEach((output, i) => {
    outputs[output] = plan.outputs[i]
  })
  const buffers = plan.buffers.map(
    (buffer): PlannedBuffer =>
      buffer.role.kind === 'output'
        ? { ...buffer, role: { kind: 'output', index: lowered[buffer.role.index] } }
        : buffer,
  )
  const kernels = [...plan.kernels]
  for (const { output, like, scalars } of copies) {
    const loop = loops.get(plan.outputs[like])
    if (loop === undefined || loop.dims.length !== 1 || loop.operands.some(({ kind }) => kind === 'load'))
      return undefined
    const { dtype, shape } = program.instructions[program.outputs[output]]
    const size = sizeOf(shape)
    outputs[output] = buffers.push({ dtype, size, role: { kind: 'output', index: output } }) - 1
    const [{ value, access }] = loop.stores as readonly [LoopKernel['stores'][number]]
    kernels.push({
      kind: 'loop',
      dims: [size],
      operands: loop.operands.map((operand) =>
        operand.kind === 'scalar' ? { ...operand, index: scalars.get(operand.index)! } : operand,
      ),
      steps: loop.steps,
      stores: [{ value, access: { ...access, buffer: outputs[output] } }],
    })
  }
  return { ...plan, buffers, kernels, outputs }
}
