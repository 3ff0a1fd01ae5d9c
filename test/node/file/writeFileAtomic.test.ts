import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeFileAtomic, writeTextAtomic } from '../../../src/node/file/writeFileAtomic.js'
import { failure, succeed, temporaryFolder } from './support.js'

describe('writeFileAtomic', () => {
  it('writes and replaces, and leaves nothing else behind', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'a.bin')
    await succeed(writeFileAtomic(path)(Uint8Array.of(1, 2, 3)))
    await succeed(writeFileAtomic(path)(Uint8Array.of(4)))
    expect([...(await readFile(path))]).toEqual([4])
    await succeed(writeTextAtomic(path)('grün'))
    expect(await readFile(path, 'utf8')).toBe('grün')
    expect(await readdir(folder)).toEqual(['a.bin'])
  })

  it('does nothing before the task is run', async () => {
    const folder = await temporaryFolder()
    writeFileAtomic(join(folder, 'a.bin'))(Uint8Array.of(1))
    expect(await readdir(folder)).toEqual([])
  })

  it('leaves the old file and no other where it fails', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'taken')
    await mkdir(path)
    await writeFile(join(path, 'old'), 'old')
    expect(await failure(writeFileAtomic(path)(Uint8Array.of(1)))).toContain(
      `${path}: expected a file that can be written`,
    )
    expect(await readdir(folder)).toEqual(['taken'])
    expect(await readFile(join(path, 'old'), 'utf8')).toBe('old')
    const nowhere = join(folder, 'none', 'a.bin')
    expect(await failure(writeFileAtomic(nowhere)(Uint8Array.of(1)))).toContain('no such file or folder')
  })

  it('keeps writes to one path apart', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'a.bin')
    const contents = Array.from({ length: 20 }, (_, i) => new Uint8Array(50_000).fill(i))
    await Promise.all(contents.map((bytes) => succeed(writeFileAtomic(path)(bytes))))
    const got = new Uint8Array(await readFile(path))
    expect(contents.some((bytes) => Buffer.compare(bytes, got) === 0)).toBe(true)
    expect(await readdir(folder)).toEqual(['a.bin'])
  })

  it('leaves a whole file when it is killed at any moment', async () => {
    const path = join(await temporaryFolder(), 'a.bin')
    const module = new URL('../../../src/node/file/writeFileAtomic.ts', import.meta.url).href
    const program = `
      import { writeFileAtomic } from ${JSON.stringify(module)}
      for (let i = 0; ; i = (i + 1) % 256) {
        await writeFileAtomic(${JSON.stringify(path)})(new Uint8Array(300_000).fill(i))()
        process.stdout.write('.')
      }`
    for (const patience of [0, 1, 3, 7, 12]) {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program])
      await once(child.stdout, 'data')
      await new Promise((done) => setTimeout(done, patience))
      child.kill('SIGKILL')
      await once(child, 'exit')
      const bytes = readFileSync(path)
      expect(bytes.length).toBe(300_000)
      expect(bytes.every((byte) => byte === bytes[0])).toBe(true)
    }
  })
})
