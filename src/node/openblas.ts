/** OpenBLAS as the matrix product of a cpu device: machine code for the processor at hand, through the package koffi. */
import process from 'node:process'
import { left, right } from '#fp/Either'
import type { TaskEither } from '#fp/TaskEither'
import type { ExternalMatmul, ExternalMatrix } from '../backend/cpu/option/external.js'

/** A shared library that could not be had. */
export interface LibraryError {
  readonly _tag: 'LibraryError'
  /** One line: what was tried, what went wrong, and what to do about it. */
  readonly message: string
}

/** Which OpenBLAS, and its threads. */
export interface OpenblasOptions {
  /** Its own threads, beside those of the device; 1 unless told. */
  readonly threads?: number
  /** A file, or a name that the system's loader finds; the usual names are tried unless told. */
  readonly library?: string
}

/** What the system's package managers call it. */
const usualNames: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    'libopenblas.dylib',
    '/opt/homebrew/opt/openblas/lib/libopenblas.dylib',
    '/usr/local/opt/openblas/lib/libopenblas.dylib',
  ],
  win32: ['libopenblas.dll', 'openblas.dll'],
}
const linuxNames: readonly string[] = ['libopenblas.so.0', 'libopenblas.so']

const installation: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'brew install openblas',
  linux: 'apt-get install libopenblas0-pthread',
}

const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0].replace(/[.:]*\s*$/, '')

const libraryError = (message: string): LibraryError => ({ _tag: 'LibraryError', message })

const rowMajor = 101
const [plain, transposed] = [111, 112]

type Koffi = Pick<typeof import('koffi')['default'], 'load' | 'address'>

/** The functions of the first library of `names` that has them; throws where none does, and says what was tried. */
const load = (koffi: Koffi, names: readonly string[]) => {
  const failures: string[] = []
  for (const name of names)
    try {
      const library = koffi.load(name)
      return {
        setThreads: library.func('void openblas_set_num_threads(int)') as (threads: number) => void,
        config: library.func('const char *openblas_get_config()') as () => string,
        core: library.func('const char *openblas_get_corename()') as () => string,
        sgemm: library.func(
          'void cblas_sgemm(int, int, int, int, int, int, float, void *, int, void *, int, float, void *, int)',
        ) as (...args: readonly (number | bigint)[]) => void,
      }
    } catch (error) {
      failures.push(`${name} (${reason(error)})`)
    }
  throw new Error(`tried ${failures.join(', ')}`)
}

/** Where a memory begins. Its address is asked for once: V8 makes another buffer when a memory has grown. */
const addressesOf = (koffi: Koffi): ((memory: ArrayBufferLike) => bigint) => {
  const known = new WeakMap<ArrayBufferLike, bigint>()
  return (memory) => {
    const address = known.get(memory) ?? koffi.address(new Uint8Array(memory))
    known.set(memory, address)
    return address
  }
}

/**
 * The system's OpenBLAS, for `cpu({ matmul })`. Needs the optional package `koffi` and the shared library, and says which
 * names it tried where there is none. Products then have the bits of that library, which differ between its versions,
 * between processors and between numbers of threads.
 *
 * @example
 * import { cpu } from 'pullback/cpu'
 * import { openblas } from 'pullback/node'
 *
 * const library = await openblas({ threads: 2 })()
 * if (library._tag === 'Left') console.log(library.left.message)
 * else console.log(cpu({ matmul: library.right }).settings.matmul)
 */
export const openblas =
  ({ threads = 1, library }: OpenblasOptions = {}): TaskEither<LibraryError, ExternalMatmul> =>
  async () => {
    if (!Number.isInteger(threads) || threads < 1)
      return left(libraryError(`openblas: expected a whole number of threads, 1 or more, got ${threads}.`))
    const names = library === undefined ? (usualNames[process.platform] ?? linuxNames) : [library]
    let koffi: Koffi
    try {
      koffi = (await import('koffi')).default
    } catch (error) {
      return left(libraryError(`openblas: no package koffi, which calls it (${reason(error)}). npm install koffi.`))
    }
    try {
      const { setThreads, config, core, sgemm } = load(koffi, names)
      const addressOf = addressesOf(koffi)
      const order = (matrix: ExternalMatrix): number => (matrix.transposed ? transposed : plain)
      const count = `${threads} ${threads === 1 ? 'thread' : 'threads'}`
      return right({
        name: `${config().split(' ').slice(0, 2).join(' ')} (${core()}), ${count}`,
        multiply: (memory, { rows, columns, depth, a, b, c }) => {
          const base = addressOf(memory)
          const at = (matrix: ExternalMatrix): bigint => base + BigInt(matrix.address)
          // The number is the whole process's, and another device's library may have another.
          setThreads(threads)
          const [orderA, orderB] = [order(a), order(b)]
          sgemm(rowMajor, orderA, orderB, rows, columns, depth, 1, at(a), a.stride, at(b), b.stride, 0, at(c), c.stride)
        },
      })
    } catch (error) {
      const install = installation[process.platform]
      return left(
        libraryError(
          `openblas: no shared library of OpenBLAS: ${reason(error)}. ${
            install === undefined ? 'Install OpenBLAS' : `Install it (${install})`
          }, or name its file: openblas({ library }).`,
        ),
      )
    }
  }
