/**
 * A program in the order in which it is best fused: everything elementwise as early as can be, right behind the last
 * instruction of weight that it depends on; small things before large ones. What a reduce or matmul leads to then stands
 * near it, wherever in the tree of results it is asked for, and can be its epilogue.
 */
import type { Instruction, Program } from '../program.js'
import { readdressed, withNumbers } from '../simplify/prune.js'
import { type Analysis, analyse } from './analysis.js'

export interface Arranged {
  readonly program: Program
  readonly analysis: Analysis
}

/** The instructions in their new order. */
const orderOf = ({ ready, sizes }: Analysis, { instructions }: Program): Int32Array => {
  const count = instructions.length
  // No smaller than what it depends on in its bucket, so that sorting by it keeps inputs before users.
  const rank = sizes.slice()
  const starts = new Int32Array(count + 2)
  for (let node = 0; node < count; node++) {
    const { inputs } = instructions[node]
    for (let i = 0; i < inputs.length; i++)
      if (ready[inputs[i]] === ready[node] && rank[inputs[i]] > rank[node]) rank[node] = rank[inputs[i]]
    starts[ready[node] + 2]++
  }
  for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket] += starts[bucket - 1]
  // The number of a rank and that of a node as one number: numbers are sorted without a function that compares.
  const numbers = new Map<number, number>()
  for (const each of new Float64Array(new Set(rank)).sort()) numbers.set(each, numbers.size + 1)
  const keys = new Float64Array(count)
  const filled = starts.slice()
  for (let node = 0; node < count; node++) {
    // An instruction of weight comes first in its own bucket, however large it is.
    const number = ready[node] === node ? 0 : numbers.get(rank[node])!
    keys[filled[ready[node] + 1]++] = number * count + node
  }
  for (let bucket = 0; bucket <= count; bucket++)
    if (starts[bucket + 1] > starts[bucket] + 1) keys.subarray(starts[bucket], starts[bucket + 1]).sort()
  const order = new Int32Array(count)
  for (let at = 0; at < count; at++) order[at] = keys[at] % count
  return order
}

/** `from` in another order. */
const taken = <A extends Float64Array | Int32Array | Uint8Array>(order: Int32Array, from: A): A => {
  const to = from.slice() as A
  for (let at = 0; at < order.length; at++) to[at] = from[order[at]]
  return to
}

export const arrange = (program: Program): Arranged => {
  const { instructions } = program
  const before = analyse(program)
  const order = orderOf(before, program)
  const to = new Int32Array(order.length)
  for (let at = 0; at < order.length; at++) to[order[at]] = at
  const ready = taken(order, before.ready)
  for (let at = 0; at < ready.length; at++) if (ready[at] >= 0) ready[at] = to[ready[at]]
  // Instructions of weight keep their order among each other, so that all but their numbers stays as it was found.
  const analysis: Analysis = {
    sizes: taken(order, before.sizes),
    cost: taken(order, before.cost),
    loads: taken(order, before.loads),
    ready,
    follows: taken(order, before.follows),
    alone: taken(order, before.alone),
  }
  const arranged: Instruction[] = []
  for (let at = 0; at < order.length; at++) {
    const it = instructions[order[at]]
    arranged.push(readdressed(it, it.inputs, to))
  }
  return { program: withNumbers(program, arranged, to), analysis }
}
