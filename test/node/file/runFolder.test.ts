import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createNextRunFolder, createRunFolder, openRunFolder } from '../../../src/node/file/runFolder.js'
import { failure, succeed, temporaryFolder } from './support.js'

describe('createRunFolder', () => {
  it('makes the folder, and names its files', async () => {
    const root = join(await temporaryFolder(), 'runs')
    const path = join(root, 'first')
    expect(await succeed(createRunFolder(root)('first'))).toEqual({
      path,
      metrics: join(path, 'metrics.jsonl'),
      curves: join(path, 'curves.svg'),
      model: join(path, 'model.safetensors'),
      run: join(path, 'run.json'),
    })
    expect(await readdir(root)).toEqual(['first'])
  })

  it('takes an empty folder, and never an earlier run', async () => {
    const root = await temporaryFolder()
    const { path, run } = await succeed(createRunFolder(root)('a'))
    await succeed(createRunFolder(root)('a'))
    await writeFile(run, '{}')
    expect(await failure(createRunFolder(root)('a'))).toBe(
      `${path}: expected a new folder, got an earlier run. Continue it with --resume, or choose another name.`,
    )
    await writeFile(join(root, 'file'), '')
    expect(await failure(createRunFolder(root)('file'))).toContain('a file where a folder should be')
    expect(await failure(createRunFolder(join(root, 'file'))('a'))).toContain(
      `${join(root, 'file')}: expected a folder that can be made`,
    )
  })

  it.each(['', '.', '..', 'a/b', 'a\\b', '-x', 'a\nb', 'ä', ' ', 'x'.repeat(101)])(
    'rejects the name %j',
    async (name) => {
      const root = await temporaryFolder()
      expect(await failure(createRunFolder(root)(name))).toContain(
        `${JSON.stringify(name)}: expected a name of letters`,
      )
      expect(await failure(createNextRunFolder(root)(name))).toContain('a name of letters')
      expect(await readdir(root)).toEqual([])
    },
  )
})

describe('createNextRunFolder', () => {
  it('counts, also for several at once', async () => {
    const root = join(await temporaryFolder(), 'runs')
    const runs = await Promise.all(Array.from({ length: 5 }, () => succeed(createNextRunFolder(root)('lenet'))))
    expect(runs.map(({ path }) => path).sort()).toEqual([1, 2, 3, 4, 5].map((i) => join(root, `lenet-${i}`)))
  })
})

describe('openRunFolder', () => {
  it('removes what a killed process left behind, and nothing else', async () => {
    const { path } = await succeed(createRunFolder(await temporaryFolder())('a'))
    for (const name of ['run.json', '.model.safetensors.0f3e.tmp', '.hidden', 'notes.tmp'])
      await writeFile(join(path, name), '')
    await mkdir(join(path, 'pictures'))
    expect((await succeed(openRunFolder(path))).path).toBe(path)
    expect((await readdir(path)).sort()).toEqual(['.hidden', 'notes.tmp', 'pictures', 'run.json'])
  })

  it('says where there is none', async () => {
    const path = join(await temporaryFolder(), 'none')
    expect(await failure(openRunFolder(path))).toBe(
      `${path}: expected the folder of a run, got no such file or folder. Check the path.`,
    )
  })
})
