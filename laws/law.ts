/**
 * A law is a named, curried predicate: a value, with no test runner inside. `holds(instance)(sample)` says whether the
 * law holds, and if not, why. `runLaw` in runner.ts adds fast-check; any other runner can be added the same way.
 */

/** Nothing, or why the law does not hold. */
export type Verdict = { readonly holds: true } | { readonly holds: false; readonly because: string }

/** The verdict that a law holds. */
export const upheld: Verdict = { holds: true }

/**
 * The verdict that it does not, and why.
 *
 * @example
 * import { broken } from 'pullback/laws'
 *
 * broken('3 where 4 is due') // => { holds: false, because: '3 where 4 is due' }
 */
export const broken = (because: string): Verdict => ({ holds: false, because })

/**
 * Upheld if the condition is true, else broken because of what `because` says.
 *
 * @example
 * import { when } from 'pullback/laws'
 *
 * when(2 + 2 === 5, () => '2 + 2 is not 5') // => { holds: false, because: '2 + 2 is not 5' }
 */
export const when = (condition: boolean, because: () => string): Verdict => (condition ? upheld : broken(because()))

/**
 * The first verdict that is broken, or upheld.
 *
 * @example
 * import { broken, every, upheld } from 'pullback/laws'
 *
 * every([upheld, broken('first'), broken('second')]) // => { holds: false, because: 'first' }
 */
export const every = (verdicts: readonly Verdict[]): Verdict => verdicts.find((verdict) => !verdict.holds) ?? upheld

/** A named predicate of an instance (what is tried) and a sample (what it is tried on). */
export interface Law<Instance, Sample> {
  /** Such as `Layer: the pullback is linear`. A runner's failure message begins with it. */
  readonly name: string
  readonly holds: (instance: Instance) => (sample: Sample) => Promise<Verdict>
}

/**
 * A law of a name and a predicate.
 *
 * @example
 * import { law, runLaw, seeds, when } from 'pullback/laws'
 *
 * const even = law('Seed: doubled it is even', (twice: (n: number) => number, { seed }: { readonly seed: number }) =>
 *   when(twice(seed) % 2 === 0, () => `twice ${seed} is ${twice(seed)}`),
 * )
 * await runLaw(even, (n) => 2 * n, seeds)
 */
export const law = <Instance, Sample>(
  name: string,
  holds: (instance: Instance, sample: Sample) => Verdict | Promise<Verdict>,
): Law<Instance, Sample> => ({ name, holds: (instance) => async (sample) => holds(instance, sample) })
