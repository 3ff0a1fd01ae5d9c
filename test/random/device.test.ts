import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HostArray } from '../../src/array/dtype.js'
import type { Shape } from '../../src/array/shape.js'
import { type AnyTensor, type Tensor, tensor } from '../../src/array/tensor.js'
import { hostArithmetic } from '../../src/random/hostArithmetic.js'
import {
  bernoulli,
  bits,
  categorical,
  exponential,
  gumbel,
  hostBernoulli,
  hostBits,
  hostExponential,
  hostGumbel,
  hostLogUniform,
  hostNormal,
  hostRandomInteger,
  hostTruncatedNormal,
  hostUniform,
  logUniform,
  normal,
  type Random,
  randomInteger,
  rng,
  truncatedNormal,
  uniform,
} from '../../src/random/index.js'
import { tensorArithmetic } from '../../src/random/tensorArithmetic.js'
import { threefry, threefryBlock } from '../../src/random/threefry.js'
import { devices } from './devices.js'
import { chiSquareDeviate } from './statistics.js'

const shape = [3, 5, 67] as const
const size = 3 * 5 * 67

/** Each sampler on a device, the same on the host. */
const pairs: Readonly<Record<string, readonly [Random<AnyTensor>, Random<HostArray>]>> = {
  bits: [bits({ shape }), hostBits({ size })],
  uniform: [uniform({ shape }), hostUniform({ size })],
  'uniform(-3, 5)': [uniform({ shape, low: -3, high: 5 }), hostUniform({ size, low: -3, high: 5 })],
  logUniform: [logUniform({ shape, low: 1e-4, high: 2 }), hostLogUniform({ size, low: 1e-4, high: 2 })],
  'randomInteger(10)': [randomInteger({ shape, high: 10 }), hostRandomInteger({ size, high: 10 })],
  'randomInteger(-7, 1e9)': [
    randomInteger({ shape, low: -7, high: 1e9 }),
    hostRandomInteger({ size, low: -7, high: 1e9 }),
  ],
  bernoulli: [bernoulli({ shape, probability: 0.3 }), hostBernoulli({ size, probability: 0.3 })],
  normal: [normal({ shape }), hostNormal({ size })],
  'normal(3, 0.1)': [normal({ shape, mean: 3, deviation: 0.1 }), hostNormal({ size, mean: 3, deviation: 0.1 })],
  truncatedNormal: [truncatedNormal({ shape }), hostTruncatedNormal({ size })],
  'truncatedNormal(-1, 5)': [
    truncatedNormal({ shape, low: -1, high: 5, deviation: 0.02 }),
    hostTruncatedNormal({ size, low: -1, high: 5, deviation: 0.02 }),
  ],
  exponential: [exponential({ shape, rate: 3 }), hostExponential({ size, rate: 3 })],
  gumbel: [gumbel({ shape }), hostGumbel({ size })],
}

