/**
 * The same bits again: the fingerprints of two short trainings, as they were committed.
 *
 * A fingerprint that changes is a change of bits on every machine, and of every fingerprint that a user noted. Where that
 * is wanted (an order of operations that the design changed, say), the new one is committed with it, and the reason is
 * in the message. A change of speed alone changes none.
 */
import { createHash } from 'node:crypto'
import * as p from 'pullback'
import { cpu, cpuBackend } from 'pullback/cpu'
import { reference } from 'pullback/reference'
import { describe, expect, test } from 'vitest'
import { backendOn } from '../src/backend/cpu/backend.js'
import { createRuntime } from '../src/backend/cpu/runtime/runtime.js'
import type { LowerOptions } from '../src/engine/lower.js'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The cpu device with every instruction a kernel of its own. */
const unfused = (): p.Device => {
  const backend = cpuBackend()
  return p.deviceOf({
    ...backend,
    compile: (program, options) => backend.compile(program, { ...options, unfused: true } as LowerOptions),
  })
}

/** Made of random bits alone, so that no engine's own arithmetic has a part in it. */
const examples = (count: number, shape: readonly number[], classes: number) => {
  const size = shape.reduce((a, b) => a * b, count)
  const [inputs, next] = p.hostNormal({ size })(p.rng(7))
  const [labels] = p.hostRandomInteger({ size: count, low: 0, high: classes })(next)
  return p.dataset(p.storedArray('float32', [count, ...shape], inputs), p.storedArray('int32', [count], labels))
}

const training = <X, P, S>(
  layer: p.Layer<X, p.Tensor<[number, number]>, P, S>,
  optimizer: p.Optimizer,
  shape: readonly number[],
) => {
  const data = examples(90, shape, 5)
  const [start] = p.initialTrainState(layer, optimizer, { shape: [16, ...shape], dtype: 'float32' })(p.rng(1))
  const descend = p.step({ layer, loss: p.crossEntropy, optimizer })
  // ragged: the last of each epoch's six batches has ten examples
  const stream = () => p.epochs(data, { size: 16, epochs: 2, shuffle: p.rng(2) })
  return async (device: p.Device): Promise<string> => {
    const batches = stream() as unknown as Iterable<Parameters<typeof descend>[1]>
    const { state, count } = await p.fold(device, descend, start, batches)
    expect(count).toBe(12)
    return p.fingerprint({ params: state.params, state: state.state, optimizer: state.optimizer }, sha256)
  }
}

const mlp = training(
  p.chain(p.dense(13, 33), p.layerNorm(33), p.gelu(), p.dropout(0.2), p.dense(33, 17), p.tanh(), p.dense(17, 5)),
  p.chainOptimizers(
    p.clipByGlobalNorm(1),
    p.adamw(p.schedule.warmup(3, p.schedule.cosine({ initial: 0.01, steps: 12 }))),
  ),
  [13],
)
const cnn = training(
  p.chain(
    p.conv2d({ in: 2, out: 6, kernel: 3, padding: 'same' }),
    p.batchNorm(6),
    p.relu(),
    p.maxPool2d(2),
    p.conv2d({ in: 6, out: 8, kernel: 3, stride: 2, groups: 2 }),
    p.sigmoid(),
    p.flatten(),
    p.dense(72, 5),
  ),
  p.momentum(0.05, { weightDecay: 1e-4 }),
  [2, 15, 15],
)

describe.each([
  [
    'an MLP by AdamW, with layer norm, GELU and dropout',
    mlp,
    {
      reference: 'eb1820059587777b4b47a9771769f53685ed424ccfd71245fdfd7d8043af3637',
      cpu: '0d7870fb417aafc10c7cf73ed8e458c418bf1d93fac1d9338d5276ff41716d41',
    },
  ],
  [
    'a convolutional network by momentum, with batch norm',
    cnn,
    {
      reference: 'df668e3ea5baac150299394dab50685a7e282c455a39324ae558d4c08129e2d3',
      cpu: '0cab5bb41473eddcea612cb7f0f8918d5e25d2b8b021933d09fdf6ae0b1b0bc5',
    },
  ],
])('%s', (_, run, committed) => {
  test('has the committed bits on the reference device', async () => {
    expect(await run(reference())).toBe(committed.reference)
  })
  test('has the committed bits on cpu, and again', async () => {
    expect(await run(cpu())).toBe(committed.cpu)
    expect(await run(cpu())).toBe(committed.cpu)
  })
  test('has the same bits on two threads that share every launch', async () => {
    expect(await run(p.deviceOf(backendOn(createRuntime(2, 1e-9))))).toBe(committed.cpu)
  })
  test('has the same bits unfused', async () => {
    expect(await run(unfused())).toBe(committed.cpu)
  })
})
