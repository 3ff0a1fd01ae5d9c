/** One case for every derivative rule, on sizes that are unequal and away from kinks by construction. */
import type { Case } from './case.js'
import { composite } from './composite.js'
import { contract } from './contract.js'
import { control } from './control.js'
import { elementwise } from './elementwise.js'
import { move } from './move.js'
import { reduce } from './reduce.js'

export const cases: readonly Case[] = [...elementwise, ...reduce, ...move, ...contract, ...control, ...composite]
