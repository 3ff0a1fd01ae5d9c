import { expect, it } from 'vitest'
import { createTurns } from '../../src/engine/turns.js'

const soon = <A>(value: A, milliseconds: number): Promise<A> =>
  new Promise((resolve) => setTimeout(() => resolve(value), milliseconds))

it('runs begin in the order of the calls, whatever they wait for', async () => {
  const { next, afterAll } = createTurns()
  const log: string[] = []
  const run = (name: string) => async () => {
    log.push(`begin ${name}`)
    await soon(0, 5)
    log.push(`end ${name}`)
    return name
  }
  const a = next(soon(0, 20), run('a'))
  afterAll(() => log.push('release'))
  const b = next(0, run('b'))
  expect(log).toEqual([])
  expect(await Promise.all([a, b])).toEqual(['a', 'b'])
  // Nothing waits for the end of a run.
  expect(log).toEqual(['begin a', 'release', 'begin b', 'end a', 'end b'])
  afterAll(() => log.push('at once'))
  expect(log.at(-1)).toBe('at once')
})

it('a plan that fails, or a run, stops nobody else', async () => {
  const { next } = createTurns()
  const first = next(Promise.reject(new Error('no plan')), async () => 1)
  const second = next(0, async () => {
    throw new Error('no result')
  })
  const third = next(0, async () => 3)
  await expect(first).rejects.toThrow('no plan')
  await expect(second).rejects.toThrow('no result')
  expect(await third).toBe(3)
})
