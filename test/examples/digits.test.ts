/** The main job as a user starts it, on a few made-up images. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeIdx } from '../../src/data/format/idx.js'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pullback-digits-'))
const data = join(folder, 'data')

/** Class c has a bright band at row 2 c. */
const writeImages = (to: string, stem: string, count: number, side = 28) => {
  const labels = Uint8Array.from({ length: count }, (_, i) => (7 * i) % 10)
  const images = Uint8Array.from({ length: count * side * side }, (_, i) => {
    const row = Math.floor((i % (side * side)) / side)
    return (Math.floor(row / 2) === labels[Math.floor(i / (side * side))] ? 180 : 0) + ((i * 31) % 60)
  })
  writeFileSync(
    join(to, `${stem}-images-idx3-ubyte`),
    writeIdx({ shape: [count, side, side], dtype: 'uint8', data: images }),
  )
  writeFileSync(join(to, `${stem}-labels-idx1-ubyte`), writeIdx({ shape: [count], dtype: 'uint8', data: labels }))
}

const start = (...args: readonly string[]) => {
  const job = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), file('../../examples/03-digits.ts'), ...args],
    {
      cwd: folder,
      env: { ...process.env, TSX_TSCONFIG_PATH: file('../../tsconfig.json') },
    },
  )
  const text = { out: '', error: '' }
  job.stdout.on('data', (more) => {
    text.out += more
  })
  job.stderr.on('data', (more) => {
    text.error += more
  })
  return { job, ended: once(job, 'close').then(([code]) => ({ code: code as number | null, ...text })) }
}
const record = (name: string) => JSON.parse(readFileSync(join(folder, 'runs', name, 'run.json'), 'utf8'))
const small = ['--data', data, '--epochs', '2', '--batch', '16', '--seed', '5'] as const

beforeAll(async () => {
  mkdirSync(data)
  writeImages(data, 'train', 200)
  writeImages(data, 't10k', 50)
  const { code, error } = await start(...small, '--name', 'first').ended
  expect([code, error]).toEqual([0, ''])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the same command gives the same fingerprint, killed and resumed or not', async () => {
  expect(readdirSync(join(folder, 'runs', 'first')).sort()).toEqual([
    'curves.svg',
    'metrics.jsonl',
    'model.safetensors',
    'run.json',
  ])
  const { job, ended } = start(...small, '--name', 'second')
  while (!existsSync(join(folder, 'runs', 'second'))) await sleep(2)
  await sleep(Math.random() * 500)
  job.kill('SIGKILL')
  await ended
  const { code, out } = await start('--resume', join('runs', 'second')).ended
  expect(code).toBe(0)
  expect(out).toContain(`fingerprint ${record('first').fingerprint}`)
  expect(record('second').fingerprint).toBe(record('first').fingerprint)
  expect(record('second').settings).toEqual({ threads: 1, fastMath: false, winograd: false, matmul: 'own' })
  expect(record('second').configuration).toEqual({
    ...{ model: 'lenet', epochs: 2, batch: 16, rate: 0.004, seed: 5, device: 'cpu', data },
    ...{ 'fast-math': false, openblas: false },
  })
})

test('where the output is no terminal, it is plain lines', async () => {
  const { out } = await start(...small, '--model', 'mlp').ended
  expect(out).toMatch(
    /^mlp on 200 images, seed 5: step 0 of 26, in runs\/mlp-1\nepoch 1\/2 {2}training: loss [\d.]+ {2}accuracy [\d.]+ % {2}held out: [^\n]*\n/,
  )
  expect(out).not.toContain('\r')
})

test('--help names every option', async () => {
  const { code, out } = await start('--help').ended
  expect(code).toBe(0)
  const names = ['name', 'model', 'epochs', 'batch', 'rate', 'seed', 'device', 'data', 'resume', 'help']
  for (const name of [...names, 'threads', 'fast-math', 'openblas']) expect(out).toContain(`  --${name} `)
})

describe('one clear line, exit code 2 and nothing written', () => {
  const spoilt = (name: string, spoil: (to: string) => void): string => {
    const to = join(folder, name)
    cpSync(data, to, { recursive: true })
    spoil(to)
    return to
  }
  const images = 'train-images-idx3-ubyte'
  test.each<readonly [string, () => readonly string[], string]>([
    ['an unknown option', () => ['--epoch', '3'], 'There is no option --epoch. Try --help.'],
    ['a bad value', () => ['--batch', '0'], '--batch: expected a whole number from 1 on, got 0.'],
    ['a bad device', () => ['--device', 'tpu'], '--device: expected one of cpu, webgpu, reference, got tpu.'],
    [
      'an option that the device lacks',
      () => ['--device', 'reference', '--threads', '2'],
      'reference: it has one thread',
    ],
    [
      'a missing folder',
      () => ['--data', join(folder, 'nowhere')],
      'nowhere: expected a folder of IDX files, got no such file or folder.',
    ],
    [
      'a missing file',
      () => ['--data', spoilt('missing', (to) => rmSync(join(to, images)))],
      `missing: expected a file ${images}`,
    ],
    [
      'a truncated file',
      () => [
        '--data',
        spoilt('cut', (to) => writeFileSync(join(to, images), readFileSync(join(to, images)).subarray(0, 5000))),
      ],
      'expected a file of 156816 bytes for shape [200, 28, 28], got 5000.',
    ],
    [
      'images of a size that the network does not take',
      () => [
        '--data',
        spoilt('large', (to) => {
          writeImages(to, 'train', 200, 32)
          writeImages(to, 't10k', 50, 32)
        }),
      ],
      'fc1',
    ],
    [
      'a resumed run of another model',
      () => ['--resume', join('runs', 'first'), '--model', 'mlp'],
      '--model mlp: expected lenet, as',
    ],
  ])('for %s', async (_, args, wanted) => {
    const before = readdirSync(join(folder, 'runs')).sort()
    const { code, error } = await start(...args()).ended
    expect(error).toContain(wanted)
    expect(error.trimEnd().split('\n')).toHaveLength(1)
    expect(code).toBe(2)
    expect(readdirSync(join(folder, 'runs')).sort()).toEqual(before)
  })
})
