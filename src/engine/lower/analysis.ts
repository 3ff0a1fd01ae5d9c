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

export interface Analysis {
  readonly sizes: readonly number[]
  /** Cost of computing an element from what is stored at the latest, if nothing elementwise is stored. */
  readonly cost: readonly number[]
  /** How many large operands that takes. */
  readonly loads: readonly number[]
  /** The last instruction that is not elementwise among those it depends on, or -1. */
  readonly ready: readonly number[]
  /** Whether that one is a reduce or matmul from which it is computed place by place. */
  readonly follows: readonly boolean[]
  /** Whether, besides, nothing on the way has another user: then only this value needs to be stored. */
  readonly alone: readonly boolean[]
}

/** Past this, a number is large enough to say: do not compute it again. */
const most = 10_000

export const analyse = ({ instructions }: Program): Analysis => {
  const sizes = instructions.map(({ shape }) => sizeOf(shape))
  const cost: number[] = []
  const loads: number[] = []
  const ready: number[] = []
  const follows: boolean[] = []
  const alone: boolean[] = []
  const users = new Int32Array(instructions.length)
  for (const { inputs } of instructions) for (const input of inputs) users[input]++
  instructions.forEach(({ op, inputs }, i) => {
    let last = -1
    for (const input of inputs) last = Math.max(last, ready[input])
    if (isElementwise(op)) {
      let [ownCost, ownLoads, isNext, isAlone] = [costs[op], 0, false, false]
      for (const input of inputs) {
        ownCost += cost[input]
        // A small operand stays in a cache, or in a register.
        if (4 * sizes[input] >= sizes[i]) ownLoads += loads[input]
        if (last >= 0 && sizes[input] === sizes[i] && ready[input] === last && follows[input]) {
          isNext = true
          if (users[input] === 1 && alone[input]) isAlone = true
        }
      }
      cost.push(Math.min(most, ownCost))
      loads.push(Math.min(most, ownLoads))
      ready.push(last)
      follows.push(isNext)
      alone.push(isAlone)
    } else if (isMove(op)) {
      const source = inputs[0]
      const inOrder = op === 'reshape' || op === 'barrier'
      cost.push(cost[source])
      loads.push(loads[source])
      ready.push(last)
      follows.push(inOrder && ready[source] === last && follows[source])
      alone.push(follows[i] && users[source] === 1 && alone[source])
    } else {
      const producesPlaces = op === 'matmul' || isReduce(op)
      cost.push(0)
      loads.push(isFree(op) ? 0 : 1)
      ready.push(isFree(op) || op === 'input' ? -1 : i)
      follows.push(producesPlaces)
      alone.push(producesPlaces)
    }
  })
  return { sizes, cost, loads, ready, follows, alone }
}

const reduces: ReadonlySet<InstructionOp> = new Set(['sum', 'prod', 'max', 'min', 'argMax'])
export const isReduce = (op: InstructionOp): boolean => reduces.has(op)
