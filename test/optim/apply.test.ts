import { expect, test } from 'vitest'
import { full, zeros } from '../../src/array/create.js'
import { literal, type Tensor, tensor } from '../../src/array/tensor.js'
import { applyUpdates } from '../../src/optim/apply.js'
import { numbers } from './support.js'

const scalar = (x: Tensor<[]>): Tensor => x as unknown as Tensor

test('params that an update moves are new, whatever the update is made of', () => {
  const params = { rate: scalar(literal(2)), weight: tensor([1, 2]) as Tensor }
  const updates = { rate: scalar(literal(0.5)), weight: full([2], -1) as Tensor }
  expect(numbers(applyUpdates(params, updates))).toEqual({ rate: [2.5], weight: [0, 1] })
})

test('params whose update is zero by construction are the very same, and -0 stays -0', () => {
  const params = { rate: scalar(literal(2)), weight: tensor([-0, 2]) as Tensor }
  const next = applyUpdates(params, { rate: scalar(literal(0)), weight: zeros([2]) as Tensor })
  expect(next.rate).toBe(params.rate)
  expect(next.weight).toBe(params.weight)
  expect(numbers(next).weight).toEqual([-0, 2])
})

test('a zero that is computed is added', () => {
  const params = { weight: tensor([1, 2]) as Tensor }
  expect(applyUpdates(params, { weight: tensor([0, 0]) as Tensor }).weight).not.toBe(params.weight)
})
