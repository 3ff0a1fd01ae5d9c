/** Long computations in parts, between which a processor may be given other work. */
import type { Code, Local } from '../emit/code.js'

export interface Part {
  /** What of other parts, or of operands, it needs; vectors. */
  readonly reads: readonly Local[]
  readonly code: Code
  /** What it leaves for others. No other part writes it. */
  readonly writes: readonly Local[]
  /** About how many cycles pass from its start to its end. */
  readonly latency: number
}

export const partsCode = (parts: readonly Part[]): Code => parts.map(({ code }) => code)
