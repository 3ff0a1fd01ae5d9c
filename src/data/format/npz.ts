/**
 * npz: NumPy arrays by name, a ZIP archive of npy files.
 *
 * Laws: 1. `readNpz(inflate)(writeNpz(arrays))` is `arrays`. 2. Any bytes give an `Either`.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 */
import { type Either, isLeft, left, right } from '#fp/Either'
import type { Deflate, Inflate } from './deflate.js'
import { type FormatError, formatError, quote } from './formatError.js'
import { readNpy, writeNpy } from './npy.js'
import type { StoredArray } from './storedArray.js'
import { readZip, writeZip } from './zip.js'

const extension = '.npy'

/**
 * Reads what `numpy.savez` or `numpy.savez_compressed` wrote: the arrays by name, without `.npy`.
 *
 * @example
 * import { readNpz, storedArray, writeNpz } from 'pullback'
 * import { inflate } from 'pullback/node'
 *
 * const file = writeNpz(new Map([['x', storedArray('int32', [2], Int32Array.of(5, -6))]]))
 * const arrays = readNpz(inflate)(file)
 * arrays._tag === 'Right' && arrays.right.get('x')?.data // => Int32Array [5, -6]
 */
export const readNpz =
  (inflate: Inflate) =>
  (bytes: Uint8Array): Either<FormatError, ReadonlyMap<string, StoredArray>> => {
    const files = readZip(inflate)(bytes)
    if (isLeft(files)) return files
    const arrays = new Map<string, StoredArray>()
    for (const [file, content] of files.right) {
      if (!file.endsWith(extension))
        return left(
          formatError('npz', quote(file), 'a file of the kind .npy', 'another', 'Write the file with numpy.savez.'),
        )
      const array = readNpy(content)
      if (isLeft(array)) {
        const { where, expected, got, fix } = array.left
        return left(formatError('npz', `${quote(file)}, ${where}`, expected, got, fix))
      }
      arrays.set(file.slice(0, -extension.length), array.right)
    }
    return right(arrays)
  }

/**
 * The bytes of an npz file, sorted by file name. Without `deflate` they are stored, as `numpy.savez` does.
 *
 * @throws PullbackError for arrays whose shape and data disagree
 * @example
 * import { storedArray, writeNpz } from 'pullback'
 * import { deflate } from 'pullback/node'
 *
 * const bytes = writeNpz(new Map([['x', storedArray('int32', [2], Int32Array.of(5, -6))]]), deflate)
 */
export const writeNpz = (arrays: ReadonlyMap<string, StoredArray>, deflate?: Deflate): Uint8Array =>
  writeZip(new Map([...arrays].map(([name, array]) => [name + extension, writeNpy(array)] as const)), deflate)
