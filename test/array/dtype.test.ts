import { expect, it } from 'vitest'
import { full, literal, tensor, toArray } from '../../src/array/index.js'
import { cpu } from '../../src/backend/cpu/index.js'
import { reference } from '../../src/backend/reference/index.js'

it('a bool is true unless the number is 0, wherever it is made', () => {
  const numbers = [0, -0, 1, -2, 0.5, Number.POSITIVE_INFINITY, Number.NaN]
  const wanted = [0, 0, 1, 1, 1, 1, 1]
  expect([...toArray(tensor(numbers, [7], 'bool'))]).toEqual(wanted)
  for (const device of [cpu(), reference()])
    for (const make of [(x: number) => literal(x, 'bool'), (x: number) => full([], x, 'bool')])
      expect(numbers.map((x) => toArray(device.evaluateSync(make(x)))[0])).toEqual(wanted)
})
