import { expect, test } from 'vitest'
import { type Tensor, tensor } from '../../src/array/tensor.js'
import { trace } from '../../src/optim/momentum.js'
import { momentum, nesterov, sgd } from '../../src/optim/named.js'
import type { Optimizer } from '../../src/optim/optimizer.js'
import { scaleBy, scaleByRate } from '../../src/optim/scale.js'
import { device, numbers } from './support.js'

const gradients: { readonly w: Tensor } = { w: tensor([1, -2]) }

/** The updates that the same gradients become, step by step. */
const updatesOf = (optimizer: Optimizer, steps: number): readonly (readonly number[])[] => {
  let state = optimizer.init(gradients)
  return Array.from({ length: steps }, () => {
    const [updates, next] = device.evaluateSync(optimizer.update(gradients, state, gradients))
    state = next
    return numbers(updates).w!
  })
}

test('scaleBy multiplies', () => {
  expect(updatesOf(scaleBy(0.5), 2)).toEqual([
    [0.5, -1],
    [0.5, -1],
  ])
})

test('a rate that is a number goes down by it at every step; a schedule says each', () => {
  expect(updatesOf(scaleByRate(0.5), 2)).toEqual([
    [-0.5, 1],
    [-0.5, 1],
  ])
  expect(
    updatesOf(
      scaleByRate((step) => 2 ** -step),
      3,
    ),
  ).toEqual([
    [-1, 2],
    [-0.5, 1],
    [-0.25, 0.5],
  ])
})

test('what is remembered is a record: nothing for a number, the step for a schedule', () => {
  expect(sgd(0.1).init(gradients).slots).toEqual({})
  expect(sgd(() => 0.1).init(gradients).slots).toEqual({ step: 0 })
})

test('momentum is heavy-ball; Nesterov looks ahead', () => {
  const heavyBall = [
    [1, -2],
    [1.5, -3],
    [1.75, -3.5],
  ]
  expect(updatesOf(trace({ decay: 0.5 }), 3)).toEqual(heavyBall)
  expect(updatesOf(trace({ decay: 0.5, nesterov: true }), 2)).toEqual(heavyBall.slice(1))
  expect(updatesOf(momentum(1, { decay: 0.5 }), 3)).toEqual(heavyBall.map((row) => row.map((v) => -v)))
  expect(updatesOf(nesterov(1, { decay: 0.5 }), 2)).toEqual(heavyBall.slice(1).map((row) => row.map((v) => -v)))
})

test('a past that weighs nothing leaves gradients as they are', () => {
  expect(updatesOf(trace({ decay: 0 }), 2)).toEqual([
    [1, -2],
    [1, -2],
  ])
})

test('without weight decay there is no part for it in the state', () => {
  expect(momentum(0.1).init(gradients).slots).toHaveLength(2)
  expect(momentum(0.1, { weightDecay: 0.1 }).init(gradients).slots).toHaveLength(3)
})
