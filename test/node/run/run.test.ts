import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSafetensors } from '../../../src/data/format/safetensors.js'
import { attempt } from '../../../src/node/attempt.js'
import { smallRun } from './small.js'

const root = mkdtempSync(join(tmpdir(), 'pullback-run-'))
const child = fileURLToPath(new URL('child.ts', import.meta.url))
const repository = fileURLToPath(new URL('../../..', import.meta.url))

/** Starts the child; saves of the checkpoint are `save` milliseconds apart. */
const start = (save: number, ...args: readonly string[]) => {
  const process_ = spawn(process.execPath, ['--import', 'tsx', child, root, String(save), ...args], { cwd: repository })
  let out = ''
  let error = ''
  process_.stdout.on('data', (text) => {
    out += text
  })
  process_.stderr.on('data', (text) => {
    error += text
  })
  const ended = once(process_, 'close').then(([code]) => ({ code: code as number | null, out, error }))
  return { kill: (signal: NodeJS.Signals) => process_.kill(signal), ended, output: () => out }
}
const record = (name: string) => JSON.parse(readFileSync(join(root, name, 'run.json'), 'utf8'))
const metrics = (name: string) => readFileSync(join(root, name, 'metrics.jsonl'), 'utf8')

beforeAll(async () => {
  const { code, error } = await start(5000, '--name', 'whole').ended
  expect(error).toBe('')
  expect(code).toBe(0)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a run that is left alone', () => {
  test('writes its four files, and nothing else', () => {
    expect(readdirSync(join(root, 'whole')).sort()).toEqual([
      'curves.svg',
      'metrics.jsonl',
      'model.safetensors',
      'run.json',
    ])
    expect(readFileSync(join(root, 'whole', 'curves.svg'), 'utf8')).toMatch(/^<svg[\s\S]*<\/svg>$/)
    const file = readSafetensors(readFileSync(join(root, 'whole', 'model.safetensors')))
    expect(file._tag === 'Right' && [...file.right.tensors.keys()]).toContain('params.hidden.weight')
  })
  test('records what it was', () => {
    const { configuration, fingerprint, versions, status, steps, device, settings, seconds, heldOut } = record('whole')
    expect(configuration).toEqual({ epochs: 12, seed: 3, device: 'reference' })
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/)
    expect(Object.keys(versions)).toEqual(['pullback', 'node', 'v8', 'platform'])
    expect([status, steps, device]).toEqual(['finished', 84, 'reference'])
    expect(settings).toEqual({})
    expect(seconds).toBeGreaterThan(0)
    expect(heldOut.accuracy).toBeGreaterThan(0.9)
  })
  test('has a line for each step and each epoch', () => {
    const lines = metrics('whole')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.filter((line) => 'loss' in line).map((line) => line.step)).toEqual(
      Array.from({ length: 84 }, (_, i) => i + 1),
    )
    const epochs = lines.filter((line) => 'heldOut' in line)
    expect(epochs.map((line) => [line.epoch, line.step])).toEqual(
      Array.from({ length: 12 }, (_, i) => [i + 1, 7 * (i + 1)]),
    )
    const first = lines.slice(0, 7)
    const mean = first.reduce((sum, line) => sum + line.loss, 0) / 7
    expect(epochs[0].training.loss).toBeCloseTo(mean, 12)
  })
  test('is finished: going on changes nothing', async () => {
    const before = readFileSync(join(root, 'whole', 'model.safetensors'))
    const { code, out } = await start(0, '--resume', join(root, 'whole')).ended
    expect(code).toBe(0)
    expect(out).toContain(record('whole').fingerprint)
    expect(readFileSync(join(root, 'whole', 'model.safetensors')).equals(before)).toBe(true)
  })
  test('gets the next number where it has no name', async () => {
    await start(5000, '--epochs', '1').ended
    await start(5000, '--epochs', '1').ended
    expect(record('small-1').fingerprint).toBe(record('small-2').fingerprint)
    expect(record('small-1').fingerprint).not.toBe(record('whole').fingerprint)
  })
})

/** Kills and continues until the run is done; how often it was killed. */
const torment = async (
  name: string,
  save: number,
  delays: readonly number[],
  device = 'reference',
): Promise<number> => {
  let killed = 0
  for (const delay of delays) {
    const going = existsSync(join(root, name)) ? ['--resume', join(root, name)] : ['--name', name, '--device', device]
    const run = start(save, ...going)
    // The moment counts from when the folder is there: before, there is nothing to continue.
    while (!existsSync(join(root, name))) await sleep(1)
    if (going[0] === '--resume') await sleep(600)
    await sleep(delay)
    run.kill('SIGKILL')
    const { code, error } = await run.ended
    expect(error).toBe('')
    if (code === 0) return killed
    killed += 1
  }
  const { code, error } = await start(save, '--resume', join(root, name)).ended
  expect([code, error]).toEqual([0, ''])
  return killed
}

