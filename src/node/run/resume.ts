/** Beginning a run, or going on with one: what a command line and the record of an earlier run say together. */
import { type Either, left, right } from '#fp/Either'
import type { TaskEither } from '#fp/TaskEither'
import { attempt } from '../attempt.js'
import { type FileError, fileError } from '../file/fileError.js'
import { type CommandLine, type Options, type OptionValues, type UsageError, usageError } from '../options.js'
import { beginRun, type Configuration, type Run, reopenRun } from './record.js'

/** Options that do not decide what a run computes: the same bits come from any number of threads. */
const aside = ['name', 'resume', 'threads', 'help']

/** What is to be done. */
export interface Plan<O extends Options> {
  readonly values: OptionValues<O>
  /** The run to go on with, or how to begin a new one once everything else is known to be right. */
  readonly open: TaskEither<FileError, Run>
}

const decisive = (options: Options): readonly string[] => Object.keys(options).filter((name) => !aside.includes(name))

const configurationOf = (options: Options, values: Readonly<Record<string, unknown>>): Configuration =>
  Object.fromEntries(decisive(options).map((name) => [name, (values[name] ?? null) as Configuration[string]]))

/** A value of the record, read as the option reads text. */
const stored = (run: Run, options: Options, name: string): Either<FileError, unknown> => {
  const value = run.record.configuration[name]
  const damaged = (expected: string) =>
    left(
      fileError(
        `${run.folder.run}, configuration.${name}`,
        expected,
        JSON.stringify(value) ?? 'none',
        'It is of another program, or damaged.',
      ),
    )
  if (value === null && options[name].initial === undefined) return right(undefined)
  if (value === undefined || value === null) return damaged('a value')
  const read = options[name].read(String(value))
  return read._tag === 'Left' ? damaged(read.left) : read
}

const checkGiven = <O extends Options>(
  run: Run,
  { values, given }: CommandLine<O>,
  own: Readonly<Record<string, unknown>>,
): Either<UsageError, undefined> => {
  for (const name of given) {
    if (name === 'resume') continue
    if (name === 'name') return left(usageError('--name: a run that is resumed keeps its name. Leave it out.'))
    const value = (values as Readonly<Record<string, unknown>>)[name]
    if (value !== own[name])
      return left(
        usageError(
          `--${name} ${String(value)}: expected ${String(own[name] ?? 'none')}, as ${run.folder.path} began. Leave it out, or begin a new run.`,
        ),
      )
  }
  return right(undefined)
}

/**
 * The values that a run is to be trained with. With `--resume DIR` they are those of the run in DIR, and options that say
 * something else are errors; else they are the command line's, and a new run is named by `--name`, or by `prefix` and a
 * number. The options have `name` and `resume`, both texts.
 *
 * @example
 * import { planRun, readCommandLine, textOption, wholeOption } from 'pullback/node'
 *
 * const options = {
 *   epochs: wholeOption('times through the data', 5, 1),
 *   name: textOption('NAME', 'what the run is called', undefined),
 *   resume: textOption('DIR', 'the run to go on with', undefined),
 * }
 * const line = readCommandLine(options, ['--epochs', '20'])
 * const plan = line._tag === 'Right' ? await planRun(options, line.right, 'runs', () => 'mlp')() : line
 * plan._tag === 'Right' && plan.right.values.epochs // => 20
 */
export const planRun = <O extends Options>(
  options: O,
  line: CommandLine<O>,
  root: string,
  prefix: (values: OptionValues<O>) => string,
): TaskEither<FileError | UsageError, Plan<O>> =>
  attempt(async (must) => {
    const values = line.values as Readonly<Record<string, unknown>>
    if (values.resume === undefined) {
      const name = values.name === undefined ? { prefix: prefix(line.values) } : String(values.name)
      return { values: line.values, open: beginRun(root, name, configurationOf(options, values)) }
    }
    const run = await must(reopenRun(String(values.resume)))
    const own: Record<string, unknown> = { ...values }
    for (const name of decisive(options)) own[name] = await must(stored(run, options, name))
    await must(checkGiven(run, line, own))
    return { values: own as OptionValues<O>, open: async () => right(run) }
  })
