/** A loop is planned once: 1,000 steps are as many instructions and kernels as 10, forward and back. */
import * as p from 'pullback'
import { cpu } from 'pullback/cpu'
import { expect, test } from 'vitest'
import type { Loose } from './support.js'

const device = cpu()
const sizeOf = (layer: Loose, time: number) => {
  const input = { shape: [time, 2, 3], dtype: 'float32' } as const
  const [{ params, state }] = layer.init(input)(p.rng(0))
  const [y, pullback] = layer.train(p.rng(1))[0](params, state, p.zeros(input.shape))
  const { kernels, programSize } = device.explainSync([y, pullback(p.ones(y.shape))])
  return { kernels: kernels.length, programSize }
}

test.each([
  ['rnn', p.rnn(3, 4)],
  ['lstm', p.lstm(3, 4)],
  ['gru', p.gru(3, 4)],
])('%s', (_, layer) => {
  const short = sizeOf(p.sequence(layer as Loose), 10)
  expect(short.programSize).toBeGreaterThan(10)
  expect(sizeOf(p.sequence(layer as Loose), 1000)).toEqual(short)
})
