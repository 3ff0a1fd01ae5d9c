import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, div, sqrt, sub } from '../../src/array/elementwise.js'
import { sum } from '../../src/array/reduce.js'
import { type Tensor, tensor, toArray } from '../../src/array/tensor.js'
import { referenceBackend } from '../../src/backend/reference/backend.js'
import { reference } from '../../src/backend/reference/index.js'
import { epochs } from '../../src/data/batches.js'
import { deviceOf } from '../../src/engine/device.js'
import { stateless } from '../../src/layer/build.js'
import { named } from '../../src/layer/combinator/chain.js'
import { dense } from '../../src/layer/dense.js'
import { adam, chainOptimizers, clipByGlobalNorm, momentum, schedule, sgd } from '../../src/optim/index.js'
import { rng } from '../../src/random/rng.js'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/train/checkpoint.js'
import { canonicalBytes } from '../../src/train/fingerprint.js'
import { fold } from '../../src/train/fold.js'
import { accuracy } from '../../src/train/metrics.js'
import { initialTrainState } from '../../src/train/state.js'
import { step } from '../../src/train/step.js'
import { classifier, crossEntropy, sectors } from './support.js'

const device = reference()
const layer = classifier()
const optimizer = chainOptimizers(
  clipByGlobalNorm(5),
  adam(schedule.warmup(3, schedule.cosine({ initial: 0.02, steps: 60 }))),
)
const descend = step({ layer, loss: crossEntropy, optimizer, metrics: { accuracy } })
const [start] = initialTrainState(layer, optimizer, { shape: [8, 2], dtype: 'float32' })(rng(1))
const data = sectors(60)
const stream = (from = 0) => epochs(data, { size: 8, epochs: 6, shuffle: rng(2), dropLast: true, from })
const bits = (tree: unknown) => Buffer.from(canonicalBytes(tree)).toString('hex')

describe('fold', () => {
  test('learns', async () => {
    const losses: number[] = []
    const { state, count, stopped } = await fold(device, descend, start, stream(), {
      onStep: ({ metrics }) => {
        losses.push(metrics.loss)
        expect(metrics.accuracy).toBeGreaterThanOrEqual(0)
        return undefined
      },
    })
    expect([count, stopped, state.step]).toEqual([42, false, 42])
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)
  })

  test('stopped at any step, saved, read back and resumed, it ends in the same bits', async () => {
    const whole = await fold(device, descend, start, stream())
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 41 }), async (at) => {
        const first = await fold(device, descend, start, stream(), {
          onStep: ({ count }) => (count === at ? 'stop' : undefined),
        })
        expect([first.count, first.stopped]).toEqual([at, true])
        const saved = decodeCheckpoint(start)(encodeCheckpoint(first.state))
        if (saved._tag === 'Left') throw new Error(saved.left.message)
        const second = await fold(device, descend, saved.right.tree, stream(first.state.step))
        expect(bits(second.state)).toBe(bits(whole.state))
        expect(second.state.rng).toEqual(whole.state.rng)
      }),
      { numRuns: 6 },
    )
  })

  test('over the parts of an asynchronous stream it is as over the whole', async () => {
    const all = [...stream()]
    async function* later(batches: typeof all) {
      for (const batch of batches) yield Promise.resolve(batch)
    }
    const first = await fold(device, descend, start, later(all.slice(0, 10)))
    const second = await fold(device, descend, first.state, later(all.slice(10)))
    expect(bits(second.state)).toBe(bits((await fold(device, descend, start, all)).state))
  })

  test('what was passed in and every snapshot stay as they are', async () => {
    const host = await device.evaluate(start)
    const initial = { ...host, params: await device.place(host.params) }
    const before = bits(host.params)
    const snapshots: { readonly state: typeof start; readonly bits: string }[] = []
    await fold(device, descend, initial, stream(), {
      onStep: async ({ snapshot, count }) => {
        if (count % 10 !== 0) return undefined
        const state = await snapshot()
        snapshots.push({ state, bits: bits(state) })
        return undefined
      },
    })
    expect(bits((await device.read(initial)).params)).toBe(before)
    expect(bits(host.params)).toBe(before)
    expect(new Set(snapshots.map((snapshot) => snapshot.bits)).size).toBe(4)
    for (const snapshot of snapshots) expect(bits(snapshot.state)).toBe(snapshot.bits)
  })

  test('the state of an event was given up once the next step has run', async () => {
    const seen: (typeof start)[] = []
    await fold(device, descend, start, [...stream()].slice(0, 3), {
      onStep: ({ state }) => {
        seen.push(state)
        return undefined
      },
    })
    await expect(device.read(seen[0]!.params)).rejects.toThrow('given up')
  })

  test.each([
    ['on the host', (x: Tensor) => x],
    ['in the memory of the device', (x: Tensor) => device.placeSync(x)],
  ])('a state may have arrays that were there before the step: %s', async (_, put) => {
    const zero = put(tensor([0, 0]))
    const batches = [1, 2, 3].map((n) => put(tensor([n, n])))
    const placed = [zero, ...batches].map((x) => device.placeSync(x))
    interface Held {
      readonly last: Tensor
      readonly reset: Tensor
      readonly constant: Tensor
      readonly moved: Tensor
      readonly n: number
    }
    const hold = (held: Held, last: Tensor) => {
      const reset = held.n % 2 === 0 ? zero : add(held.reset, 1)
      const moved = add(held.moved, sub(last, held.last))
      return [{ last, reset, constant: zero, moved, n: held.n + 1 }, { zero: sum(zero) }] as const
    }
    const initial: Held = { last: zero, reset: zero, constant: zero, moved: zero, n: 0 }
    const { state } = await fold(device, hold, initial, [...batches, ...batches, batches[2]!])
    const { last, reset, constant, moved } = state
    expect([last, reset, constant, moved].map((x) => [...toArray(x)])).toEqual([
      [3, 3],
      [0, 0],
      [0, 0],
      [3, 3],
    ])
    expect(device.readSync(placed).map((x) => toArray(x)[0])).toEqual([0, 1, 2, 3])
  })

  test('compiles one program for all steps, whatever the rates and masks', async () => {
    const backend = referenceBackend()
    const sizes: number[] = []
    const counting = deviceOf({
      ...backend,
      compile: (program, options) => {
        sizes.push(program.instructions.length)
        return backend.compile(program, options)
      },
    })
    const host = await device.evaluate(start)
    await fold(counting, descend, host, [...stream()].slice(1, 20))
    expect(sizes.length).toBe(1)
  })

  test('no batches, no steps', async () => {
    const { state, count } = await fold(device, descend, start, [])
    expect(count).toBe(0)
    expect(bits(state)).toBe(bits(await device.evaluate(start)))
  })
})

