import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { writeIdx } from '../../../src/data/format/idx.js'
import { storedArray } from '../../../src/data/format/storedArray.js'
import { readIdxFolder } from '../../../src/node/file/idxFolder.js'
import { failure, succeed, temporaryFolder } from './support.js'

const images = (count: number, height = 2, width = 3): Uint8Array =>
  writeIdx(
    storedArray(
      'uint8',
      [count, height, width],
      Uint8Array.from({ length: count * height * width }, (_, i) => i),
    ),
  )
const labels = (...values: readonly number[]): Uint8Array =>
  writeIdx(storedArray('uint8', [values.length], Uint8Array.from(values)))

const files: Readonly<Record<string, Uint8Array>> = {
  'train-images-idx3-ubyte': images(3),
  'train-labels-idx1-ubyte': labels(0, 9, 4),
  't10k-images-idx3-ubyte': images(2),
  't10k-labels-idx1-ubyte': labels(1, 2),
}

/** The folder of the four files, with some replaced, left out (undefined) or packed. */
const folderOf = async (changes: Readonly<Record<string, Uint8Array | undefined>> = {}): Promise<string> => {
  const folder = await temporaryFolder()
  for (const [name, bytes] of Object.entries({ ...files, ...changes }))
    if (bytes !== undefined) await writeFile(join(folder, name), bytes)
  return folder
}

describe('readIdxFolder', () => {
  it('reads both splits', async () => {
    const { train, test } = await succeed(readIdxFolder(await folderOf()))
    expect(train.images).toEqual(
      storedArray(
        'uint8',
        [3, 2, 3],
        Uint8Array.from({ length: 18 }, (_, i) => i),
      ),
    )
    expect(train.labels).toEqual(storedArray('uint8', [3], Uint8Array.of(0, 9, 4)))
    expect(test.images.shape).toEqual([2, 2, 3])
    expect(test.labels.data).toEqual(Uint8Array.of(1, 2))
  })

  it('finds packed files and names with a dot', async () => {
    const folder = await folderOf()
    const want = await succeed(readIdxFolder(folder))
    for (const name of Object.keys(files)) {
      await rename(join(folder, name), join(folder, name.replace('-idx', '.idx')))
    }
    expect(await succeed(readIdxFolder(folder))).toEqual(want)
    for (const name of await readdir(folder)) {
      await rm(join(folder, name))
      await writeFile(join(folder, `${name.replace('.idx', '-idx')}.gz`), gzipSync(files[name.replace('.idx', '-idx')]))
    }
    expect(await succeed(readIdxFolder(folder))).toEqual(want)
    expect((await readdir(folder)).every((name) => name.endsWith('.gz'))).toBe(true)
  })

  const packed = gzipSync(files['train-labels-idx1-ubyte'])
  it.each([
    [
      'a missing file',
      { 't10k-labels-idx1-ubyte': undefined },
      'expected a file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz, got none',
    ],
    [
      'a truncated file',
      { 'train-images-idx3-ubyte': images(3).subarray(0, 30) },
      'train-images-idx3-ubyte: IDX, byte 16: expected a file of 34 bytes for shape [3, 2, 3], got 30',
    ],
    [
      'a truncated packed file',
      { 'train-labels-idx1-ubyte': packed.subarray(0, 20) },
      'train-labels-idx1-ubyte: expected a whole gzip file, got unexpected end of file',
    ],
    [
      'an empty file',
      { 'train-labels-idx1-ubyte': new Uint8Array(0) },
      'train-labels-idx1-ubyte: IDX, byte 0: expected a magic number',
    ],
    [
      'another rank',
      { 'train-images-idx3-ubyte': labels(1, 2, 3) },
      'train-images-idx3-ubyte: expected unsigned bytes of rank 3, got uint8 [3]',
    ],
    [
      'another type',
      { 'train-labels-idx1-ubyte': writeIdx(storedArray('int32', [3], Int32Array.of(1, 2, 3))) },
      'train-labels-idx1-ubyte: expected unsigned bytes of rank 1, got int32 [3]',
    ],
    [
      'other numbers',
      { 't10k-labels-idx1-ubyte': labels(1, 2, 3) },
      't10k: expected a label for each of 2 images, got 3 labels',
    ],
    [
      'a label out of range',
      { 'train-labels-idx1-ubyte': labels(1, 2, 10) },
      'train: expected labels from 0 to 9, got 10 at label 2',
    ],
    [
      'no images',
      { 't10k-images-idx3-ubyte': images(0), 't10k-labels-idx1-ubyte': labels() },
      't10k: expected at least one image, got none',
    ],
    [
      'other pixels',
      { 't10k-images-idx3-ubyte': images(2, 3, 3) },
      'expected test images of [2, 3] pixels, as for training, got [3, 3]',
    ],
  ])('rejects %s', async (_, changes, message) => {
    const folder = await folderOf(changes)
    const got = await failure(readIdxFolder(folder))
    expect(got).toContain(message)
    expect(got).toContain(folder)
  })

  it('takes as many classes as it is told', async () => {
    const folder = await folderOf({ 'train-labels-idx1-ubyte': labels(1, 2, 46) })
    expect(await failure(readIdxFolder(folder))).toContain('labels from 0 to 9')
    expect((await succeed(readIdxFolder(folder, 47))).train.labels.data[2]).toBe(46)
  })

  it('says where there is no folder', async () => {
    const folder = join(await temporaryFolder(), 'none')
    expect(await failure(readIdxFolder(folder))).toBe(
      `${folder}: expected a folder of IDX files, got no such file or folder. Check the path.`,
    )
  })
})
