import { describe, expect, test } from 'vitest'
import { storedArray } from '../../src/data/format/storedArray.js'
import { fitMeanImage, fitNormalize, fitStandardize, fitStandardizeChannels } from '../../src/data/standardize.js'

const training = storedArray('float32', [4, 2], Float32Array.of(1, 5, 3, 5, 5, 5, 7, 5))
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length

test('standardize gives zero mean and unit variance by feature, and 0 for a feature that never changes', () => {
  const { apply, shift, scale } = fitStandardize(training)
  expect([...shift]).toEqual([4, 5])
  expect([...scale]).toEqual([Math.sqrt(5), 1])
  const { data } = apply(training)
  const first = data.filter((_, i) => i % 2 === 0)
  expect(mean(first)).toBeCloseTo(0, 6)
  expect(mean(first.map((x) => x * x))).toBeCloseTo(1, 6)
  expect([...data.filter((_, i) => i % 2 === 1)]).toEqual([0, 0, 0, 0])
})

test('a feature that never changes becomes 0 also where its mean is rounded', () => {
  const three = storedArray('float64', [3, 2], Float64Array.of(0.1, 1, 0.1, 2, 0.1, 3))
  const { apply, shift, scale } = fitStandardize(three)
  expect([shift[0], scale[0]]).toEqual([0.1, 1])
  expect([...apply(three).data.filter((_, i) => i % 2 === 0)]).toEqual([0, 0, 0])
  const images = storedArray('float64', [3, 1, 1, 1], new Float64Array(3).fill(0.1))
  expect([...fitStandardizeChannels(images).apply(images).data]).toEqual([0, 0, 0])
})

test('what is held out gets the numbers of the training split', () => {
  const { apply } = fitStandardize(training)
  expect([...apply(storedArray('float64', [1, 2], Float64Array.of(4, 8))).data]).toEqual([0, 3])
})

test('channels share their statistics over images and places', () => {
  const images = storedArray('uint8', [2, 2, 1, 2], Uint8Array.of(0, 2, 10, 10, 4, 6, 30, 30))
  const { apply, shift, scale } = fitStandardizeChannels(images)
  expect([...shift]).toEqual([3, 20])
  expect([...scale]).toEqual([Math.sqrt(5), 10])
  expect([...apply(images).data].slice(2, 4)).toEqual([-1, -1])
})

test('the mean image is subtracted', () => {
  const { apply } = fitMeanImage(training)
  expect([...apply(training).data]).toEqual([-3, 0, -1, 0, 1, 0, 3, 0])
})

test('normalize fills [0, 1]', () => {
  const { apply } = fitNormalize(training)
  expect([...apply(training).data]).toEqual([0, 0, 1 / 3, 0, 2 / 3, 0, 1, 0].map(Math.fround))
})

describe('mistakes', () => {
  test('examples of another shape', () => {
    expect(() => fitStandardize(training).apply(storedArray('float32', [2, 3], new Float32Array(6)))).toThrow(
      'fitStandardize: expected examples of shape [2], got [3]',
    )
  })
  test('nothing to fit on, and channels of vectors', () => {
    expect(() => fitMeanImage(storedArray('float32', [0, 3], new Float32Array(0)))).toThrow('at least one example')
    expect(() => fitStandardizeChannels(training)).toThrow('examples of channels and places')
  })
})