describe('a loss that is not finite stops the fold and is explained', () => {
  const run = (part: typeof layer, batches: ReturnType<typeof stream>, rate = 0.01) => {
    const descent = step({ layer: part, loss: crossEntropy, optimizer: momentum(rate) })
    const [begin] = initialTrainState(part, momentum(rate), { shape: [8, 2], dtype: 'float32' })(rng(1))
    return fold(device, descent, begin, batches, { replay: 4 })
  }

  test('by the data', async () => {
    const nan = tensor(new Array<number>(16).fill(Number.NaN), [8, 2])
    const spoilt = [...stream()].map((batch, i) => (i === 9 ? { ...batch, inputs: nan } : batch))
    await expect(run(layer, spoilt)).rejects.toThrow(
      /^step 10: expected a finite loss, got NaN \(the first value that is not finite: the input, 16 of its elements\)/,
    )
  })

  test('by the first part that makes it', async () => {
    const roots = stateless<Tensor, Tensor>('roots', (x) => {
      const y = sqrt(x)
      return [y, (cotangent) => div(cotangent, y)]
    })
    const rooted = named({ hidden: dense(2, 3) }, { inner: named({ roots }) }, { out: dense(3, 3) })
    await expect(run(rooted as unknown as typeof layer, stream())).rejects.toThrow(
      /^step 1: expected a finite loss, got NaN \(the first value that is not finite: the output of inner\.roots, \d+ of its elements\)/,
    )
  })

  test('by a parameter that went before', async () => {
    await expect(run(layer, stream(), 1e38)).rejects.toThrow(
      /the first value that is not finite: the (parameter|output)/,
    )
  })

  test('by the loss itself', async () => {
    const descent = step({
      layer,
      loss: (y: Tensor) => div(crossEntropy(y, tensor(new Array<number>(8).fill(0), [8], 'int32')), 0) as Tensor<[]>,
      optimizer: sgd(0.1),
    })
    const [begin] = initialTrainState(layer, sgd(0.1), { shape: [8, 2], dtype: 'float32' })(rng(1))
    await expect(fold(device, descent, begin, stream())).rejects.toThrow('the loss function itself is not')
    await expect(fold(device, descent, begin, stream(), { replay: 0 })).rejects.toThrow(/got Infinity\. Lower/)
  })
})
