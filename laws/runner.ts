/** Runs laws with fast-check. The message of a failure begins with the law's name. */
import fc from 'fast-check'
import type { Law } from './law.js'

/** How many samples are tried, and which. */
export interface RunOptions {
  /** How many samples; 25 unless given. */
  readonly runs?: number
  /** Of the samples; 1 unless given. */
  readonly seed?: number
  /** Whether to look for the smallest sample that breaks the law, which runs it many times more; true unless given. */
  readonly shrink?: boolean
}

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

/**
 * Checks a law of an instance on samples.
 *
 * @throws Error that begins with the law's name, says why it does not hold, and shows a sample that breaks it
 * @example
 * import { law, runLaw, seeds, when } from 'pullback/laws'
 *
 * const even = law('Seed: doubled it is even', (twice: (n: number) => number, { seed }: { readonly seed: number }) =>
 *   when(twice(seed) % 2 === 0, () => `twice ${seed} is ${twice(seed)}`),
 * )
 * await runLaw(even, (n) => 2 * n, seeds, { runs: 10 })
 */
export const runLaw = async <I, A>(
  law: Law<I, A>,
  instance: I,
  samples: fc.Arbitrary<A>,
  { runs = 25, seed = 1, shrink = true }: RunOptions = {},
): Promise<void> => {
  const details = await fc.check(
    fc.asyncProperty(samples, async (sample) => {
      const verdict = await law.holds(instance)(sample)
      if (!verdict.holds) throw new Error(verdict.because)
    }),
    { numRuns: runs, seed, endOnFailure: !shrink },
  )
  if (!details.failed) return
  const [sample] = details.counterexample ?? []
  throw new Error(
    `${law.name}: does not hold. ${reasonOf(details.errorInstance)}\nSample: ${fc.stringify(sample)} (seed ${details.seed}, ${details.numShrinks} times shrunk)`,
    { cause: details.errorInstance },
  )
}

/**
 * Checks several laws of one instance, one after another.
 *
 * @throws Error as `runLaw` does, of the first law that is broken
 * @example
 * import { relu } from 'pullback'
 * import { reference } from 'pullback/reference'
 * import { layerLaws, runLaws, seeds } from 'pullback/laws'
 *
 * const tolerance = { absolute: 1e-8, relative: 1e-8 }
 * const input = { shape: [2, 3], dtype: 'float64' } as const
 * await runLaws(layerLaws(), { device: reference(), layer: relu(), input, tolerance }, seeds, { runs: 3 })
 */
export const runLaws = async <I, A>(
  laws: readonly Law<I, A>[],
  instance: I,
  samples: fc.Arbitrary<A>,
  options: RunOptions = {},
): Promise<void> => {
  for (const law of laws) await runLaw(law, instance, samples, options)
}
