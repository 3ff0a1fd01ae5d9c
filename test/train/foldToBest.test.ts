import { describe, expect, test } from 'vitest'
import { reference } from '../../src/backend/reference/index.js'
import { batches, epochs } from '../../src/data/batches.js'
import { momentum } from '../../src/optim/index.js'
import { rng } from '../../src/random/rng.js'
import { evaluate } from '../../src/train/evaluate.js'
import { canonicalBytes } from '../../src/train/fingerprint.js'
import { fold } from '../../src/train/fold.js'
import { foldToBest } from '../../src/train/foldToBest.js'
import { initialTrainState } from '../../src/train/state.js'
import { step } from '../../src/train/step.js'
import { classifier, crossEntropy, sectors } from './support.js'

const device = reference()
const layer = classifier()
const optimizer = momentum(0.1)
const descend = step({ layer, loss: crossEntropy, optimizer })
const [start] = initialTrainState(layer, optimizer, { shape: [8, 2], dtype: 'float32' })(rng(1))
const stream = (from = 0) => epochs(sectors(40), { size: 8, epochs: 4, shuffle: rng(2), from })
const heldOut = batches(sectors(12), { size: 12 })
const bits = (tree: unknown) => Buffer.from(canonicalBytes(tree)).toString('hex')
type State = typeof start

/** Measures that are read from a list, so that the test says when the best is. */
const listed = (values: readonly number[]) => {
  let at = 0
  return async (_: State): Promise<number> => values[at++]!
}

describe('foldToBest', () => {
  test('keeps the state that was best, as it was then, and changes no bit of the run', async () => {
    const snapshots: string[] = []
    const { best, state, count, watch } = await foldToBest(device, descend, start, stream(), {
      better: 'less',
      every: 3,
      validate: listed([5, 2, 4, 2, 3, 9]),
      onStep: async ({ snapshot }) => {
        snapshots.push(bits(await snapshot()))
        return undefined
      },
    })
    expect([best!.value, best!.count, count, watch.count]).toEqual([2, 6, 20, 6])
    expect(bits(best!.state)).toBe(snapshots[5])
    expect(bits(state)).toBe(bits((await fold(device, descend, start, stream())).state))
  })

  test('stops when patience is spent', async () => {
    const seen: number[] = []
    const { best, count, stopped } = await foldToBest(device, descend, start, stream(), {
      better: 'more',
      every: 2,
      patience: 2,
      validate: listed([0.5, 0.7, 0.6, 0.7, 0.9]),
      onValidation: (_, value) => seen.push(value),
    })
    expect([best!.value, best!.count, count, stopped]).toEqual([0.7, 4, 8, true])
    expect(seen).toEqual([0.5, 0.7, 0.6, 0.7])
  })

  test('goes on counting where an earlier part ended', async () => {
    const options = { better: 'less', every: 2, patience: 3 } as const
    const first = await foldToBest(device, descend, start, [...stream()].slice(0, 6), {
      ...options,
      validate: listed([1, 2, 3]),
    })
    const second = await foldToBest(device, descend, first.state, stream(6), {
      ...options,
      from: first,
      validate: listed([4]),
    })
    expect([second.count, second.stopped, second.best]).toEqual([2, true, first.best])
  })

  test('measures what evaluate measures', async () => {
    const loss = async (state: State) => (await evaluate(device, layer, state, heldOut, { crossEntropy })).crossEntropy
    const { best } = await foldToBest(device, descend, start, stream(), { better: 'less', every: 5, validate: loss })
    expect(await loss(best!.state)).toBe(best!.value)
    expect(best!.value).toBeLessThan(await loss(await device.evaluate(start)))
  })

  test('a listener still stops it, and NaN is never best', async () => {
    const { best, count } = await foldToBest(device, descend, start, stream(), {
      better: 'less',
      every: 1,
      validate: async () => Number.NaN,
      onStep: ({ count }) => (count === 3 ? 'stop' : undefined),
    })
    expect([best, count]).toEqual([undefined, 3])
  })

  test.each([
    [{ every: 0 }, 'foldToBest: every: expected a whole number from 1 on, got 0.'],
    [{ every: 1, patience: 1.5 }, 'foldToBest: patience: expected a whole number from 1 on, got 1.5.'],
  ])('refuses %j', async (wrong, message) => {
    const options = { better: 'less', validate: async () => 0, ...wrong } as const
    await expect(foldToBest(device, descend, start, [], options)).rejects.toThrow(message)
  })
})
