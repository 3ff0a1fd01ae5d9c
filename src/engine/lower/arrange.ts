/**
 * A program in the order in which it is best fused: everything elementwise as early as can be, right behind the last
 * instruction of weight that it depends on; small things before large ones. What a reduce or matmul leads to then stands
 * near it, wherever in the tree of results it is asked for, and can be its epilogue.
 */
import { type Program, withInputs } from '../program.js'
import { analyse } from './analysis.js'

export const arrange = (program: Program): Program => {
  const { instructions } = program
  const { ready, sizes } = analyse(program)
  const buckets: number[][] = Array.from({ length: instructions.length + 1 }, () => [])
  // No smaller than what it depends on in its bucket, so that sorting by it keeps inputs before users.
  const rank = [...sizes]
  instructions.forEach(({ inputs }, node) => {
    for (const input of inputs) if (ready[input] === ready[node]) rank[node] = Math.max(rank[node], rank[input])
    buckets[ready[node] + 1].push(node)
  })
  const to = new Int32Array(instructions.length)
  let next = 0
  for (const bucket of buckets) {
    // An instruction of weight comes first in its own bucket, however large it is.
    bucket.sort((a, b) => (ready[a] === a ? -1 : ready[b] === b ? 1 : rank[a] - rank[b] || a - b))
    for (const node of bucket) to[node] = next++
  }
  const arranged = new Array<Program['instructions'][number]>(instructions.length)
  instructions.forEach((it, node) => {
    arranged[to[node]] = withInputs(
      it,
      it.inputs.map((input) => to[input]),
    )
  })
  const renumbered = (list: readonly number[]): number[] => list.map((node) => to[node])
  return {
    instructions: arranged,
    inputs: renumbered(program.inputs),
    scalars: program.scalars,
    outputs: renumbered(program.outputs),
  }
}
