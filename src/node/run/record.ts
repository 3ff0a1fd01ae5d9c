/**
 * `run.json`: what a run is, and how it ended. It is there, whole, from the moment that its folder is, so that a run that
 * was killed at any time can go on.
 */
import { mkdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { type Either, left, right } from '#fp/Either'
import { pipe } from '#fp/function'
import { chain, chainEitherK, map, left as stop, type TaskEither, tryCatch } from '#fp/TaskEither'
import type { DeviceSettings } from '../../engine/backend.js'
import type { Measures } from '../../plot/curves.js'
import { errorCode, type FileError, fileError, systemError } from '../file/fileError.js'
import { readFile } from '../file/readFile.js'
import { openRunFolder, type RunFolder } from '../file/runFolder.js'
import { writeTextAtomic } from '../file/writeFileAtomic.js'
import { readMeasures, written } from './measures.js'

/**
 * What decides the result of a run: equal configurations give equal fingerprints. A number that is not finite is read
 * back as its text.
 */
export type Configuration = Readonly<Record<string, string | number | boolean | null>>

/** What `run.json` says of a run: how it can be repeated, and how it went. */
export interface RunRecord {
  readonly status: 'running' | 'stopped' | 'finished'
  readonly configuration: Configuration
  readonly versions: Readonly<Record<string, string>>
  /** What computed it, and what that ran with: threads, and whatever else decides about bits or speed. */
  readonly device?: string
  readonly settings?: DeviceSettings
  /** Steps done when this was written. */
  readonly steps: number
  /** Wall time of training, over all its parts. */
  readonly seconds: number
  /** Measures of both splits after the last epoch. In the file, those that are not finite are texts, such as 'NaN'. */
  readonly training?: Readonly<Record<string, number>>
  readonly heldOut?: Readonly<Record<string, number>>
  /** SHA-256 over the final params. */
  readonly fingerprint?: string
}

/** A run that can be trained: its folder, and what is known of it. */
export interface Run {
  readonly folder: RunFolder
  readonly record: RunRecord
}

/** Of this package, which knows itself by name in the repository and where it is installed. */
const packageVersion = (): string => {
  const { version } = createRequire(import.meta.url)('pullback/package.json') as { readonly version: string }
  return version
}

const versions = (): RunRecord['versions'] => ({
  pullback: packageVersion(),
  node: process.versions.node,
  v8: process.versions.v8,
  platform: `${platform()} ${arch()}`,
})

const jsonOf = (record: RunRecord): string => `${JSON.stringify(record, (_, value: unknown) => written(value), 2)}\n`

/** Writes the record of a run, whole or not at all. */
export const writeRecord = (folder: RunFolder, record: RunRecord): TaskEither<FileError, void> =>
  writeTextAtomic(folder.run)(jsonOf(record))

const validName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/**
 * Makes the folder of a new run, with its record in it: `root/name/`, or `root/prefix-1/` with the first number that is
 * free. A name that is taken is an error; nothing is overwritten.
 *
 * @example
 * import { mkdtemp } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { beginRun } from 'pullback/node'
 *
 * const root = await mkdtemp(join(tmpdir(), 'pullback-'))
 * const run = await beginRun(root, { prefix: 'mlp' }, { epochs: 5, seed: 0 })()
 * run._tag === 'Right' && run.right.record.configuration.epochs // => 5
 */
export const beginRun = (
  root: string,
  name: string | { readonly prefix: string },
  configuration: Configuration,
): TaskEither<FileError, Run> => {
  const stem = typeof name === 'string' ? name : name.prefix
  if (!validName.test(stem))
    return stop(
      fileError(
        JSON.stringify(stem),
        'a name of letters, digits, dots, dashes and underscores',
        'another',
        'Rename the run.',
      ),
    )
  const record: RunRecord = { status: 'running', configuration, versions: versions(), steps: 0, seconds: 0 }
  const temporary = join(root, `.${stem}.${process.pid}.tmp`)
  const path = (number: number): string => join(root, typeof name === 'string' ? name : `${name.prefix}-${number}`)
  const make = async (): Promise<string> => {
    await mkdir(temporary, { recursive: true })
    try {
      const written = await writeTextAtomic(join(temporary, 'run.json'))(jsonOf(record))()
      if (written._tag === 'Left') throw new Error(written.left.message)
      for (let number = 1; ; number++) {
        // A rename takes the place of an empty folder, and of no other.
        try {
          await rename(temporary, path(number))
          return path(number)
        } catch (error) {
          if (!taken(error) || typeof name === 'string') throw error
        }
      }
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      throw error
    }
  }
  return pipe(
    tryCatch(make, (error) =>
      taken(error)
        ? fileError(path(1), 'a new folder', 'an earlier run', 'Continue it with --resume, or choose another name.')
        : systemError(path(1), 'a folder that can be made')(error),
    ),
    chain(openRunFolder),
    map((folder) => ({ folder, record })),
  )
}

const taken = (error: unknown): boolean => ['EEXIST', 'ENOTEMPTY', 'EPERM', 'ENOTDIR'].includes(errorCode(error) ?? '')

const isConfiguration = (value: unknown): value is Configuration =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((v) => v === null || ['string', 'number', 'boolean'].includes(typeof v))

const parseRecord = (path: string, bytes: Uint8Array): Either<FileError, RunRecord> => {
  const damaged = (got: string) =>
    left(fileError(path, 'the record of a run', got, 'The file is damaged: begin the run anew.'))
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as Partial<RunRecord> | null
    if (value === null || typeof value !== 'object' || !isConfiguration(value.configuration))
      return damaged('JSON without a configuration')
    const measures: { training?: Measures; heldOut?: Measures } = {}
    for (const split of ['training', 'heldOut'] as const) {
      if (value[split] === undefined) continue
      const read = readMeasures(value[split])
      if (read === undefined) return damaged(`measures under ${split} that are no numbers`)
      measures[split] = read
    }
    return right({ status: 'running', versions: {}, steps: 0, seconds: 0, ...value, ...measures } as RunRecord)
  } catch {
    return damaged('no JSON')
  }
}

/**
 * Opens the folder of an earlier run. A folder that is none, or has a damaged record, is an error.
 *
 * @example
 * import { reopenRun } from 'pullback/node'
 *
 * const run = await reopenRun('no-such-run')()
 * run._tag // => 'Left'
 */
export const reopenRun = (path: string): TaskEither<FileError, Run> =>
  pipe(
    openRunFolder(path),
    chain((folder) =>
      pipe(
        readFile(folder.run),
        chainEitherK((bytes) => parseRecord(folder.run, bytes)),
        map((record) => ({ folder, record })),
      ),
    ),
  )
