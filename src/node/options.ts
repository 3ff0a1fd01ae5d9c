/**
 * Command lines: a table of options, and what it gives: typed values, one clear line for what is wrong, and a help page.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Either, left, right } from '#fp/Either'

/** One option: how its text is read, and what the help page says. */
export interface Option<A> {
  /** Stands for the value on the help page; none for a flag. */
  readonly metavar: string | undefined
  readonly help: string
  readonly initial: A
  /** The value, or what was expected. */
  readonly read: (text: string) => Either<string, A>
}

/** What a command takes, by the names of its options. */
export type Options = Readonly<Record<string, Option<unknown>>>
/** What a command line gave for each option. */
export type OptionValues<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer A> ? A : never }

/** What was wrong with a command line, in one line. */
export interface UsageError {
  readonly _tag: 'UsageError'
  readonly message: string
}
export const usageError = (message: string): UsageError => ({ _tag: 'UsageError', message })

/**
 * Any text but none.
 *
 * @example
 * import { textOption } from 'pullback/node'
 *
 * const name = textOption('NAME', 'what the run is called', 'first')
 * name.read('second') // => { _tag: 'Right', right: 'second' }
 */
export const textOption = <A extends string | undefined>(
  metavar: string,
  help: string,
  initial: A,
): Option<string | A> => ({
  metavar,
  help,
  initial,
  read: (text) => (text === '' ? left('some text') : right(text)),
})

/**
 * A path, made absolute.
 *
 * @example
 * import { pathOption } from 'pullback/node'
 *
 * const data = pathOption('DIR', 'where the images are', undefined)
 * data.read('/images/../mnist') // => { _tag: 'Right', right: '/mnist' }
 */
export const pathOption = <A extends string | undefined>(
  metavar: string,
  help: string,
  initial: A,
): Option<string | A> => ({
  ...textOption(metavar, help, initial),
  read: (text) => (text === '' ? left('a path') : right(resolve(text))),
})

/**
 * One of several words.
 *
 * @example
 * import { choiceOption } from 'pullback/node'
 *
 * const device = choiceOption('what computes', ['cpu', 'webgpu'], 'cpu')
 * device.read('gpu') // => { _tag: 'Left', left: 'one of cpu, webgpu' }
 */
export const choiceOption = <const A extends string>(
  help: string,
  choices: readonly A[],
  initial: NoInfer<A>,
): Option<A> => ({
  metavar: choices.join('|'),
  help,
  initial,
  read: (text) => {
    const found = choices.find((choice) => choice === text)
    return found === undefined ? left(`one of ${choices.join(', ')}`) : right(found)
  },
})

/**
 * A whole number from `least` on.
 *
 * @example
 * import { wholeOption } from 'pullback/node'
 *
 * const epochs = wholeOption('times through the data', 5, 1)
 * epochs.read('0') // => { _tag: 'Left', left: 'a whole number from 1 on' }
 */
export const wholeOption = (help: string, initial: number, least = 0): Option<number> => ({
  metavar: 'N',
  help,
  initial,
  read: (text) => {
    const value = Number(text)
    return /^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least
      ? right(value)
      : left(`a whole number from ${least} on`)
  },
})

/**
 * A number above 0.
 *
 * @example
 * import { positiveOption } from 'pullback/node'
 *
 * const rate = positiveOption('the learning rate', 0.001)
 * rate.read('1e-2') // => { _tag: 'Right', right: 0.01 }
 */
export const positiveOption = <A extends number | undefined>(help: string, initial: A): Option<number | A> => ({
  metavar: 'X',
  help,
  initial,
  read: (text) => {
    const value = Number(text)
    return text.trim() !== '' && Number.isFinite(value) && value > 0 ? right(value) : left('a number above 0')
  },
})

/**
 * Present or not.
 *
 * @example
 * import { flagOption } from 'pullback/node'
 *
 * flagOption('show this page').initial // => false
 */
export const flagOption = (help: string): Option<boolean> => ({
  metavar: undefined,
  help,
  initial: false,
  // Records of runs hold 'false' for one that was not present.
  read: (text) => right(text !== 'false'),
})

/** What a command line says: the values, and which of them it named itself. */
export interface CommandLine<O extends Options> {
  readonly values: OptionValues<O>
  readonly given: ReadonlySet<keyof O & string>
}

/**
 * Reads arguments such as `--epochs 5 --help`. Unknown options, missing or wrong values, options given twice and
 * arguments that belong to no option are errors.
 *
 * @example
 * import { flagOption, readCommandLine, wholeOption } from 'pullback/node'
 *
 * const options = { epochs: wholeOption('times through the data', 5, 1), help: flagOption('show this page') }
 * const line = readCommandLine(options, ['--epochs', '20'])
 * line._tag === 'Right' && line.right.values // => { epochs: 20, help: false }
 */
export const readCommandLine = <O extends Options>(
  options: O,
  args: readonly string[],
): Either<UsageError, CommandLine<O>> => {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { metavar }]) => [
      name,
      { type: metavar === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  const { tokens } = parseArgs({
    args: [...args],
    options: config,
    strict: false,
    tokens: true,
    allowPositionals: true,
  })
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(options).map(([name, { initial }]) => [name, initial]),
  )
  const given = new Set<keyof O & string>()
  for (const token of tokens) {
    if (token.kind === 'positional') return left(usageError(`${token.value} belongs to no option. Try --help.`))
    if (token.kind === 'option-terminator') continue
    const option =
      Object.hasOwn(options, token.name) && token.rawName.startsWith('--') ? options[token.name] : undefined
    if (option === undefined) return left(usageError(`There is no option ${token.rawName}. Try --help.`))
    if (given.has(token.name)) return left(usageError(`${token.rawName} is given twice.`))
    if (
      option.metavar !== undefined &&
      (token.value === undefined || (!token.inlineValue && token.value.startsWith('--')))
    )
      return left(usageError(`${token.rawName} needs a value: ${token.rawName} ${option.metavar}.`))
    if (option.metavar === undefined && token.value !== undefined)
      return left(usageError(`${token.rawName} takes no value.`))
    const value = option.read(token.value ?? '')
    if (value._tag === 'Left') return left(usageError(`${token.rawName}: expected ${value.left}, got ${token.value}.`))
    values[token.name] = value.right
    given.add(token.name)
  }
  return right({ values: values as OptionValues<O>, given })
}

/**
 * The help page of a table of options.
 *
 * @example
 * import { helpPage, wholeOption } from 'pullback/node'
 *
 * const page = helpPage('train [options]', { epochs: wholeOption('times through the data', 5) })
 * page.includes('--epochs N') // => true
 */
export const helpPage = (usage: string, options: Options): string => {
  const rows = Object.entries(options).map(
    ([name, { metavar, help, initial }]) =>
      [
        `--${name}${metavar === undefined ? '' : ` ${metavar}`}`,
        initial === undefined || initial === false ? help : `${help} (${String(initial)})`,
      ] as const,
  )
  const width = Math.max(...rows.map(([head]) => head.length))
  return [usage, '', ...rows.map(([head, help]) => `  ${head.padEnd(width)}  ${help}`)].join('\n')
}
