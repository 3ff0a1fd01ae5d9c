/** What fusion wants to know of each instruction before it decides anything. */

import type { ElementwiseOp } from '../../array/node.js'
import { sizeOf } from '../../array/shape.js'
import type { InstructionOp, Program } from '../program.js'

/** Rough costs in additions: what a step takes beside a load and a store of memory. */
const costs: Readonly<Record<ElementwiseOp, number>> = {
  ...{ neg: 1, abs: 1, sign: 2, sqrt: 6, floor: 1, cast: 1, bitcast: 0 },
  ...{ exp: 20, log: 25, log1p: 30, sin: 30, cos: 30, tanh: 25, erf: 30, pow: 60 },
  ...{ add: 1, sub: 1, mul: 1, div: 5, maximum: 2, minimum: 2, mod: 8, less: 1, equal: 1 },
  ...{ and: 1, or: 1, xor: 1, shiftLeft: 1, shiftRight: 1, select: 1 },
}
const moves: ReadonlySet<InstructionOp> = new Set([
  ...(['reshape', 'permute', 'broadcast', 'slice', 'flip', 'window', 'barrier'] as const),
])

export const isElementwise = (op: InstructionOp): op is ElementwiseOp => op in costs
/** Ops that only say where elements are. */
export const isMove = (op: InstructionOp): boolean => moves.has(op)
/** Ops that need no memory at all. */
export const isFree = (op: InstructionOp): boolean => op === 'constant' || op === 'scalar' || op === 'iota'

/** Columns of a table with a row for each instruction; truths are 0 or 1. */
export interface Analysis {
  readonly sizes: Float64Array
  /** Cost of computing an element from what is stored at the latest, if nothing elementwise is stored. */
  readonly cost: Int32Array
  /** How many large operands that takes. */
  readonly loads: Int32Array
  /** The last instruction that is not elementwise among those it depends on, or -1. */
  readonly ready: Int32Array
  /** Whether that one is a reduce or matmul from which it is computed place by place. */
  readonly follows: Uint8Array
  /** Whether, besides, nothing on the way has another user: then only this value needs to be stored. */
  readonly alone: Uint8Array
}

/** Past this, a number is large enough to say: do not compute it again. */
const most = 10_000

export const analyse = ({ instructions }: Program): Analysis => {
  const count = instructions.length
  const sizes = new Float64Array(count)
  const cost = new Int32Array(count)
  const loads = new Int32Array(count)
  const ready = new Int32Array(count)
  const follows = new Uint8Array(count)
  const alone = new Uint8Array(count)
  const users = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const { inputs, shape } = instructions[i]
    sizes[i] = sizeOf(shape)
    for (let j = 0; j < inputs.length; j++) users[inputs[j]]++
  }
  for (let i = 0; i < count; i++) {
    const { op, inputs } = instructions[i]
    let last = -1
    for (let j = 0; j < inputs.length; j++) if (ready[inputs[j]] > last) last = ready[inputs[j]]
    if (isElementwise(op)) {
      let ownCost = costs[op]
      let ownLoads = 0
      for (let j = 0; j < inputs.length; j++) {
        const input = inputs[j]
        ownCost += cost[input]
        // A small operand stays in a cache, or in a register.
        if (4 * sizes[input] >= sizes[i]) ownLoads += loads[input]
        if (last >= 0 && sizes[input] === sizes[i] && ready[input] === last && follows[input] === 1) {
          follows[i] = 1
          if (users[input] === 1 && alone[input] === 1) alone[i] = 1
        }
      }
      cost[i] = Math.min(most, ownCost)
      loads[i] = Math.min(most, ownLoads)
      ready[i] = last
    } else if (isMove(op)) {
      const source = inputs[0]
      const inOrder = op === 'reshape' || op === 'barrier'
      cost[i] = cost[source]
      loads[i] = loads[source]
      ready[i] = last
      follows[i] = inOrder && ready[source] === last ? follows[source] : 0
      alone[i] = follows[i] === 1 && users[source] === 1 ? alone[source] : 0
    } else {
      loads[i] = isFree(op) ? 0 : 1
      ready[i] = isFree(op) || op === 'input' ? -1 : i
      follows[i] = Number(op === 'matmul' || isReduce(op))
      alone[i] = follows[i]
    }
  }
  return { sizes, cost, loads, ready, follows, alone }
}

const reduces: ReadonlySet<InstructionOp> = new Set(['sum', 'prod', 'max', 'min', 'argMax'])
export const isReduce = (op: InstructionOp): boolean => reduces.has(op)
