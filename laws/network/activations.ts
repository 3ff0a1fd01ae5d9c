/** Activations, normalisations and dropout, as parts of random networks. */
import {
  batchNorm,
  dropout,
  elu,
  gelu,
  groupNorm,
  type Initializer,
  layerNorm,
  leakyRelu,
  logSoftmax,
  maxout,
  plainDropout,
  prelu,
  relu,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
  tensor,
} from 'pullback'
import { mix, sizeOf } from '../sample.js'
import { asFloat } from '../untyped.js'
import { always, channelsOf, featuresOf, isImage, isMatrix, loose, type NetworkPart } from './part.js'

const smooth = (name: string, make: (option: number) => unknown): NetworkPart => ({
  of: [name],
  role: 'smooth',
  fits: always,
  make: (_, option) => loose(make(option)),
})
const kinked = (name: string, make: (option: number) => unknown): NetworkPart => ({
  ...smooth(name, make),
  role: 'kinked',
})

/**
 * Weights of two pieces that never tie: halves n/2, n even, but odd for the second piece's first input. Inputs are odd
 * multiples of 1/32, so the pieces are multiples of 1/64, even for the first and odd for the second.
 */
export const parting: Initializer = (shape) => (generator) => {
  const [, inputs, outputs] = shape as readonly [number, number, number]
  const isOdd = (i: number): boolean =>
    Math.floor(i / (inputs * outputs)) === 1 && Math.floor(i / outputs) % inputs === 0
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => (mix(1, i) % 3) - 1 + (isOdd(i) ? 0.5 : 0))
  return [asFloat(tensor(values, shape)), generator]
}

/** Norms divide by what may be small: a large epsilon keeps them, and their differences, well conditioned. */
const epsilon = 1 / 8

export const activations: readonly NetworkPart[] = [
  smooth('sigmoid', () => sigmoid()),
  smooth('tanh', () => tanh()),
  smooth('softplus', () => softplus()),
  smooth('silu', () => silu()),
  smooth('gelu', (option) => gelu({ approximate: option % 2 === 0 ? 'none' : 'tanh' })),
  smooth('softmax', (option) => softmax(-1 - (option % 2))),
  smooth('logSoftmax', () => logSoftmax(-1)),
  smooth('dropout', (option) => dropout((option % 3) / 4)),
  smooth('plainDropout', (option) => plainDropout((option % 3) / 4)),
  kinked('relu', () => relu()),
  kinked('leakyRelu', () => leakyRelu(0.125)),
  kinked('elu', (option) => elu(1 + (option % 2))),
  kinked('selu', () => selu()),
  {
    of: ['prelu'],
    role: 'kinked',
    fits: always,
    make: (shape, option) =>
      loose(prelu(option % 2 === 0 || shape.length < 2 ? {} : { channels: channelsOf(shape), initial: 0.5 })),
  },
  {
    of: ['maxout'],
    role: 'kinked',
    fits: (shape) => isMatrix(shape) && featuresOf(shape) <= 4,
    make: (shape, option) =>
      loose(maxout({ in: featuresOf(shape), out: 2 + (option % 2), pieces: 2, weightInitializer: parting })),
  },
  {
    of: ['batchNorm'],
    role: 'smooth',
    // training wants more than one element of each channel
    fits: (shape) => (isMatrix(shape) || isImage(shape)) && sizeOf(shape) > channelsOf(shape),
    make: (shape) => loose(batchNorm(channelsOf(shape), { epsilon })),
  },
  {
    of: ['layerNorm'],
    role: 'smooth',
    fits: (shape) => shape.length >= 2,
    make: (shape, option) => loose(layerNorm(option % 2 === 0 ? featuresOf(shape) : shape.slice(1), { epsilon })),
  },
  {
    of: ['groupNorm'],
    role: 'smooth',
    fits: isImage,
    make: (shape, option) =>
      loose(groupNorm(channelsOf(shape), { groups: option % 2 === 0 ? 1 : channelsOf(shape), epsilon })),
  },
]
