/**
 * A program made smaller without changing a bit: what is computed twice is computed once, what nobody needs is gone, and
 * exact algebra (simplify/rules.ts) is applied.
 *
 * A barrier is never equal to another one, so what is computed behind it is computed anew. It keeps those of the values
 * it waits for that somebody needs anyway.
 */
import { sameShape, sizeOf } from '../array/shape.js'
import type { Instruction, Program } from './program.js'
import { prune, readdressed, withNumbers } from './simplify/prune.js'
import type { Rewriter } from './simplify/rewriter.js'
import { filled, rules } from './simplify/rules.js'

/** Moving the elements of an array of one number leaves it one. */
const moves: ReadonlySet<string> = new Set(['broadcast', 'reshape', 'permute', 'slice', 'flip', 'window'])

const hashOf = ({ op, shape, inputs, attributes }: Instruction): number => {
  let hash = op.charCodeAt(0) + 31 * op.charCodeAt(op.length - 1) + 961 * op.length
  for (let i = 0; i < inputs.length; i++) hash = Math.imul(hash ^ inputs[i], 0x01000193)
  for (let i = 0; i < attributes.length; i++) hash = Math.imul(hash ^ attributes[i], 0x01000193)
  for (let i = 0; i < shape.length; i++) hash = Math.imul(hash ^ shape[i], 0x01000193)
  return hash
}
const isSame = (a: Instruction, b: Instruction): boolean =>
  a.op === b.op &&
  a.dtype === b.dtype &&
  sameShape(a.inputs, b.inputs) &&
  sameShape(a.attributes, b.attributes) &&
  sameShape(a.shape, b.shape)

const isUnique = ({ op }: Instruction): boolean => op === 'barrier' || op === 'scan' || op === 'input'

export const simplify = (program: Program): Program => {
  const made: Instruction[] = []
  const constants: (number | undefined)[] = []
  /** The last instruction of each hash, and for each instruction the one before it. */
  const known = new Map<number, number>()
  const before: number[] = []

  const append = (it: Instruction): number => {
    made.push(it)
    before.push(-1)
    constants.push(it.op === 'constant' ? it.attributes[0] : moves.has(it.op) ? constants[it.inputs[0]] : undefined)
    return made.length - 1
  }
  const emit = (it: Instruction): number => {
    if (isUnique(it)) return append(it)
    if (it.op !== 'constant' && it.op !== 'scalar') {
      if (sizeOf(it.shape) === 0 && !(it.op === 'broadcast' && made[it.inputs[0]].op === 'constant'))
        return filled(rewriter, it, 0)
      const rewritten = rules[it.op]?.(rewriter, it)
      if (rewritten !== undefined) return rewritten
    }
    const hash = hashOf(it)
    const last = known.get(hash) ?? -1
    for (let id = last; id >= 0; id = before[id]!) if (isSame(made[id], it)) return id
    const id = append(it)
    before[id] = last
    known.set(hash, id)
    return id
  }
  const rewriter: Rewriter = { instruction: (id) => made[id], constantOf: (id) => constants[id], emit }

  const to = new Int32Array(program.instructions.length)
  program.instructions.forEach((given, at) => {
    const it = readdressed(given, given.inputs, to)
    if (it.op === 'project') to[at] = projection(rewriter, it)
    else if (it.op === 'scan') to[at] = append({ ...it, body: { ...it.body!, program: simplify(it.body!.program) } })
    else to[at] = emit(it)
  })
  return prune(withNumbers(program, made, to))
}

/** A loop of no steps ends with the carry it began with. */
const projection = (rewriter: Rewriter, it: Instruction): number => {
  const loop = rewriter.instruction(it.inputs[0])
  const { length, carry } = loop.body!
  if (length === 0 && it.attributes[0] < carry) return loop.inputs[it.attributes[0]]
  return rewriter.emit(it)
}
