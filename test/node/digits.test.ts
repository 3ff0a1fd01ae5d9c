import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePixels, readDigits, readDigitsFrom } from '../../src/node/digits.js'
import { leftOf, rightOf, survivesCorruption, utf8 } from '../data/format/support.js'
import { failure, succeed, temporaryFolder } from './file/support.js'

describe('readDigits', () => {
  it('gives all of the digits, in the order of the files', async () => {
    const { images, labels } = await succeed(readDigits)
    expect(images).toMatchObject({ dtype: 'float32', shape: [10000, 1, 28, 28] })
    expect(labels).toMatchObject({ dtype: 'int32', shape: [10000] })
    const counts = Array.from({ length: 10 }, (_, digit) => labels.data.filter((label) => label === digit).length)
    expect(counts).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978])
    expect([...labels.data]).toEqual([...labels.data].sort((a, b) => a - b))
  })

  it('gives the pixels of the package, which it rounded', async () => {
    const { images } = await succeed(readDigits)
    const path = createRequire(import.meta.url).resolve('mnist/src/digits/9.json')
    const want: readonly number[] = JSON.parse(readFileSync(path, 'utf8')).data
    const got = images.data.subarray(images.data.length - want.length)
    let worst = 0
    for (let i = 0; i < want.length; i++) worst = Math.max(worst, Math.abs(got[i] - want[i]))
    expect(worst).toBeLessThan(0.00051)
    expect(got.every((pixel) => pixel === Math.fround(Math.round(pixel * 255) / 255))).toBe(true)
  })

  it('names a file that is missing or damaged', async () => {
    const folder = await temporaryFolder()
    expect(await failure(readDigitsFrom(folder))).toContain(
      `${join(folder, '0.json')}: expected the digits of the package mnist`,
    )
    await mkdir(join(folder, 'digits'))
    for (let digit = 0; digit < 10; digit++) await writeFile(join(folder, 'digits', `${digit}.json`), '{ "data": [0,1')
    expect(await failure(readDigitsFrom(join(folder, 'digits')))).toContain(
      '0.json: digits, byte 14: expected the end of the list',
    )
  })
})

describe('parsePixels', () => {
  const rounded = (byte: number): string => String(Math.round((byte / 255) * 1000) / 1000)
  const json = (bytes: readonly number[]): Uint8Array => utf8(`{ "data": [${bytes.map(rounded).join(',')}] }`)

  it('gives back every byte', () => {
    const bytes = Array.from({ length: 784 }, (_, i) => i % 256)
    expect([...rightOf(parsePixels(json(bytes)))]).toEqual(bytes)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 784, maxLength: 784 }), (random) => {
        expect([...rightOf(parsePixels(json(random)))]).toEqual(random)
      }),
      { numRuns: 10 },
    )
  })

  it.each([
    ['{}', 'byte 0', 'a list of numbers'],
    ['[0,1,', 'byte 5', 'the end of the list'],
    ['[]', 'byte 1', 'a pixel x / 255'],
    ['[0,,1]', 'byte 3', 'a pixel x / 255'],
    ['[0.003]', 'byte 1', 'a pixel x / 255'],
    ['[1.004]', 'byte 1', 'a pixel x / 255'],
    ['[-1]', 'byte 1', 'a number of at most three decimals'],
    ['[0.0039]', 'byte 6', 'a number of at most three decimals'],
    ['[0.0.1]', 'byte 4', 'a number of at most three decimals'],
    ['[0, 1]', 'byte 3', 'a number of at most three decimals'],
    ['[0,1]', 'the list', 'pictures of 784 pixels'],
  ])('rejects %s', (text, where, expected) => {
    expect(leftOf(parsePixels(utf8(text)))).toMatchObject({ where, expected })
  })

  it('survives corruption', () => survivesCorruption(parsePixels, json(Array.from({ length: 784 }, (_, i) => i % 9))))
})
