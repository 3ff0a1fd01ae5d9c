/** What a program is told of its mistake: all four parts, so that no test looks at half of a message. */
import { type Mistake, PullbackError } from 'pullback'
import { expect } from 'vitest'

const partsOf = (error: unknown): Mistake => {
  if (!(error instanceof PullbackError)) throw error
  const { path, expected, got, fix } = error
  expect(error.message).toBe(`${path}: expected ${expected}, got ${got}. ${fix}`)
  return { path, expected, got, fix }
}

/** The mistake that `body` makes. */
export const mistakeOf = (body: () => unknown): Mistake => {
  try {
    body()
  } catch (error) {
    return partsOf(error)
  }
  return expect.fail('nothing was thrown')
}

/** The mistake of a promise that is rejected. */
export const laterMistakeOf = (promise: Promise<unknown>): Promise<Mistake> =>
  promise.then(() => expect.fail('nothing was thrown'), partsOf)

/** Static types forbid most of these mistakes; these tests look at what remains where they are got round. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export const untyped = (value: unknown): any => value
