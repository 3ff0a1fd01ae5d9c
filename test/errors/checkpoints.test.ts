/** Checkpoints that do not belong to the model: a world error, whose message has all four parts. */
import * as p from 'pullback'
import { describe, expect, test } from 'vitest'

const layer = p.named({ conv: p.conv2d({ in: 1, out: 2, kernel: 3 }) }, { flat: p.flatten() }, { head: p.dense(8, 3) })
const optimizer = p.adam()
const input = { shape: [1, 1, 4, 4], dtype: 'float32' } as const
const stateOf = (model: p.AnyLayer) => p.initialTrainState(model, optimizer, input)(p.rng(0))[0]
const evaluated = async (model: p.AnyLayer) => {
  const { reference } = await import('pullback/reference')
  return p.encodeCheckpoint(reference().evaluateSync(stateOf(model)))
}
const reading = async (model: p.AnyLayer, saved: Uint8Array): Promise<string> => {
  const read = p.decodeCheckpoint(stateOf(model))(saved)
  return read._tag === 'Left' ? read.left.message : 'no error'
}
const other = 'It is of another model: build the model that it was saved from.'

describe('a checkpoint of another model', () => {
  const withoutHead = p.named({ conv: p.conv2d({ in: 1, out: 2, kernel: 3 }) }, { flat: p.flatten() })
  const withoutBias = p.named(
    { conv: p.conv2d({ in: 1, out: 2, kernel: 3 }) },
    { flat: p.flatten() },
    { head: p.dense(8, 3, { bias: false }) },
  )
  const narrower = p.named(
    { conv: p.conv2d({ in: 1, out: 2, kernel: 3 }) },
    { flat: p.flatten() },
    { head: p.dense(8, 2) },
  )

  test('of the same model is read', async () => {
    expect(await reading(layer, await evaluated(layer))).toBe('no error')
  })
  test('misses entries', async () => {
    expect(await reading(layer, await evaluated(withoutBias))).toBe(
      `checkpoint, arrays: expected entries params.head.bias, optimizer.slots.0.mean.head.bias, optimizer.slots.0.square.head.bias, got none of that name. ${other}`,
    )
    expect(await reading(layer, await evaluated(withoutHead))).toBe(
      `checkpoint, arrays: expected entries params.head.weight, params.head.bias, optimizer.slots.0.mean.head.weight and 3 more, got none of that name. ${other}`,
    )
  })
  test('has entries more', async () => {
    expect(await reading(withoutBias, await evaluated(layer))).toMatch(
      /^checkpoint, arrays: expected no more than 9 entries, got also .*params\.head\.bias.*\. It is of another model/,
    )
  })
  test('has an entry of another shape', async () => {
    expect(await reading(layer, await evaluated(narrower))).toBe(
      `checkpoint, params.head.weight: expected float32 [3, 8], got float32 [2, 8]. ${other}`,
    )
  })
  test('is none', async () => {
    expect(await reading(layer, new Uint8Array(5))).toMatch(/^safetensors/)
  })
})

test('what is not evaluated cannot be saved', () => {
  expect(() => p.encodeCheckpoint({ weight: p.add(p.tensor([1]), 1) })).toThrow(
    'weight: expected an evaluated tensor on the host, got another. Write device.read(state) or take a snapshot.',
  )
})
