/** What went wrong with a file or folder: one line that names the path and what to do. */
import type { FormatError } from '../../data/format/formatError.js'

/** A file that is not there, may not be read or written, or holds something else than was expected. */
export interface FileError {
  readonly _tag: 'FileError'
  readonly path: string
  readonly expected: string
  readonly got: string
  readonly fix: string
  /** All of the above in one line. */
  readonly message: string
}

export const fileError = (path: string, expected: string, got: string, fix: string): FileError => ({
  _tag: 'FileError',
  path,
  expected,
  got,
  fix,
  message: `${path}: expected ${expected}, got ${got}. ${fix}`,
})

/** A file whose bytes are wrong. */
export const badFormat = (path: string, { format, where, expected, got, fix }: FormatError): FileError => ({
  _tag: 'FileError',
  path,
  expected,
  got,
  fix,
  message: `${path}: ${format}, ${where}: expected ${expected}, got ${got}. ${fix}`,
})

/** What the operating system's code means, and what to do about it. */
const meanings: Readonly<Record<string, readonly [got: string, fix: string]>> = {
  ENOENT: ['no such file or folder', 'Check the path.'],
  EISDIR: ['a folder', 'Name a file in it.'],
  ENOTDIR: ['a file where a folder should be', 'Check the path.'],
  EACCES: ['no permission', 'Change the permissions, or choose another place.'],
  EPERM: ['no permission', 'Change the permissions, or choose another place.'],
  EROFS: ['a read-only file system', 'Choose another place.'],
  EEXIST: ['one that is there already', 'Choose another name.'],
  ENOSPC: ['a full disk', 'Make room and try again.'],
  EDQUOT: ['a used-up quota', 'Make room and try again.'],
  ENAMETOOLONG: ['a name that is too long', 'Choose a shorter one.'],
  EMFILE: ['too many open files', 'Close some, or raise the limit.'],
}

export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** An error of the operating system at `path`, where `expected` was wanted. */
export const systemError =
  (path: string, expected: string) =>
  (error: unknown): FileError => {
    const code = errorCode(error) ?? ''
    const unknown = error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error)
    const [got, fix] = Object.hasOwn(meanings, code) ? meanings[code] : [unknown, 'Check the path and the disk.']
    return fileError(path, expected, got, fix)
  }
