/** Folds that read measures some steps at a time: on a device that computes at once, and on one that answers later. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, div, mul } from '../../src/array/elementwise.js'
import { sum } from '../../src/array/reduce.js'
import { type Tensor, tensor } from '../../src/array/tensor.js'
import { cpu } from '../../src/backend/cpu/index.js'
import { reference } from '../../src/backend/reference/index.js'
import { epochs } from '../../src/data/batches.js'
import type { Device } from '../../src/engine/device.js'
import { adam } from '../../src/optim/index.js'
import { rng } from '../../src/random/rng.js'
import { canonicalBytes } from '../../src/train/fingerprint.js'
import { type FoldOptions, fold } from '../../src/train/fold.js'
import { foldToBest } from '../../src/train/foldToBest.js'
import { accuracy } from '../../src/train/metrics.js'
import type { Numbers, Scalars } from '../../src/train/numbers.js'
import { initialTrainState } from '../../src/train/state.js'
import { type Step, step } from '../../src/train/step.js'
import { queuedDevice, queueLog } from './asynchronous.js'
import { classifier, crossEntropy, sectors } from './support.js'

const layer = classifier()
const optimizer = adam(0.02)
const descend = step({ layer, loss: crossEntropy, optimizer, metrics: { accuracy } })
const [start] = initialTrainState(layer, optimizer, { shape: [8, 2], dtype: 'float32' })(rng(1))
const stream = (from = 0) => epochs(sectors(60), { size: 8, epochs: 5, shuffle: rng(2), dropLast: true, from })
const steps = 35
const bits = (tree: unknown) => Buffer.from(canonicalBytes(tree)).toString('hex')
type Options = FoldOptions<
  typeof start,
  ReturnType<typeof stream> extends Iterable<infer B> ? B : never,
  'accuracy' | 'loss'
>

/** A fold, and all that its listener was told. */
const run = async (device: Device, options: Options, batches: ReturnType<typeof stream> = stream()) => {
  const events: (readonly [count: number, index: number, metrics: Numbers<'accuracy' | 'loss'>, step: number])[] = []
  const settled: number[] = []
  const folded = await fold(device, descend, start, batches, {
    ...options,
    onStep: async (event) => {
      events.push([event.count, event.batch.index, event.metrics, event.state.step])
      if (event.settled) settled.push(event.count)
      return options.onStep?.(event)
    },
  })
  return { ...folded, events, settled }
}

const expected = await run(reference(), {})

describe.each([
  ['reference', () => reference()],
  ['a device that answers later', () => queuedDevice()],
] as const)('on %s', (_, make) => {
  test('whatever is read when, events and end are the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(0, 1, 3, 32),
        async (readEvery, period, replay) => {
          const settle = (count: number): boolean => count % period === 0
          const { state, events, settled } = await run(make(), { readEvery, settle, replay })
          expect(events).toEqual(expected.events)
          expect(bits(state)).toBe(bits(expected.state))
          for (let count = period; count < steps; count += period) expect(settled).toContain(count)
          expect(settled.at(-1)).toBe(steps)
        },
      ),
      { numRuns: 12 },
    )
  })

  test('it stops after what was begun, which is told, and goes on from there to the same bits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: steps }), async (readEvery, at) => {
        const device = make()
        const first = await run(device, { readEvery, onStep: ({ count }) => (count === at ? 'stop' : undefined) })
        expect(first.stopped).toBe(true)
        expect(first.count).toBeGreaterThanOrEqual(at)
        expect(first.count).toBeLessThan(at + 2 * readEvery)
        expect([first.state.step, first.events]).toEqual([first.count, expected.events.slice(0, first.count)])
        const second = await fold(device, descend, first.state, stream(first.count), { readEvery })
        expect(bits(second.state)).toBe(bits(expected.state))
      }),
      { numRuns: 8 },
    )
  })

  test('a step that settles has its state; another one says how to get it', async () => {
    const snapshots: string[] = []
    const errors: unknown[] = []
    await run(make(), {
      readEvery: 4,
      settle: (count) => count === 10,
      onStep: async ({ count, settled, snapshot }) => {
        if (settled) snapshots.push(`${count} ${bits(await snapshot())}`)
        else if (count === 3) errors.push(await snapshot().catch((error) => error))
        return undefined
      },
    })
    const exact = await run(reference(), { onStep: ({ count }) => (count === 10 ? 'stop' : undefined) })
    expect(snapshots).toEqual([`10 ${bits(exact.state)}`, `${steps} ${bits(expected.state)}`])
    expect(String(errors[0])).toMatch(/step 3: snapshot: expected a step that is settled.*settle: \(count\)/)
  })

  test.each([
    [1, 4],
    [5, 4],
    [8, 3],
    [3, 32],
    [16, 1],
  ])('a loss that is not finite is located exactly: readEvery %i, replay %i', async (readEvery, replay) => {
    const nan = tensor(new Array<number>(16).fill(Number.NaN), [8, 2])
    for (const bad of [1, 4, 5, 12, 13, 35]) {
      const spoilt = [...stream()].map((batch, i) => (i === bad - 1 ? { ...batch, inputs: nan } : batch))
      const counts: number[] = []
      const running = run(make(), { readEvery, replay, onStep: ({ count }) => void counts.push(count) }, spoilt)
      await expect(running).rejects.toThrow(
        `step ${bad}: expected a finite loss, got NaN (the first value that is not finite: the input, 16 of its elements)`,
      )
      expect(counts).toEqual(Array.from({ length: bad - 1 }, (_, i) => i + 1))
    }
  })

  test('a measure may be a part of the state', async () => {
    interface Sums {
      readonly total: Tensor
      readonly count: Tensor
    }
    const adding: Step<Sums, Tensor, Scalars<'total' | 'half'>> = ({ total, count }, x) => {
      const next = { total: add(total, sum(x)) as Tensor, count: add(count, 1) as Tensor }
      return [next, { total: next.total, half: div(next.total, 2) }]
    }
    const inputs = Array.from({ length: 9 }, (_, i) => tensor([i, 1], [2]))
    for (const readEvery of [1, 2, 4, 20]) {
      const totals: number[] = []
      const device = make()
      const zero = { total: tensor([0], []) as Tensor, count: tensor([0], []) as Tensor }
      const { state } = await fold(device, adding, zero, inputs, {
        readEvery,
        onStep: ({ metrics }) => void totals.push(metrics.total - metrics.half),
      })
      expect(totals).toEqual([0.5, 1.5, 3, 5, 7.5, 10.5, 14, 18, 22.5])
      expect((await device.evaluate(mul(state.total, state.count))).shape).toEqual([])
    }
  })

  test('foldToBest settles where it validates', async () => {
    const validate = async () => 0
    const options = { better: 'less', every: 5, validate } as const
    const { best, count } = await foldToBest(make(), descend, start, stream(), { ...options, readEvery: 3 })
    const exact = await run(reference(), { onStep: ({ count }) => (count === 5 ? 'stop' : undefined) })
    expect([best!.count, count, bits(best!.state)]).toEqual([5, steps, bits(exact.state)])
  })

  test.each([1.5, -1, Number.NaN])('replay: %f is refused', async (replay) => {
    await expect(fold(make(), descend, start, [], { replay })).rejects.toThrow(
      `fold: replay: expected a whole number from 0 on, got ${replay}.`,
    )
  })

  test.each([0, 1.5, -1])('readEvery: %f is refused', async (readEvery) => {
    await expect(fold(make(), descend, start, [], { readEvery })).rejects.toThrow(
      `fold: readEvery: expected a whole number from 1 on, got ${readEvery}.`,
    )
  })
})

