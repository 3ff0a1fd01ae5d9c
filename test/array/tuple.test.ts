import { expect, test } from 'vitest'
import { fields, tuple } from '../../src/array/tuple.js'

test('is the tuple that a literal makes', () => {
  expect(tuple(1, 'a', undefined)).toEqual([1, 'a', undefined])
})

test('is the record that a literal makes, with its order of keys', () => {
  const made = fields('weight', 'bias')(1, 2)
  expect(made).toEqual({ weight: 1, bias: 2 })
  expect(Object.keys(made)).toEqual(['weight', 'bias'])
})
