/**
 * A program in the order in which it is best fused: everything elementwise as early as can be, right behind the last
 * instruction of weight that it depends on; small things before large ones. What a reduce or matmul leads to then stands
 * near it, wherever in the tree of results it is asked for, and can be its epilogue.
 */
import { type Program, withInputs } from '../program.js'
import { type Analysis, analyse } from './analysis.js'

export interface Arranged {
  readonly program: Program
  readonly analysis: Analysis
}

/** The instructions in their new order. */
const orderOf = (analysis: Analysis, { instructions }: Program): Int32Array => {
  const count = instructions.length
  const { ready, sizes } = analysis
  // No smaller than what it depends on in its bucket, so that sorting by it keeps inputs before users.
  const rank = sizes.slice()
  const starts = new Int32Array(count + 2)
  for (let node = 0; node < count; node++) {
    for (const input of instructions[node].inputs)
      if (ready[input] === ready[node] && rank[input] > rank[node]) rank[node] = rank[input]
    starts[ready[node] + 2]++
  }
  for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket] += starts[bucket - 1]
  const order = new Int32Array(count)
  const filled = starts.slice()
  for (let node = 0; node < count; node++) order[filled[ready[node] + 1]++] = node
  // An instruction of weight comes first in its own bucket, however large it is.
  const compare = (a: number, b: number): number =>
    ready[a] === a ? -1 : ready[b] === b ? 1 : rank[a] - rank[b] || a - b
  for (let bucket = 0; bucket <= count; bucket++)
    if (starts[bucket + 1] > starts[bucket] + 1) order.subarray(starts[bucket], starts[bucket + 1]).sort(compare)
  return order
}

export const arrange = (program: Program): Arranged => {
  const { instructions } = program
  const before = analyse(program)
  const order = orderOf(before, program)
  const to = new Int32Array(instructions.length)
  for (let at = 0; at < order.length; at++) to[order[at]] = at
  const renumbered = (list: readonly number[]): number[] => list.map((node) => to[node])
  const taken = <A>(list: readonly A[]): A[] => Array.from(order, (node) => list[node])
  // Instructions of weight keep their order among each other, so that all but their numbers stays as it was found.
  const analysis: Analysis = {
    sizes: taken(before.sizes),
    cost: taken(before.cost),
    loads: taken(before.loads),
    ready: Array.from(order, (node) => (before.ready[node] < 0 ? -1 : to[before.ready[node]])),
    follows: taken(before.follows),
    alone: taken(before.alone),
  }
  return {
    program: {
      instructions: Array.from(order, (node) => withInputs(instructions[node], renumbered(instructions[node].inputs))),
      inputs: renumbered(program.inputs),
      scalars: program.scalars,
      outputs: renumbered(program.outputs),
    },
    analysis,
  }
}
