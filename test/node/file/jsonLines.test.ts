import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { appendJsonLines, readJsonLines, truncateJsonLines } from '../../../src/node/file/jsonLines.js'
import { failure, succeed, temporaryFolder } from './support.js'

const metrics = async (): Promise<string> => join(await temporaryFolder(), 'metrics.jsonl')

describe('JSON lines', () => {
  it('appends and reads', async () => {
    const path = await metrics()
    await succeed(appendJsonLines(path)([{ step: 1, loss: 2.5 }]))
    await succeed(appendJsonLines(path)([]))
    await succeed(appendJsonLines(path)([{ step: 2, text: 'two\nlines' }, { step: 3 }]))
    expect(await readFile(path, 'utf8')).toBe('{"step":1,"loss":2.5}\n{"step":2,"text":"two\\nlines"}\n{"step":3}\n')
    expect(await succeed(readJsonLines(path))).toEqual([
      { step: 1, loss: 2.5 },
      { step: 2, text: 'two\nlines' },
      { step: 3 },
    ])
  })

  it('ignores an unfinished line, and truncation removes it', async () => {
    const path = await metrics()
    await succeed(appendJsonLines(path)([{ step: 1 }, { step: 2 }]))
    await appendFile(path, '{"step":3,"lo')
    expect(await succeed(readJsonLines(path))).toEqual([{ step: 1 }, { step: 2 }])
    await succeed(truncateJsonLines(path)(2))
    expect(await readFile(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n')
  })

  it('keeps the first lines, so that a resumed run gives the same file', async () => {
    const path = await metrics()
    const records = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(records, fc.nat(), async (all, n) => {
        const count = all.length === 0 ? 0 : n % all.length
        await writeFile(path, '')
        await succeed(appendJsonLines(path)(all))
        const whole = await readFile(path, 'utf8')
        await succeed(truncateJsonLines(path)(count))
        await succeed(appendJsonLines(path)(all.slice(count)))
        expect(await readFile(path, 'utf8')).toBe(whole)
      }),
      { numRuns: 30 },
    )
  })

  it('takes a missing file for one without lines', async () => {
    const path = await metrics()
    expect(await failure(truncateJsonLines(path)(1))).toContain('no such file')
    await succeed(truncateJsonLines(path)(0))
    expect(await readFile(path, 'utf8')).toBe('')
  })

  it('says what is wrong', async () => {
    const path = await metrics()
    await writeFile(path, '{"step":1}\n{"step":\n')
    expect(await failure(readJsonLines(path))).toContain(`${path}: expected line 2 to be JSON, got "{\\"step\\":"`)
    expect(await failure(truncateJsonLines(path)(3))).toBe(
      `${path}: expected 3 whole lines, got 2. The file was cut: begin the run anew.`,
    )
    expect(await readFile(path, 'utf8')).toBe('{"step":1}\n{"step":\n')
    for (const line of ['null', '5', '[1]']) {
      await writeFile(path, `{"step":1}\n${line}\n`)
      expect(await failure(readJsonLines(path))).toContain(
        `${path}: expected line 2 to be a JSON object, got "${line}"`,
      )
    }
  })
})