describe('a run that is killed and continued', () => {
  const random = (count: number, most: number) => Array.from({ length: count }, () => Math.floor(Math.random() * most))
  test.each([
    ['often-saved', 0, [0, ...random(5, 400)]],
    ['seldom-saved', 60, random(5, 500)],
  ] as const)('%s, ends in the same fingerprint, with the same metrics', async (name, save, delays) => {
    const killed = await torment(name, save, delays)
    expect(killed, `delays ${delays.join()}`).toBeGreaterThan(0)
    expect(record(name).fingerprint, `delays ${delays.join()}`).toBe(record('whole').fingerprint)
    expect(metrics(name)).toBe(metrics('whole'))
    expect(readdirSync(join(root, name)).sort()).toEqual(readdirSync(join(root, 'whole')).sort())
  })

  test('on a device that answers later, too', async () => {
    const delays = random(4, 400)
    await torment('later', 0, delays, 'queued')
    expect(record('later').device).toBe('queued')
    expect(record('later').fingerprint, `delays ${delays.join()}`).toBe(record('whole').fingerprint)
    expect(metrics('later')).toBe(metrics('whole'))
  })

  test('by Ctrl-C: it saves, says how to go on, and ends in the same fingerprint', async () => {
    const run = start(100_000, '--name', 'interrupted')
    while (!run.output().includes('epoch 1/12')) await sleep(2)
    run.kill('SIGINT')
    run.kill('SIGINT')
    const { code } = await run.ended
    expect(code).toBe(130)
    const { status, steps } = record('interrupted')
    expect(status).toBe('stopped')
    expect(steps).toBeGreaterThanOrEqual(7)
    const { code: second } = await start(5000, '--resume', join(root, 'interrupted')).ended
    expect(second).toBe(0)
    expect(record('interrupted').fingerprint).toBe(record('whole').fingerprint)
    expect(metrics('interrupted')).toBe(metrics('whole'))
  })
})

describe('one line', () => {
  const complaint = async (...args: readonly string[]) => {
    const result = await attempt(smallRun(root, 0, args, () => undefined))()
    if (result._tag === 'Right') throw new Error('no complaint')
    expect(result.left.message).not.toContain('\n')
    return result.left.message
  }
  const spoil = (name: string, file: string, bytes: Uint8Array | string) => {
    mkdirSync(join(root, name), { recursive: true })
    for (const other of ['run.json', 'model.safetensors', 'metrics.jsonl'])
      writeFileSync(join(root, name, other), readFileSync(join(root, 'whole', other)))
    writeFileSync(join(root, name, file), bytes)
    return join(root, name)
  }
  const whole = (file: string) => readFileSync(join(root, 'whole', file))

  test('on stderr, with exit code 2', async () => {
    const { code, error, out } = await start(0, '--name', 'whole').ended
    expect([code, out]).toEqual([2, ''])
    expect(error).toMatch(/^.*whole: expected a new folder, got an earlier run\..*\n$/)
  })
  test('for a name that is taken, or none at all', async () => {
    expect(await complaint('--name', 'whole')).toContain(
      'expected a new folder, got an earlier run. Continue it with --resume',
    )
    expect(await complaint('--name', '../out')).toContain('expected a name of letters')
  })
  test('for a folder that holds no run', async () => {
    expect(await complaint('--resume', join(root, 'nowhere'))).toContain('no such file or folder')
    mkdirSync(join(root, 'empty'))
    expect(await complaint('--resume', join(root, 'empty'))).toContain('run.json: expected a file, got no such file')
  })
  test('for options that the run did not begin with', async () => {
    expect(await complaint('--resume', join(root, 'whole'), '--epochs', '13')).toContain('--epochs 13: expected 12, as')
    expect(await complaint('--resume', join(root, 'whole'), '--name', 'other')).toContain('keeps its name')
  })
  test('for a damaged record', async () => {
    expect(await complaint('--resume', spoil('record', 'run.json', '{'))).toContain(
      'expected the record of a run, got no JSON',
    )
    const other = JSON.stringify({ configuration: { epochs: -1, seed: 3, device: 'reference' } })
    expect(await complaint('--resume', spoil('record', 'run.json', other))).toContain(
      'configuration.epochs: expected a whole number',
    )
  })
  test('for a checkpoint that is cut, of another run, or of another model', async () => {
    const model = whole('model.safetensors')
    expect(
      await complaint('--resume', spoil('cut', 'model.safetensors', model.subarray(0, model.length - 5))),
    ).toContain('model.safetensors: safetensors')
    const small = readFileSync(join(root, 'small-1', 'model.safetensors'))
    expect(await complaint('--resume', spoil('other', 'model.safetensors', small))).toContain('It is of another run')
    const text = new TextDecoder('latin1').decode(model).replaceAll('hidden', 'Hidden')
    expect(await complaint('--resume', spoil('model', 'model.safetensors', Buffer.from(text, 'latin1')))).toContain(
      'expected entries params.hidden.weight, params.hidden.bias, optimizer.slots.0.mean.hidden.weight and 3 more, got',
    )
  })
})
