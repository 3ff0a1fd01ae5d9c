/** How laws become tests, and how a broken instance of a law becomes one. */
import type fc from 'fast-check'
import { type Law, type RunOptions, runLaw } from 'pullback/laws'
import { it } from 'vitest'

/** One test for each law. */
export const check = <I, A>(
  laws: readonly Law<I, A>[],
  instance: I,
  samples: fc.Arbitrary<A>,
  options: RunOptions = {},
  prefix = '',
): void => {
  for (const law of laws) it(`${prefix}${law.name}`, () => runLaw(law, instance, samples, options))
}

/** A law, and an instance that breaks it. */
export interface Broken {
  readonly law: string
  /** What is wrong. */
  readonly fault: string
  /** Rejects with the law's name first. */
  readonly run: () => Promise<void>
}

export const breaks = <I, A>(
  law: Law<I, A>,
  fault: string,
  instance: I,
  samples: fc.Arbitrary<A>,
  options: RunOptions = {},
): Broken => ({
  law: law.name,
  fault,
  run: () => runLaw(law, instance, samples, { runs: 50, shrink: false, ...options }),
})

/** The law of a name that ends so. */
export const named = <I, A>(laws: readonly Law<I, A>[], ending: string): Law<I, A> => {
  const found = laws.filter(({ name }) => name.endsWith(ending))
  if (found.length !== 1) throw new Error(`${found.length} laws end in '${ending}'`)
  return found[0]!
}
