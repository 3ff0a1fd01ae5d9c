import { describe, expect, test } from 'vitest'
import { hostData } from '../../src/array/tensor.js'
import { dataset, exampleCount, subset, toTensor } from '../../src/data/dataset.js'
import { storedArray } from '../../src/data/format/storedArray.js'

const data = dataset(
  storedArray('float32', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
  storedArray('int32', [3], Int32Array.of(7, 8, 9)),
)

test('a subset takes rows in the order asked for, as copies', () => {
  const part = subset(data, [2, 0, 2])
  expect([...part.inputs.data]).toEqual([5, 6, 1, 2, 5, 6])
  expect([...part.targets.data]).toEqual([9, 7, 9])
  expect(part.inputs.shape).toEqual([3, 2])
  expect(exampleCount(part)).toBe(3)
  expect(subset(data, []).inputs.shape).toEqual([0, 2])
})

test('rows wider than a few elements are copied whole', () => {
  const wide = storedArray(
    'uint8',
    [2, 20],
    Uint8Array.from({ length: 40 }, (_, i) => i),
  )
  expect([...subset(dataset(wide, wide), [1]).inputs.data]).toEqual(Array.from({ length: 20 }, (_, i) => 20 + i))
})

test('bytes become float32 of the same value', () => {
  const x = toTensor(storedArray('uint8', [2], Uint8Array.of(0, 255)))
  expect(x.dtype).toBe('float32')
  expect([...hostData(x)!]).toEqual([0, 255])
})

describe('mistakes', () => {
  test('inputs and targets that count differently', () => {
    expect(() => dataset(data.inputs, storedArray('int32', [2], Int32Array.of(1, 2)))).toThrow(
      'dataset: expected inputs and targets with a first axis of one size, got [3, 2] and [2]',
    )
  })
  test('a row that is not there', () => {
    expect(() => subset(data, [3])).toThrow('takeRows: expected rows from 0 to 2, got 3')
    expect(() => subset(data, [-1])).toThrow('takeRows')
    expect(() => subset(data, [0.5])).toThrow('takeRows: expected rows from 0 to 2, got 0.5')
  })
})
