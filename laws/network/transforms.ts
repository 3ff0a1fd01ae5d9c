/** Products, convolutions, pooling, recurrence and attention, as parts of random networks. */
import {
  avgPool2d,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  globalAvgPool2d,
  globalMaxPool2d,
  gru,
  lastStep,
  linear,
  lstm,
  maxPool2d,
  reshape,
  rnn,
  selfAttention,
  sequence,
} from 'pullback'
import { channelsOf, featuresOf, isImage, isLarge, isMatrix, isSequence, loose, type NetworkPart } from './part.js'

const products: readonly NetworkPart[] = [
  {
    of: ['dense'],
    role: 'smooth',
    fits: isMatrix,
    make: (shape, option) => loose(dense(featuresOf(shape), 2 + (option % 3), { bias: option % 2 === 0 })),
  },
  {
    of: ['linear'],
    role: 'smooth',
    fits: (shape) => shape.length >= 2,
    make: (shape, option) => loose(linear(featuresOf(shape), 2 + (option % 3))),
  },
]

const images: readonly NetworkPart[] = [
  {
    of: ['conv2d'],
    role: 'smooth',
    fits: isLarge(3),
    make: (shape, option) => {
      const channels = channelsOf(shape)
      const options = [
        { kernel: 1 + (option % 3), padding: option % 2, stride: 1 + (option % 2) },
        { kernel: [2, 3], padding: [1, 0] },
        { kernel: 3, padding: 2, dilation: 2 },
        { kernel: 2, padding: 'same', bias: false },
      ] as const
      const grouped = option % 5 === 4 ? { groups: channels, out: 2 * channels } : { out: 2 + (option % 2) }
      return loose(conv2d({ in: channels, ...options[option % 4], ...grouped } as never))
    },
  },
  {
    of: ['convTranspose2d'],
    role: 'smooth',
    fits: (shape) => isLarge(2)(shape) && shape[2] * shape[3] <= 30,
    make: (shape, option) =>
      loose(
        convTranspose2d({
          in: channelsOf(shape),
          out: 2,
          kernel: 2 + (option % 2),
          stride: 1 + (option % 2),
          padding: option % 2,
        }),
      ),
  },
  {
    of: ['maxPool2d'],
    role: 'kinked',
    fits: isLarge(2),
    make: (_, option) => loose(option % 2 === 0 ? maxPool2d(2) : maxPool2d({ kernel: 2, stride: 1, padding: 1 })),
  },
  {
    of: ['avgPool2d'],
    role: 'smooth',
    fits: isLarge(2),
    make: (_, option) =>
      loose(
        option % 2 === 0
          ? avgPool2d(2)
          : avgPool2d({ kernel: 2, stride: 1, padding: 1, countIncludePad: option % 4 === 1 }),
      ),
  },
  { of: ['globalAvgPool2d'], role: 'smooth', fits: isImage, make: () => loose(globalAvgPool2d()) },
  { of: ['globalMaxPool2d'], role: 'kinked', fits: isImage, make: () => loose(globalMaxPool2d()) },
]

const moves: readonly NetworkPart[] = [
  { of: ['flatten'], role: 'moves', fits: (shape) => shape.length > 2, make: () => loose(flatten()) },
  {
    of: ['reshape'],
    role: 'moves',
    fits: (shape) => shape.length >= 2,
    make: (shape, option) =>
      loose(option % 2 === 0 ? reshape([...shape.slice(1, -1), 1, featuresOf(shape)]) : reshape([-1])),
  },
  { of: ['lastStep'], role: 'moves', fits: isSequence, make: () => loose(lastStep()) },
]

const recurrences = { rnn, lstm, gru } as const

const sequences: readonly NetworkPart[] = [
  ...(['rnn', 'lstm', 'gru'] as const).map(
    (name): NetworkPart => ({
      of: [name, 'sequence'],
      role: 'smooth',
      fits: isSequence,
      make: (shape, option) =>
        loose(sequence(recurrences[name](featuresOf(shape), 2 + (option % 2)) as ReturnType<typeof rnn>)),
    }),
  ),
  {
    of: ['selfAttention'],
    role: 'smooth',
    fits: (shape) => isSequence(shape) && featuresOf(shape) % 2 === 0,
    make: (shape, option) =>
      loose(selfAttention({ features: featuresOf(shape), heads: 1 + (option % 2), causal: option % 4 > 1 })),
  },
]

export const transforms: readonly NetworkPart[] = [...products, ...images, ...moves, ...sequences]
