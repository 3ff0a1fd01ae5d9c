import type { Instruction } from '../program.js'

/** What a rule sees and makes. */
export interface Rewriter {
  readonly instruction: (id: number) => Instruction
  /** The number that every element is, if that is part of the structure. */
  readonly constantOf: (id: number) => number | undefined
  readonly emit: (instruction: Instruction) => number
}
