/**
 * Random programs for the laws of devices: a list of small numbers is read as choices of ops and operands, so that every
 * list is a valid program, and a runner can shrink it.
 */
import type { DType, Shape } from 'pullback'
import { dyadic, sizeOf } from '../sample.js'
import type { Any } from '../untyped.js'
import { choices as choosingOps, exactOps, moves } from './exact.js'
import { jumpingOps } from './jumping.js'
import type { Maker } from './op.js'
import { smoothOps } from './smooth.js'

/** Each step: which op, and which operands, sizes and axes. */
export type Choices = readonly (readonly [op: number, a: number, b: number, c: number])[]
/** A random program, as a list of numbers, and what its inputs are drawn from. */
export interface ProgramSample {
  readonly choices: Choices
  readonly seed: number
}

/** All values so far; `exact` are those that moves and choices alone have made of the dyadic inputs. */
interface Values {
  readonly all: readonly Any[]
  readonly exact: readonly Any[]
}

const starts: readonly Shape[] = [[2, 3, 5], [3, 5], [5], []]
const largest = 4096
const deepest = 5

/**
 * The inputs of random programs: shapes [2, 3, 5], [3, 5], [5] and [], of dyadic numbers.
 *
 * @example
 * import { programInputs } from 'pullback/laws'
 *
 * programInputs(7).map(({ shape }) => shape) // => [[2, 3, 5], [3, 5], [5], []]
 */
export const programInputs = (seed: number, dtype: DType = 'float32'): readonly Any[] =>
  starts.map((shape, i) => dyadic(shape, dtype, seed + i))

const continuousOps: readonly Maker[] = [...smoothOps, ...moves, ...choosingOps]
/** Without the ops that choose: at a near tie two devices may choose differently, which only a derivative shows. */
const differentiableOps: readonly Maker[] = [...smoothOps, ...moves]

/** A step's value, and whether it is exact; undefined where it would be too large. */
const step = (
  values: Values,
  [op, a, b, c]: Choices[number],
  smooth: readonly Maker[],
): { readonly made: Any; readonly exact: boolean } | undefined => {
  const [kind, index] = [op % 4, Math.floor(op / 4)]
  const ops = kind === 0 ? exactOps : kind === 1 ? jumpingOps : smooth
  const operands = kind < 2 ? values.exact : values.all
  const made = ops[index % ops.length]((n) => operands[(n === 0 ? a : b + n) % operands.length], b, c)
  return sizeOf(made.shape) > largest || made.shape.length > deepest ? undefined : { made, exact: kind === 0 }
}

const extended = ({ all, exact }: Values, made: Any, isExact: boolean): Values => ({
  all: [...all, made],
  exact: isExact ? [...exact, made] : exact,
})

const run = (inputs: readonly Any[], choices: Choices, smooth: readonly Maker[]): readonly Any[] => {
  let values: Values = { all: inputs, exact: inputs }
  for (const choice of choices) {
    const next = step(values, choice, smooth)
    if (next !== undefined) values = extended(values, next.made, next.exact)
  }
  return values.all.slice(inputs.length)
}

/**
 * The results of every step: all of them are outputs, so nothing is lost to laziness.
 *
 * @example
 * import { programOf } from 'pullback/laws'
 *
 * programOf({ choices: [[1, 2, 3, 4]], seed: 7 }).length // => 1
 */
export const programOf = ({ choices, seed }: ProgramSample, dtype: DType = 'float32'): readonly Any[] =>
  run(programInputs(seed, dtype), choices, continuousOps)

/**
 * A program as a function of its inputs, by ops whose derivatives do not jump.
 *
 * @example
 * import { differentiableProgram, programInputs } from 'pullback/laws'
 *
 * const program = differentiableProgram([[1, 2, 3, 4]])
 * program(programInputs(7)).length // => 1
 */
export const differentiableProgram =
  (choices: Choices) =>
  (inputs: readonly Any[]): readonly Any[] =>
    run(inputs, choices, differentiableOps)

/**
 * The same program, where each value is settled (evaluated, say) before the next step uses it.
 *
 * @example
 * import { reference } from 'pullback/reference'
 * import { programInSteps } from 'pullback/laws'
 *
 * const device = reference()
 * const results = await programInSteps({ choices: [[1, 2, 3, 4]], seed: 7 }, (x) => device.evaluate(x))
 * results.length // => 1
 */
export const programInSteps = async (
  { choices, seed }: ProgramSample,
  settle: (x: Any) => Promise<Any>,
): Promise<readonly Any[]> => {
  const inputs = programInputs(seed)
  let values: Values = { all: inputs, exact: inputs }
  for (const choice of choices) {
    const next = step(values, choice, continuousOps)
    if (next !== undefined) values = extended(values, await settle(next.made), next.exact)
  }
  return values.all.slice(inputs.length)
}
