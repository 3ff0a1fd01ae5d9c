/** Folders for tests, and what a task of ours gave. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { TaskEither } from '#fp/TaskEither'
import type { FileError } from '../../../src/node/file/fileError.js'

/** A new folder that is gone after the test. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'pullback-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export const succeed = async <A>(task: TaskEither<FileError, A>): Promise<A> => {
  const result = await task()
  if (result._tag === 'Left') throw new Error(result.left.message)
  return result.right
}

/** The message of a failure: one line, with every part in it. */
export const failure = async (task: TaskEither<FileError, unknown>): Promise<string> => {
  const result = await task()
  if (result._tag === 'Right') throw new Error('expected a file error')
  const { path, expected, got, fix, message } = result.left
  for (const part of [path, expected, got, fix]) {
    expect(part).not.toBe('')
    expect(message).toContain(part)
  }
  expect(message).not.toMatch(/\n|undefined|\[object/)
  return message
}
