/** Runs laws with fast-check. The message of a failure begins with the law's name. */
import fc from 'fast-check'
import type { Law } from './law.js'

export interface RunOptions {
  readonly runs?: number
  readonly seed?: number
}

/**
 * Checks a law of an instance on samples.
 *
 * @throws Error that begins with the law's name and holds the smallest sample that breaks it
 */
export const runLaw = async <I, A>(
  law: Law<I, A>,
  instance: I,
  samples: fc.Arbitrary<A>,
  { runs = 25, seed = 1 }: RunOptions = {},
): Promise<void> => {
  let because = ''
  const details = await fc.check(
    fc.asyncProperty(samples, async (sample) => {
      const verdict = await law.holds(instance)(sample)
      if (!verdict.holds) because = verdict.because
      return verdict.holds
    }),
    { numRuns: runs, seed },
  )
  if (!details.failed) return
  const thrown = details.errorInstance instanceof Error ? details.errorInstance.message : because
  throw new Error(
    `${law.name} does not hold: ${thrown === '' ? because : thrown}\n${fc.defaultReportMessage(details) ?? ''}`,
  )
}

/** Checks several laws of one instance, one after another. */
export const runLaws = async <I, A>(
  laws: readonly Law<I, A>[],
  instance: I,
  samples: fc.Arbitrary<A>,
  options: RunOptions = {},
): Promise<void> => {
  for (const law of laws) await runLaw(law, instance, samples, options)
}