for (const [name, evaluate] of Object.entries(devices))
  describe(`on ${name}`, () => {
    for (const [sampler, [onDevice, onHost]] of Object.entries(pairs))
      it(`${sampler} has the bits of the host`, () => {
        for (const seed of [0, 1, 2 ** 40 + 3]) {
          const [lazy, afterDevice] = onDevice(rng(seed))
          const [values, afterHost] = onHost(rng(seed))
          expect(afterDevice).toEqual(afterHost)
          expect(lazy.shape).toEqual(shape)
          expect(evaluate(lazy)).toEqual(values)
        }
      })

    it('computes the blocks of threefry', () => {
      const word = fc.integer({ min: 0, max: 0xffffffff })
      fc.assert(
        fc.property(word, word, fc.array(word, { minLength: 1, maxLength: 9 }), word, (first, second, low, high) => {
          const places = tensor(low, [low.length], 'uint32') as Tensor<Shape, 'uint32'>
          const [left, right] = threefryBlock(tensorArithmetic, [first, second], places, high)
          const expected = low.map((place) => threefry([first, second], [place, high]))
          expect([...evaluate(left)]).toEqual(expected.map((block) => block[0]))
          expect([...evaluate(right)]).toEqual(expected.map((block) => block[1]))
        }),
        { seed: 1, numRuns: 20 },
      )
    })

    it('has constants in common between draws, and numbers of a draw not', () => {
      expect(tensorArithmetic.constant(0.3)).toBe(tensorArithmetic.constant(0.3))
      expect(tensorArithmetic.mask(13)).toBe(tensorArithmetic.mask(13))
      expect(tensorArithmetic.float(0.3)).not.toBe(tensorArithmetic.float(0.3))
      expect(tensorArithmetic.word(13)).not.toBe(tensorArithmetic.word(13))
    })

    it('computes every operation of the arithmetic as the host does', () => {
      const words = [
        0, 1, 2, 0x7fffff, 0x800000, 0x3f3504f3, 0x3f800000, 0x7fffffff, 0x80000000, 0xdeadbeef, 0xffffffff,
      ]
      const floats = [0, -0, 1, -1, 0.1, 1 / 3, 1e-30, 16777216, 3e38, -2.5, 1e-42].map(Math.fround)
      const a = hostArithmetic
      const t = tensorArithmetic
      const lazyWords = tensor(words, [words.length, 1], 'uint32') as Tensor<Shape, 'uint32'>
      const otherWords = tensor(words, [words.length], 'uint32') as Tensor<Shape, 'uint32'>
      const lazyFloats = tensor(floats, [floats.length, 1]) as Tensor
      const otherFloats = tensor(floats, [floats.length]) as Tensor
      const outer = (values: readonly number[], f: (x: number, y: number) => number): number[] =>
        values.flatMap((x) => values.map((y) => f(x, y)))
      for (const op of ['addWords', 'mulWords', 'and', 'or', 'xor'] as const)
        expect([...evaluate(t[op](lazyWords, otherWords))], op).toEqual(outer(words, (x, y) => a[op](x, y) >>> 0))
      for (const op of ['add', 'sub', 'mul', 'div'] as const)
        expect([...evaluate(t[op](lazyFloats, otherFloats))], op).toEqual(outer(floats, a[op]))
      for (const amount of [1, 8, 31]) {
        expect([...evaluate(t.shiftLeft(otherWords, amount))]).toEqual(words.map((x) => a.shiftLeft(x, amount) >>> 0))
        expect([...evaluate(t.shiftRight(otherWords, amount))]).toEqual(words.map((x) => a.shiftRight(x, amount)))
      }
      const less = evaluate(t.lessWords(lazyWords, otherWords))
      expect([...less]).toEqual(outer(words, (x, y) => Number(a.lessWords(x, y))))
      expect([...evaluate(t.toFloat(otherWords))]).toEqual(words.map(a.toFloat))
      expect([...evaluate(t.bitsOfFloat(otherFloats))]).toEqual(floats.map((x) => a.bitsOfFloat(x) >>> 0))
      expect([...evaluate(t.floatOfBits(otherWords))]).toEqual(words.map(a.floatOfBits))
      expect([...evaluate(t.toWord(otherFloats))].slice(0, 3)).toEqual([0, 0, 1])
      expect([...evaluate(t.floor(otherFloats))]).toEqual(floats.map(a.floor))
      expect([...evaluate(t.sqrt(otherFloats))]).toEqual(floats.map(a.sqrt))
    })

    it('categorical draws with the probabilities of softmax', () => {
      const rows = 20_000
      const logits = tensor(
        Array.from({ length: rows * 3 }, (_, i) => [0, Math.log(2), Math.log(5)][i % 3]!),
        [rows, 3],
      )
      const counts = new Float64Array(3)
      for (const category of evaluate(categorical(logits as Tensor)(rng(1))[0])) counts[category]! += 1
      const expected = [1, 2, 5].map((weight) => (rows * weight) / 8)
      expect(Math.abs(chiSquareDeviate(counts, expected))).toBeLessThan(4.9)
    })
  })
