/** A folder of four IDX files, packed or not: MNIST, Fashion-MNIST and their relatives. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Either, left, right } from '#fp/Either'
import { pipe } from '#fp/function'
import { bind, chain, chainEitherK, Do, fromEither, type TaskEither, tryCatch } from '#fp/TaskEither'
import { showShape } from '../../array/shape.js'
import { readIdx } from '../../data/format/idx.js'
import type { StoredArray } from '../../data/format/storedArray.js'
import { type FileError, fileError, systemError } from './fileError.js'
import { readFileAs } from './readFile.js'

/** Pictures [N, height, width] with a class for each, [N]. */
export interface LabelledBytes {
  readonly images: StoredArray<'uint8'>
  readonly labels: StoredArray<'uint8'>
}

/** Both splits, as the files have them. */
export interface IdxFolder {
  readonly train: LabelledBytes
  readonly test: LabelledBytes
}

const wanted =
  'Give a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (.gz or not).'
const damaged = 'Download the files again.'

/** The name in the folder of one of the four files: with a dash or a dot before `idx`, packed or not. */
const findFile = (folder: string, names: readonly string[], stem: string, rank: number): Either<FileError, string> => {
  const spellings = [`${stem}-idx${rank}-ubyte`, `${stem}.idx${rank}-ubyte`].flatMap((name) => [name, `${name}.gz`])
  const found = spellings.find((name) => names.includes(name))
  return found === undefined
    ? left(fileError(folder, `a file ${spellings[0]} or ${spellings[0]}.gz`, 'none', wanted))
    : right(join(folder, found))
}

const readBytes = (
  folder: string,
  names: readonly string[],
  stem: string,
  rank: number,
): TaskEither<FileError, StoredArray<'uint8'>> =>
  pipe(
    fromEither(findFile(folder, names, stem, rank)),
    chain((path) =>
      pipe(
        readFileAs(readIdx)(path),
        chainEitherK((array) =>
          array.dtype === 'uint8' && array.shape.length === rank
            ? right(array as StoredArray<'uint8'>)
            : left(
                fileError(path, `unsigned bytes of rank ${rank}`, `${array.dtype} ${showShape(array.shape)}`, wanted),
              ),
        ),
      ),
    ),
  )

const checkSplit = (
  folder: string,
  stem: string,
  split: LabelledBytes,
  classes: number,
): Either<FileError, LabelledBytes> => {
  const path = join(folder, stem)
  const { images, labels } = split
  if (images.shape[0] === 0) return left(fileError(path, 'at least one image', 'none', damaged))
  if (images.shape[0] !== labels.shape[0])
    return left(fileError(path, `a label for each of ${images.shape[0]} images`, `${labels.shape[0]} labels`, damaged))
  const wrong = labels.data.findIndex((label) => label >= classes)
  if (wrong >= 0)
    return left(fileError(path, `labels from 0 to ${classes - 1}`, `${labels.data[wrong]} at label ${wrong}`, damaged))
  return right(split)
}

const readSplit = (
  folder: string,
  names: readonly string[],
  stem: string,
  classes: number,
): TaskEither<FileError, LabelledBytes> =>
  pipe(
    Do,
    bind('images', () => readBytes(folder, names, `${stem}-images`, 3)),
    bind('labels', () => readBytes(folder, names, `${stem}-labels`, 1)),
    chainEitherK((split) => checkSplit(folder, stem, split, classes)),
  )

/**
 * Reads a folder with the four files of MNIST (`train-images-idx3-ubyte` and so on, also with a dot before `idx`, also
 * with `.gz`), which Fashion-MNIST and others have too. Images and labels agree in number, images of both splits in
 * size, and labels are below `classes`.
 *
 * @example
 * import { readIdxFolder } from 'pullback/node'
 *
 * const folder = await readIdxFolder('no-such-folder')()
 * folder._tag // => 'Left'
 */
export const readIdxFolder = (folder: string, classes = 10): TaskEither<FileError, IdxFolder> =>
  pipe(
    tryCatch(() => readdir(folder), systemError(folder, 'a folder of IDX files')),
    chain((names) =>
      pipe(
        Do,
        bind('train', () => readSplit(folder, names, 'train', classes)),
        bind('test', () => readSplit(folder, names, 't10k', classes)),
      ),
    ),
    chainEitherK(({ train, test }) => {
      const [trainSize, testSize] = [train, test].map(({ images }) => showShape(images.shape.slice(1)))
      return trainSize === testSize
        ? right({ train, test })
        : left(fileError(folder, `test images of ${trainSize} pixels, as for training`, testSize, damaged))
    }),
  )
