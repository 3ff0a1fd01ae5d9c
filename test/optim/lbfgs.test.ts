import { describe, expect, test } from 'vitest'
import { add, mul, square, sub } from '../../src/array/elementwise.js'
import { sum } from '../../src/array/reduce.js'
import { type Tensor, tensor } from '../../src/array/tensor.js'
import { grad } from '../../src/diff/differentiable.js'
import { applyUpdates, lbfgs, type Optimizer, type OptimizerState, sgd } from '../../src/optim/index.js'
import { device, numbers } from './support.js'

interface Place {
  readonly params: { readonly w: Tensor; readonly b: Tensor }
  readonly state: OptimizerState<Place['params']>
}
type Loss = (params: Place['params']) => Tensor<[]>

const descend = (optimizer: Optimizer, loss: Loss, params: Place['params'], steps: number): Place => {
  let place: Place = { params, state: optimizer.init(params) }
  for (let i = 0; i < steps; i++) {
    const [updates, state] = optimizer.update(grad(loss)(place.params), place.state, place.params)
    place = device.evaluateSync({ params: applyUpdates(place.params, updates), state })
  }
  return place
}

/** Badly scaled: curvatures 1, 10 and 100. */
const scales = tensor([1, 100], [2], 'float64') as unknown as Tensor
const parabola: Loss = ({ w, b }) =>
  add(sum(mul(scales, square(w))), mul(sum(square(sub(b, 3))), 10)) as unknown as Tensor<[]>
const start = {
  w: tensor([4, -2], [2], 'float64') as unknown as Tensor,
  b: tensor([1], [1], 'float64') as unknown as Tensor,
}

test('finds the bottom of a badly scaled parabola where gradient descent does not', () => {
  const { w, b } = numbers(descend(lbfgs(), parabola, start, 25).params)
  for (const [got, want] of [
    [w![0], 0],
    [w![1], 0],
    [b![0], 3],
  ] as const)
    expect(Math.abs(got! - want)).toBeLessThan(1e-6)
  const slow = numbers(descend(sgd(0.009), parabola, start, 25).params)
  expect(Math.abs(slow.w![0]!)).toBeGreaterThan(1)
})

test('finds the end of the curved valley of Rosenbrock', () => {
  const valley: Loss = ({ w, b }) =>
    add(sum(square(sub(1, w))), mul(sum(square(sub(b, square(w)))), 100)) as unknown as Tensor<[]>
  const from = {
    w: tensor([-0.5], [1], 'float64') as unknown as Tensor,
    b: tensor([0.5], [1], 'float64') as unknown as Tensor,
  }
  const { w, b } = numbers(descend(lbfgs(0.5), valley, from, 150).params)
  expect(Math.abs(w![0]! - 1) + Math.abs(b![0]! - 1)).toBeLessThan(1e-6)
})

/** The update of full BFGS, with the matrix written out. */
const bfgsSteps = (steps: number): readonly number[] => {
  const curvature = [2, 200, 20]
  const gradient = (x: readonly number[]) => x.map((v, i) => curvature[i]! * (v - (i === 2 ? 3 : 0)))
  const outer = (a: readonly number[], b: readonly number[]) => a.map((x) => b.map((y) => x * y))
  const times = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
    a.map((row) => b[0]!.map((_, j) => row.reduce((s, v, k) => s + v * b[k]![j]!, 0)))
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((s, v, i) => s + v * b[i]!, 0)
  const pairs: (readonly [readonly number[], readonly number[]])[] = []
  let x: readonly number[] = [4, -2, 1]
  for (let n = 0; n < steps; n++) {
    const g = gradient(x)
    const length = g.reduce((s, v) => s + Math.abs(v), 0)
    let direction = g.map((v) => v * Math.min(1, 1 / length))
    if (pairs.length > 0) {
      const [s, y] = pairs[pairs.length - 1]!
      let h = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? dot(s, y) / dot(y, y) : 0)))
      for (const [s, y] of pairs) {
        const rho = 1 / dot(s, y)
        const left = outer(s, y).map((row, i) => row.map((v, j) => (i === j ? 1 : 0) - rho * v))
        const right = outer(y, s).map((row, i) => row.map((v, j) => (i === j ? 1 : 0) - rho * v))
        const middle = times(times(left, h), right)
        h = middle.map((row, i) => row.map((v, j) => v + rho * s[i]! * s[j]!))
      }
      direction = h.map((row) => dot(row, g))
    }
    const next = x.map((v, i) => v - direction[i]!)
    pairs.push([next.map((v, i) => v - x[i]!), gradient(next).map((v, i) => v - g[i]!)])
    x = next
  }
  return x
}

test('takes the steps of BFGS with the matrix written out', () => {
  for (const steps of [1, 2, 3, 5]) {
    const { w, b } = numbers(descend(lbfgs(), parabola, start, steps).params)
    bfgsSteps(steps).forEach((want, i) => {
      expect([...w!, ...b!][i]).toBeCloseTo(want, 9)
    })
  }
})

test('a schedule gives the rate of each step', () => {
  const at: number[] = []
  const optimizer = lbfgs((step) => {
    at.push(step)
    return step === 1 ? 0 : 1
  })
  const after = (steps: number) => numbers(descend(optimizer, parabola, start, steps).params)
  expect(after(2)).toEqual(after(1))
  expect(at).toEqual([0, 1, 0])
  expect(after(3)).not.toEqual(after(2))
})

describe('memory', () => {
  test('holds the last pairs, and all there is to know', () => {
    const optimizer = lbfgs(1, { memory: 2 })
    const { state } = descend(optimizer, parabola, start, 6)
    expect((state.slots as { readonly pairs: readonly unknown[] }).pairs).toHaveLength(2)
  })
  test('where nothing changes, nothing moves', () => {
    const still = {
      w: tensor([0, 0], [2], 'float64') as unknown as Tensor,
      b: tensor([3], [1], 'float64') as unknown as Tensor,
    }
    expect(numbers(descend(lbfgs(), parabola, still, 3).params)).toEqual({ w: [0, 0], b: [3] })
  })
  test('of one step is enough to come near the bottom', () => {
    const { w, b } = numbers(descend(lbfgs(1, { memory: 1 }), parabola, start, 60).params)
    expect(Math.abs(w![0]!) + Math.abs(w![1]!) + Math.abs(b![0]! - 3)).toBeLessThan(1e-4)
  })
  test.each([0, 1.5])('of %s is a mistake', (memory) => {
    expect(() => lbfgs(1, { memory })).toThrow('lbfgs: expected a whole number of steps to remember')
  })
})
