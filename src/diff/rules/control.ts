/** Functions that steer. An alias that stops the derivative never gets here. */
import type { Rule } from './rule.js'

export const controlRules: Readonly<Record<string, Rule>> = {
  alias: (c) => c,
  // What comes after the barrier's first input only orders the work.
  barrier: (c, _, input) => (input === 0 ? c : undefined),
}
