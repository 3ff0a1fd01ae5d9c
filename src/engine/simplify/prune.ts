import { type Instruction, type Program, withInputs } from '../program.js'

/** The list itself where nothing changes. */
export const renumbered = (list: readonly number[], to: Int32Array): readonly number[] => {
  let same = 0
  while (same < list.length && to[list[same]] === list[same]) same++
  return same === list.length ? list : list.map((id) => to[id])
}

/** The instruction with other numbers for its inputs. */
export const readdressed = (it: Instruction, inputs: readonly number[], to: Int32Array): Instruction => {
  const own = renumbered(inputs, to)
  return own === it.inputs ? it : withInputs(it, own)
}

/** The program with instructions whose numbers are those in `to`. */
export const withNumbers = (
  { inputs, scalars, outputs }: Program,
  instructions: readonly Instruction[],
  to: Int32Array,
): Program => ({ instructions, inputs: renumbered(inputs, to), scalars, outputs: renumbered(outputs, to) })

/** The program without what nobody needs. */
export const prune = (program: Program): Program => {
  const { instructions } = program
  const live = new Uint8Array(instructions.length)
  for (const id of [...program.outputs, ...program.inputs]) live[id] = 1
  for (let id = instructions.length - 1; id >= 0; id--) {
    const { op, inputs } = instructions[id]
    if (live[id] === 0) continue
    if (op === 'barrier') live[inputs[0]] = 1
    else for (let i = 0; i < inputs.length; i++) live[inputs[i]] = 1
  }
  const to = new Int32Array(instructions.length)
  const kept: Instruction[] = []
  instructions.forEach((it, id) => {
    if (live[id] === 0) return
    const needed = it.op === 'barrier' ? it.inputs.filter((input, i) => i === 0 || live[input] === 1) : it.inputs
    to[id] = kept.length
    kept.push(readdressed(it, needed, to))
  })
  return withNumbers(program, kept, to)
}
