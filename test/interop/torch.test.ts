/**
 * State dictionaries of PyTorch load by a map of names and give PyTorch's outputs: convolution, linear, batch norm,
 * embedding and LSTM. test/fixtures/make_lenet.py made the files.
 */
import { readFileSync } from 'node:fs'
import * as p from 'pullback'
import { describe, expect, it } from 'vitest'
import { devices } from '../devices.js'

type Any = p.AnyTensor
const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/${name}.safetensors`, import.meta.url)))

const rightOf = <A>(
  result: { readonly _tag: 'Left'; readonly left: p.FormatError } | { readonly _tag: 'Right'; readonly right: A },
): A => {
  if (result._tag === 'Left') throw new Error(result.left.message)
  return result.right
}

const cases = (name: string): Readonly<Record<string, p.Tensor>> =>
  Object.fromEntries(
    [...rightOf(p.readSafetensors(fixture(name))).tensors].map(([key, { shape, dtype, data }]) => [
      key,
      p.tensor(data, shape, dtype as 'float32') as unknown as p.Tensor,
    ]),
  )

const largestDifference = (got: Any, wanted: Any): number => {
  expect(got.shape).toEqual(wanted.shape)
  const [a, b] = [Array.from(p.toArray(got)), p.toArray(wanted)]
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0)
}
const agree = (got: Any, wanted: Any): void => expect(largestDifference(got, wanted)).toBeLessThan(1e-5)

/** PyTorch's carries begin with an axis of layers. */
const ofOneLayer = (x: p.Tensor): Any => p.tensor(p.toArray(x), x.shape.slice(1)) as unknown as Any

const lenet = p.named(
  { conv1: p.conv2d({ in: 1, out: 6, kernel: 5, padding: 2 }) },
  { norm1: p.batchNorm(6) },
  { relu1: p.relu() },
  { pool1: p.maxPool2d(2) },
  { conv2: p.conv2d({ in: 6, out: 16, kernel: 5 }) },
  { norm2: p.batchNorm(16) },
  { relu2: p.relu() },
  { pool2: p.maxPool2d(2) },
  { flat: p.flatten() },
  { fc1: p.dense(400, 120) },
  { relu3: p.relu() },
  { fc2: p.dense(120, 84) },
  { relu4: p.relu() },
  { fc3: p.dense(84, 10) },
)

/** `params.norm1.gamma` is `norm1.weight` there. */
const words: Readonly<Record<string, string>> = {
  gamma: 'weight',
  beta: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
}
const torchName = (path: string): string => {
  const [, part, word] = path.split('.') as [string, string, string]
  return `${part}.${words[word] ?? word}`
}
const ignore = (name: string): boolean => name.endsWith('num_batches_tracked')

describe('LeNet with batch norm', () => {
  const spec = { shape: [3, 1, 28, 28], dtype: 'float32' } as const
  const [{ params, state }] = lenet.init(spec)(p.rng(0))
  const read = p.decodeStateDictionary({ params, state }, { names: torchName, ignore })(fixture('torch-lenet'))
  const model = rightOf(read)
  const wanted = cases('torch-lenet-cases')

  for (const { name, device } of devices) {
    it(`gives PyTorch's outputs in inference: ${name}`, async () => {
      const [output] = lenet.infer(model.params, model.state, wanted.input as never)
      agree(await device.evaluate(output), wanted.output!)
    })
    it(`gives PyTorch's outputs of the first layers: ${name}`, async () => {
      const head = p.named({ conv1: p.conv2d({ in: 1, out: 6, kernel: 5, padding: 2 }) }, { norm1: p.batchNorm(6) })
      const { conv1, norm1 } = model.params
      const [convolved] = p.conv2d({ in: 1, out: 6, kernel: 5, padding: 2 }).infer(conv1, {}, wanted.input as never)
      const [normed] = head.infer({ conv1, norm1 }, { conv1: {}, norm1: model.state.norm1 }, wanted.input as never)
      const [got] = await device.evaluate([[convolved, normed] as const])
      agree(got![0], wanted.conv1!)
      agree(got![1], wanted.norm1!)
    })
    it(`gives PyTorch's outputs and running statistics in training: ${name}`, async () => {
      const [apply] = lenet.train(p.rng(0))
      const [output, , after] = apply(model.params, model.state, wanted.input as never)
      const got = await device.evaluate({ output, after })
      agree(got.output, wanted['train.output']!)
      for (const norm of ['norm1', 'norm2'] as const) {
        agree(got.after[norm].mean, wanted[`train.${norm}.running_mean`]!)
        agree(got.after[norm].variance, wanted[`train.${norm}.running_var`]!)
      }
    })
  }
})

describe('a recurrent network', () => {
  const [table, cell, head] = [p.embedding(11, 5), p.lstm(5, 7), p.linear(7, 11)]
  const spec = { shape: [4, 3, 5], dtype: 'float32' } as const
  const carrySpec = { shape: [3, 7], dtype: 'float32' } as const
  const template = {
    embedding: table.init({ shape: [4, 3], dtype: 'int32' })(p.rng(0))[0].params,
    lstm: cell.init([spec, [carrySpec, carrySpec]])(p.rng(0))[0].params,
    head: head.init({ shape: [4, 3, 7], dtype: 'float32' })(p.rng(0))[0].params,
  }
  const names = {
    'lstm.weightInput': 'lstm.weight_ih_l0',
    'lstm.weightHidden': 'lstm.weight_hh_l0',
    'lstm.biasInput': 'lstm.bias_ih_l0',
    'lstm.biasHidden': 'lstm.bias_hh_l0',
  }
  const params = rightOf(p.decodeStateDictionary(template, { names })(fixture('torch-recurrent')))
  const wanted = cases('torch-recurrent-cases')

  for (const { name, device } of devices)
    it(`gives PyTorch's embeddings, states and outputs: ${name}`, async () => {
      const [embedded] = table.infer(params.embedding, {}, wanted.input as never)
      const carry = p.zeroCarry(cell, embedded as never)
      const [[outputs, [hidden, memory]]] = cell.infer(params.lstm, {}, [embedded, carry] as never)
      const [logits] = head.infer(params.head, {}, outputs as never)
      const got = await device.evaluate({ embedded, outputs, hidden, memory, logits })
      agree(got.embedded, wanted.embedding!)
      agree(got.outputs, wanted.outputs!)
      agree(got.hidden, ofOneLayer(wanted.hidden!))
      agree(got.memory, ofOneLayer(wanted.cell!))
      agree(got.logits, wanted.logits!)
    })
})
