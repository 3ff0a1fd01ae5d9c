/** The rule of every op that has one, but `scan` (see ../scan.ts). */
import { contractRules } from './contract.js'
import { controlRules } from './control.js'
import { elementwiseRules } from './elementwise.js'
import { indexingRules } from './indexing.js'
import { moveRules } from './move.js'
import { reduceRules } from './reduce.js'
import type { Rule } from './rule.js'
import { windowRules } from './window.js'

export const rules: Readonly<Partial<Record<string, Rule>>> = {
  ...elementwiseRules,
  ...reduceRules,
  ...moveRules,
  ...contractRules,
  ...windowRules,
  ...indexingRules,
  ...controlRules,
}