describe('a queue', () => {
  test('has work behind every number that is read, and nobody waits for it to run dry', async () => {
    const dry = queueLog()
    await run(queuedDevice(dry), { replay: 0 })
    expect(dry.behind.every((behind) => behind === 0)).toBe(true)
    const busy = queueLog()
    await run(queuedDevice(busy), { replay: 0, readEvery: 5 })
    // Two numbers a step; the last group, and the state at the end, have nothing behind them.
    expect(busy.behind.slice(0, 2 * (steps - 5)).every((behind) => behind > 0)).toBe(true)
  })

  test('is read sixteen steps at a time where nobody listens', async () => {
    const log = queueLog()
    await fold(queuedDevice(log), descend, start, stream())
    expect(log.behind.slice(0, 2 * 16).every((behind) => behind > 0)).toBe(true)
  })

  test('holds what a few steps need, however many there were', async () => {
    const alive = async (count: number) => {
      const log = queueLog()
      let most = 0
      await fold(queuedDevice(log), descend, start, [...stream()].slice(0, count), {
        readEvery: 2,
        replay: 4,
        onStep: () => {
          most = Math.max(most, log.alive)
          return undefined
        },
      })
      return most
    }
    expect(await alive(35)).toBeLessThanOrEqual((await alive(14)) + 2)
  })

  test('that fails ends the fold with what it says, also while numbers are on their way', async () => {
    for (const readEvery of [1, 4]) {
      const log = queueLog()
      const running = run(queuedDevice(log), {
        readEvery,
        onStep: ({ count }) => {
          log.lost = count === 4
          return undefined
        },
      })
      await expect(running).rejects.toThrow('the device is lost')
    }
  })
})

test('what was on a device that is lost goes on from the last snapshot, on another one', async () => {
  for (const readEvery of [1, 6]) {
    const log = queueLog()
    const snapshots: (readonly [state: typeof start, count: number])[] = []
    const running = run(queuedDevice(log), {
      readEvery,
      replay: 4,
      onSnapshot: (state, count) => void snapshots.push([state, count]),
      onStep: ({ count }) => {
        log.lost ||= count === 20
        return undefined
      },
    })
    await expect(running).rejects.toThrow('the device is lost')
    const [state, count] = snapshots.at(-1)!
    expect([count % 4, count >= 12, state.step]).toEqual([0, true, count])
    const { state: end } = await fold(queuedDevice(), descend, state, stream(state.step))
    expect(bits(end)).toBe(bits(expected.state))
  }
})

test('on cpu, too', async () => {
  const events = (await run(cpu(), {})).events
  const late = await run(cpu(), { readEvery: 7 })
  expect(late.events).toEqual(events)
})
