/** Steps that may fail, one after another, as plain asynchronous code. */
import type { Either } from '#fp/Either'
import { type TaskEither, tryCatch } from '#fp/TaskEither'

type Carrier<E> = Error & { readonly carried: E }
const carries = <E>(error: unknown): error is Carrier<E> => error instanceof Error && 'carried' in error

/** The value of what may fail, inside of {@link attempt}; or its error as the result of the whole. */
export type Must<E> = <A>(step: TaskEither<E, A> | Either<E, A>) => Promise<A>

/**
 * Runs `body`; the first step that fails in it ends it. What else is thrown is thrown.
 *
 * @example
 * import { attempt, readFile } from 'pullback/node'
 *
 * const length = attempt<{ readonly message: string }, number>(async (must) => {
 *   const bytes = await must(readFile('no-such-file'))
 *   return bytes.length
 * })
 * const result = await length()
 * result._tag // => 'Left'
 */
export const attempt =
  <E, A>(body: (must: Must<E>) => Promise<A>): TaskEither<E, A> =>
  () => {
    const must: Must<E> = async (step) => {
      const result = typeof step === 'function' ? await step() : step
      if (result._tag === 'Left') throw Object.assign(new Error('a step failed'), { carried: result.left })
      return result.right
    }
    return tryCatch(
      () => body(must),
      (error): E => {
        if (carries<E>(error)) return error.carried
        throw error
      },
    )()
  }
