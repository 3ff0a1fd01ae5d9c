import * as p from 'pullback'
import { compositionLaws, seeds } from 'pullback/laws'
import { devices } from '../devices.js'
import { check } from './support.js'

const chain = p.chain as unknown as (...layers: readonly p.AnyLayer[]) => p.AnyLayer
const loose = (layer: unknown): p.AnyLayer => layer as p.AnyLayer
const identity = loose(p.identity())

const cases = {
  'state and randomness': {
    layers: [loose(p.dense(4, 3)), loose(p.batchNorm(3)), loose(p.dropout(0.5))],
    input: { shape: [5, 4], dtype: 'float32' },
  },
  images: {
    layers: [loose(p.conv2d({ in: 3, out: 2, kernel: 3, padding: 1 })), loose(p.maxPool2d(2)), loose(p.flatten())],
    input: { shape: [2, 3, 4, 6], dtype: 'float32' },
  },
  sequences: {
    layers: [loose(p.sequence(p.lstm(3, 4))), loose(p.selfAttention({ features: 4, heads: 2 })), loose(p.layerNorm(4))],
    input: { shape: [3, 2, 3], dtype: 'float32' },
  },
} as const

for (const { name, device } of devices)
  for (const [what, { layers, input }] of Object.entries(cases))
    check(compositionLaws, { device, chain, identity, layers, input }, seeds, { runs: 5 }, `${name}, ${what}: `)
