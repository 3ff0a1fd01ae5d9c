import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readIdx } from '../../../src/data/format/idx.js'
import { readFile, readFileAs } from '../../../src/node/file/readFile.js'
import { failure, succeed, temporaryFolder } from './support.js'

const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 3)

describe('readFile', () => {
  it('gives plain bytes, unpacked where the file is packed', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'plain.gz'), labels)
    await writeFile(join(folder, 'packed'), gzipSync(labels))
    await writeFile(join(folder, 'empty'), '')
    expect(await succeed(readFile(join(folder, 'plain.gz')))).toStrictEqual(labels)
    expect(await succeed(readFile(join(folder, 'packed')))).toStrictEqual(labels)
    expect(await succeed(readFile(join(folder, 'empty')))).toStrictEqual(new Uint8Array(0))
  })

  it('names the path and what to do', async () => {
    const folder = await temporaryFolder()
    const none = join(folder, 'none')
    expect(await failure(readFile(none))).toBe(`${none}: expected a file, got no such file or folder. Check the path.`)
    expect(await failure(readFile(folder))).toBe(`${folder}: expected a file, got a folder. Name a file in it.`)
    await mkdir(join(folder, 'a'))
    await writeFile(join(folder, 'b'), 'x')
    expect(await failure(readFile(join(folder, 'b', 'c')))).toContain('a file where a folder should be')
    expect(await failure(readFile(join(folder, '\0')))).toContain('Check the path')
  })

  it('rejects every truncation of a packed file', async () => {
    const folder = await temporaryFolder()
    const packed = gzipSync(labels)
    for (let length = 2; length < packed.length; length++) {
      const path = join(folder, `${length}.gz`)
      await writeFile(path, packed.subarray(0, length))
      expect(await failure(readFile(path))).toContain(`${path}: expected a whole gzip file, got `)
    }
  })
})

describe('readFileAs', () => {
  it('names the path and the place in the file', async () => {
    const path = join(await temporaryFolder(), 'labels')
    await writeFile(path, gzipSync(labels))
    expect((await succeed(readFileAs(readIdx)(path))).shape).toEqual([2])
    await writeFile(path, gzipSync(labels.subarray(0, 9)))
    expect(await failure(readFileAs(readIdx)(path))).toBe(
      `${path}: IDX, byte 8: expected a file of 10 bytes for shape [2], got 9. The file is damaged or was cut: download it again.`,
    )
  })
})
