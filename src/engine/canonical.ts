/**
 * The canonical form of a graph: its program, and what the program leaves open (the leaves' storages and the lifted
 * numbers). Laws: 1. graphs that differ only in those have equal codes. 2. Equal codes mean equal programs.
 */
import type { Node, Storage } from '../array/node.js'
import { Canonicalizer } from './canonical/canonicalizer.js'
import { decode } from './canonical/decode.js'
import type { Program } from './program.js'

export interface Canonical {
  readonly program: Program
  /** Storage of each input. */
  readonly storages: readonly Storage[]
  /** Value of each scalar. */
  readonly scalars: readonly number[]
}

/** The canonical form of the graph of `roots`; outputs in the order of the roots. */
export const canonicalize = (roots: readonly Node[]): Canonical => {
  const canonicalizer = new Canonicalizer()
  canonicalizer.walk(roots)
  canonicalizer.note(roots)
  return { program: decode(canonicalizer), storages: canonicalizer.storages, scalars: canonicalizer.scalars }
}
