/** Reading files whole. Files that gzip packed are unpacked on the way: their first bytes say so, not their names. */
import { readFile as readBytes } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Either } from '#fp/Either'
import { mapLeft } from '#fp/Either'
import { pipe } from '#fp/function'
import { chain, chainEitherK, right, type TaskEither, tryCatch } from '#fp/TaskEither'
import type { FormatError } from '../../data/format/formatError.js'
import { badFormat, type FileError, fileError, systemError } from './fileError.js'

const isGzip = (bytes: Uint8Array): boolean => bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b

const unpack = (path: string, bytes: Uint8Array): TaskEither<FileError, Uint8Array> =>
  tryCatch(
    () => promisify(gunzip)(bytes).then(plain),
    (error) =>
      fileError(
        path,
        'a whole gzip file',
        error instanceof Error ? error.message : String(error),
        'The file is damaged or was cut: make or download it again.',
      ),
  )

/** A Buffer prints and slices in its own ways; this is the same memory as an ordinary array of bytes. */
const plain = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)

/**
 * The bytes of a file, unpacked where they are gzip's.
 *
 * @example
 * import { readFile } from 'pullback/node'
 *
 * const bytes = await readFile('no-such-file')()
 * bytes._tag === 'Left' && bytes.left.message // => 'no-such-file: expected a file, got no such file or folder. Check the path.'
 */
export const readFile = (path: string): TaskEither<FileError, Uint8Array> =>
  pipe(
    tryCatch(() => readBytes(path).then(plain), systemError(path, 'a file')),
    chain((bytes) => (isGzip(bytes) ? unpack(path, bytes) : right(bytes))),
  )

/**
 * What a codec reads from a file, such as `readFileAs(readSafetensors)('model.safetensors')`. The error names the path
 * and the place in the file.
 *
 * @example
 * import { readSafetensors } from 'pullback'
 * import { readFileAs } from 'pullback/node'
 *
 * const weights = await readFileAs(readSafetensors)('no-such-file')()
 * weights._tag // => 'Left'
 */
export const readFileAs =
  <A>(read: (bytes: Uint8Array) => Either<FormatError, A>) =>
  (path: string): TaskEither<FileError, A> =>
    pipe(
      readFile(path),
      chainEitherK((bytes) =>
        pipe(
          read(bytes),
          mapLeft((error) => badFormat(path, error)),
        ),
      ),
    )
