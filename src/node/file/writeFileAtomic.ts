/**
 * Writing files whole or not at all.
 *
 * Law: whoever reads the path, at any time and after any crash, finds the old bytes or the new ones, never a mixture.
 */
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type TaskEither, tryCatch } from '#fp/TaskEither'
import { type FileError, systemError } from './fileError.js'

const suffix = '.tmp'

/** A name for the file while it is being written; hidden, and left behind only by a process that was killed. */
const temporaryPath = (path: string): string => join(dirname(path), `.${basename(path)}.${randomUUID()}${suffix}`)

/** Is this the name of a file that a killed process left behind? */
export const isTemporary = (name: string): boolean => name.startsWith('.') && name.endsWith(suffix)

const writeNew = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a rename last over a power cut. Windows cannot open folders and needs no such call. */
const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * Writes a file: to a temporary file in the same folder, which then takes the name. On failure the temporary file is
 * removed and the old file is as it was.
 *
 * @example
 * import { mkdtemp } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { readFile, writeFileAtomic } from 'pullback/node'
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'pullback-')), 'three.bin')
 * await writeFileAtomic(path)(Uint8Array.of(1, 2, 3))()
 * const bytes = await readFile(path)()
 * bytes._tag === 'Right' && bytes.right // => Uint8Array [1, 2, 3]
 */
export const writeFileAtomic =
  (path: string) =>
  (bytes: Uint8Array): TaskEither<FileError, void> =>
    tryCatch(
      async () => {
        const temporary = temporaryPath(path)
        try {
          await writeNew(temporary, bytes)
          await rename(temporary, path)
        } catch (error) {
          await rm(temporary, { force: true })
          throw error
        }
        await syncFolder(dirname(path))
      },
      systemError(path, 'a file that can be written'),
    )

/**
 * `writeFileAtomic` for text, in UTF-8.
 *
 * @example
 * import { mkdtemp } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { readText } from 'pullback'
 * import { readFileAs, writeTextAtomic } from 'pullback/node'
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'pullback-')), 'curves.svg')
 * await writeTextAtomic(path)('<svg/>')()
 * const text = await readFileAs(readText)(path)()
 * text._tag === 'Right' && text.right // => '<svg/>'
 */
export const writeTextAtomic =
  (path: string) =>
  (text: string): TaskEither<FileError, void> =>
    writeFileAtomic(path)(new TextEncoder().encode(text))
