/**
 * No growth over a long run, and nothing to dispose of: with the fold, and with a loop of one's own. What counts is what
 * is still there after a collection: resident memory goes up and down with V8's choice of when to collect.
 */
import * as p from 'pullback'
import { cpu } from 'pullback/cpu'
import { expect, test } from 'vitest'
import { settledMemory } from '../collect.js'

const steps = 10_000
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
/** The heap that is in use, and what it holds outside: arrays and the device's memory. */
const megabytes = async (): Promise<number> => (await settledMemory()).used

const layer = p.chain(p.dense(64, 64), p.relu(), p.dropout(0.1), p.dense(64, 10))
const optimizer = p.adam(p.schedule.cosine({ initial: 0.001, steps }))
const descend = p.step({ layer, loss: p.crossEntropy, optimizer })
const [start] = p.initialTrainState(layer, optimizer, { shape: [16, 64], dtype: 'float32' })(p.rng(0))
/** A new batch each step: 5 KB of leaves, 50 MB in all. */
const batchOf = (i: number) => ({
  inputs: p.tensor(
    Float32Array.from({ length: 16 * 64 }, (_, k) => ((i * 31 + k * 17) % 101) / 101 - 0.5),
    [16, 64],
  ),
  targets: p.tensor(
    Int32Array.from({ length: 16 }, (_, k) => (i + k) % 10),
    [16],
  ),
})

test('over 10,000 steps of a fold', { timeout: 240_000 }, async () => {
  const batches = function* () {
    for (let i = 0; i < steps; i++) yield batchOf(i)
  }
  let early = 0
  await p.fold(cpu(), descend, start, batches(), {
    onStep: async ({ count }) => {
      if (count === 2000) early = await megabytes()
      return undefined
    },
  })
  expect((await megabytes()) - early).toBeLessThan(4)
})

test('over 4,000 steps that are evaluated and nothing else', { timeout: 240_000 }, async () => {
  const device = cpu()
  let state = start
  let early = 0
  for (let i = 0; i < 4000; i++) {
    const [next, { loss }] = descend(state, batchOf(i))
    const done = await device.evaluate({ next, loss })
    state = done.next
    if (i % 100 === 0) await breathe()
    if (i === 1000) early = await megabytes()
  }
  expect(state.step).toBe(4000)
  expect((await megabytes()) - early).toBeLessThan(4)
})
