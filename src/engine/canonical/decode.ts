/**
 * From the code of a graph to its `Program`, made only when no plan fits the code. Positions come from the code, for the
 * nodes' own scratch is overwritten by then; the rest comes from the nodes.
 */
import type { Node } from '../../array/node.js'
import type { Instruction, InstructionOp, Program, ScanProgram } from '../program.js'
import { type Canonicalizer, isStructural, type Segment } from './canonicalizer.js'
import { writesShape } from './opTable.js'
import type { ScanGroup } from './scanGroups.js'

const instructionOp = (node: Node, isArgument: boolean): InstructionOp => {
  const { op } = node
  if (isArgument || op === 'data' || op === 'argument') return 'input'
  if (op === 'literal') return isStructural(node.payload as number) ? 'constant' : 'scalar'
  if (op === 'alias') throw new Error('pullback: an alias in a canonical program; please report this')
  return op
}

const none: readonly number[] = []

/** A list that grows takes room for 17 numbers, and most have one or two. */
const listOf = (code: Int32Array, from: number, to: number): readonly number[] => {
  if (to === from) return none
  if (to === from + 1) return [code[from]]
  if (to === from + 2) return [code[from], code[from + 1]]
  const list: number[] = []
  for (let i = from; i < to; i++) list.push(code[i])
  return list
}

/** The program of the last walk, which must have noted what it met. Scalars are numbered as the walk met them: the main program's, then each body's. */
export const decode = (canonicalizer: Canonicalizer): Program => {
  const { code, segments, scalars } = canonicalizer
  const bodies = new Map<ScanGroup, Segment>()
  for (const segment of segments) if (segment.group !== undefined) bodies.set(segment.group, segment)

  const scanProgram = (group: ScanGroup): ScanProgram => ({
    program: program(bodies.get(group)!),
    length: group.body.length,
    reverse: group.body.reverse,
    carry: group.body.carry.length,
    sequences: group.body.slices.length,
    captures: group.captures.length,
    stacked: group.stacked.size,
  })

  const program = (segment: Segment): Program => {
    const instructions: Instruction[] = []
    const inputs: number[] = []
    let at = segment.start
    let scalar = segment.firstScalar
    const read = (node: Node, isArgument: boolean): void => {
      const op = instructionOp(node, isArgument)
      const middle = at + 2 + (code[at + 1] & 0xfffff)
      const end = middle + (code[at + 1] >>> 20)
      const positions = listOf(code, at + 2, middle)
      const written = listOf(code, middle, end)
      at = writesShape(isArgument ? 'argument' : node.op) ? end + 1 + node.shape.length : end
      if (op === 'input') inputs.push(instructions.length)
      const attributes =
        op === 'input' ? [inputs.length - 1] : op === 'scalar' ? [scalar++] : op === 'scan' ? none : written
      const body = op === 'scan' ? scanProgram(segment.groups!.get(node)!) : undefined
      instructions.push({ op, dtype: node.dtype, shape: node.shape, inputs: positions, attributes, body })
    }
    for (const node of segment.arguments) read(node, true)
    for (const node of segment.order) read(node, false)
    return { instructions, inputs, scalars: scalars.length, outputs: segment.outputs }
  }
  return program(segments[0])
}
