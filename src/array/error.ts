/**
 * The one error family for what a program got wrong.
 *
 * What the world got wrong (files, formats, devices at construction) is an `Either` or a `TaskEither` instead.
 */

/** Where a mistake is, what was expected there, what came, and what to write instead. */
export interface Mistake {
  /** The function, or the path of the layer or leaf, such as `conv1.weight`. */
  readonly path: string
  readonly expected: string
  readonly got: string
  readonly fix: string
}

const describe = ({ path, expected, got, fix }: Mistake): string => `${path}: expected ${expected}, got ${got}. ${fix}`

/**
 * A mistake in a program. The message is made of the four parts, which are also there one by one.
 *
 * @example
 * import { cast, ones, PullbackError, sqrt } from 'pullback'
 *
 * const fixOf = (program: () => unknown): string => {
 *   try {
 *     return `none: ${program()}`
 *   } catch (error) {
 *     return error instanceof PullbackError ? error.fix : 'unknown'
 *   }
 * }
 * fixOf(() => sqrt(cast(ones([2]), 'int32') as never)) // => "Write cast(x, 'float32') first."
 */
export class PullbackError extends Error implements Mistake {
  override readonly name = 'PullbackError'
  readonly path: string
  readonly expected: string
  readonly got: string
  readonly fix: string

  constructor(mistake: Mistake) {
    super(describe(mistake))
    this.path = mistake.path
    this.expected = mistake.expected
    this.got = mistake.got
    this.fix = mistake.fix
  }
}

/** Throws a {@link PullbackError}. */
export const fail = (path: string, expected: string, got: string, fix: string): never => {
  throw new PullbackError({ path, expected, got, fix })
}

/** A number that is neither NaN nor infinite, from `least` on where that is given. */
export const checkFinite = (path: string, name: string, value: number, least = Number.NEGATIVE_INFINITY): void => {
  if (!(Number.isFinite(value) && value >= least))
    fail(
      path,
      `a finite ${name}${least === Number.NEGATIVE_INFINITY ? '' : ` from ${least} on`}`,
      String(value),
      'Pass another number, or leave it out where it has a default.',
    )
}

/** An error that was caught, with the path of a {@link PullbackError} prefixed. */
export const prefixed = (path: string, error: unknown): unknown =>
  error instanceof PullbackError
    ? new PullbackError({ path: `${path}.${error.path}`, expected: error.expected, got: error.got, fix: error.fix })
    : error

/**
 * Runs `body` and prefixes the path of a {@link PullbackError} that it throws, so that an error deep inside nested
 * layers names the whole way: `within('block1', ...)` turns `conv.weight` into `block1.conv.weight`.
 */
export const within = <A>(path: string, body: () => A): A => {
  try {
    return body()
  } catch (error) {
    throw prefixed(path, error)
  }
}
