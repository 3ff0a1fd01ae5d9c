/** The folder of a training run, `runs/NAME/`, and the files in it. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipe } from '#fp/function'
import { chain, left, type TaskEither, tryCatch } from '#fp/TaskEither'
import { errorCode, type FileError, fileError, systemError } from './fileError.js'
import { isTemporary } from './writeFileAtomic.js'

/** Paths of a run. The folder exists; the files are written as the run goes on. */
export interface RunFolder {
  readonly path: string
  /** One line for each report. */
  readonly metrics: string
  /** Loss and accuracy as a picture. */
  readonly curves: string
  /** The checkpoint: all that is needed to go on. */
  readonly model: string
  /** Seed, configuration, versions, device, time and fingerprint. */
  readonly run: string
}

const runFolder = (path: string): RunFolder => ({
  path,
  metrics: join(path, 'metrics.jsonl'),
  curves: join(path, 'curves.svg'),
  model: join(path, 'model.safetensors'),
  run: join(path, 'run.json'),
})

// Names that are the same on every file system, and no option of a command line.
const validName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

const badName = (name: string): FileError =>
  fileError(
    JSON.stringify(name),
    'a name of letters, digits, dots, dashes and underscores',
    'another',
    'Rename the run.',
  )

const isEmptyFolder = async (path: string): Promise<boolean> => (await readdir(path)).length === 0

const makeRoot = (root: string): TaskEither<FileError, unknown> =>
  tryCatch(() => mkdir(root, { recursive: true }), systemError(root, 'a folder that can be made'))

/**
 * Makes `root/name/`. A run that is there already is an error, unless the folder is empty: nothing is overwritten.
 *
 * @example
 * import { mkdtemp } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { createRunFolder } from 'pullback/node'
 *
 * const root = await mkdtemp(join(tmpdir(), 'pullback-'))
 * const folder = await createRunFolder(root)('first')()
 * folder._tag === 'Right' && folder.right.path === join(root, 'first') // => true
 */
export const createRunFolder =
  (root: string) =>
  (name: string): TaskEither<FileError, RunFolder> => {
    if (!validName.test(name)) return left(badName(name))
    const path = join(root, name)
    const make = async (): Promise<RunFolder> => {
      try {
        await mkdir(path)
      } catch (error) {
        if (errorCode(error) !== 'EEXIST' || !(await isEmptyFolder(path))) throw error
      }
      return runFolder(path)
    }
    const describe = (error: unknown): FileError =>
      errorCode(error) === 'EEXIST'
        ? fileError(path, 'a new folder', 'an earlier run', 'Continue it with --resume, or choose another name.')
        : systemError(path, 'a folder that can be made')(error)
    return pipe(
      makeRoot(root),
      chain(() => tryCatch(make, describe)),
    )
  }

/**
 * Makes `root/prefix-1/`, or with the next number that is free. Two processes never get the same one.
 *
 * @example
 * import { mkdtemp } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { createNextRunFolder } from 'pullback/node'
 *
 * const root = await mkdtemp(join(tmpdir(), 'pullback-'))
 * await createNextRunFolder(root)('mlp')()
 * const second = await createNextRunFolder(root)('mlp')()
 * second._tag === 'Right' && second.right.path === join(root, 'mlp-2') // => true
 */
export const createNextRunFolder =
  (root: string) =>
  (prefix: string): TaskEither<FileError, RunFolder> => {
    if (!validName.test(prefix)) return left(badName(prefix))
    const make = async (): Promise<RunFolder> => {
      for (let number = 1; ; number++) {
        const path = join(root, `${prefix}-${number}`)
        try {
          await mkdir(path)
          return runFolder(path)
        } catch (error) {
          if (errorCode(error) !== 'EEXIST') throw error
        }
      }
    }
    return pipe(
      makeRoot(root),
      chain(() => tryCatch(make, systemError(root, 'a folder that can be made'))),
    )
  }

/**
 * An earlier run's folder, to continue it. Temporary files that a killed process left there are removed.
 *
 * @example
 * import { openRunFolder } from 'pullback/node'
 *
 * const folder = await openRunFolder('no-such-run')()
 * folder._tag // => 'Left'
 */
export const openRunFolder = (path: string): TaskEither<FileError, RunFolder> =>
  tryCatch(
    async () => {
      for (const name of await readdir(path)) if (isTemporary(name)) await rm(join(path, name), { force: true })
      return runFolder(path)
    },
    systemError(path, 'the folder of a run'),
  )
