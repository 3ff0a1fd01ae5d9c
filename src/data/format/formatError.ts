/** What is wrong with the bytes of a file. Codecs return it on the left of an `Either`; they never throw for bad bytes. */
import { type Either, left, right } from '#fp/Either'

/** What is wrong with a file, and where. */
export interface FormatError {
  readonly _tag: 'FormatError'
  /** The format that was expected, such as `safetensors`. */
  readonly format: string
  /** A byte offset, a line, or the field of a header. */
  readonly where: string
  readonly expected: string
  readonly got: string
  readonly fix: string
  /** All of the above in one line. */
  readonly message: string
}

export const formatError = (
  format: string,
  where: string,
  expected: string,
  got: string,
  fix: string,
): FormatError => ({
  _tag: 'FormatError',
  format,
  where,
  expected,
  got,
  fix,
  message: `${format}, ${where}: expected ${expected}, got ${got}. ${fix}`,
})

/** Leaves the nearest {@link decoding}. A decoder is a page of checks; this keeps them one line each. */
export type Reject = (where: string, expected: string, got: string, fix: string) => never

const isFormatError = (error: unknown): error is FormatError =>
  typeof error === 'object' && error !== null && '_tag' in error && error._tag === 'FormatError'

/** Annotate the constant that holds the result (`const reject: Reject = ...`): control flow analysis needs it. */
export const rejecting =
  (format: string): Reject =>
  (where, expected, got, fix) => {
    throw formatError(format, where, expected, got, fix)
  }

/** Runs a decoder; what it rejects is on the left. */
export const decoding = <A>(body: () => A): Either<FormatError, A> => {
  try {
    return right(body())
  } catch (error) {
    if (isFormatError(error)) return left(error)
    throw error
  }
}

const longest = 60

/** Foreign text for a message: quoted, on one line, and cut where it is long. */
export const quote = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}
