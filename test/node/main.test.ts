import process from 'node:process'
import { afterEach, expect, test, vi } from 'vitest'
import { right } from '#fp/Either'
import { left } from '#fp/TaskEither'
import { fail } from '../../src/array/error.js'
import { attempt } from '../../src/node/attempt.js'
import { runMain } from '../../src/node/main.js'

afterEach(() => {
  process.exitCode = undefined
  vi.restoreAllMocks()
})
const stderr = () => {
  const written: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  return written
}

test('the number that a command gives is the exit code', async () => {
  await runMain(async (must) => must(right(3)))
  expect(process.exitCode).toBe(3)
})

test('a step that fails is one line on stderr, and exit code 2', async () => {
  const written = stderr()
  await runMain(async (must) => must(left({ message: 'no such\nfile' })))
  expect([process.exitCode, written]).toEqual([2, ['no such file\n']])
})

test('so is a mistake of the program', async () => {
  const written = stderr()
  await runMain(async () => fail('dense', 'size 4', '3', 'Make it 4.'))
  expect([process.exitCode, written]).toEqual([2, ['dense: expected size 4, got 3. Make it 4.\n']])
})

test('anything else is thrown', async () => {
  await expect(runMain(() => Promise.reject(new TypeError('oops')))).rejects.toThrow('oops')
  await expect(attempt(() => Promise.reject(new TypeError('oops')))()).rejects.toThrow('oops')
})
