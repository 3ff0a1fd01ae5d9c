/** The laws on functions whose pullbacks are derived from their dataflow. */

import fc from 'fast-check'
import * as p from 'pullback'
import { derived, differentiableLaws, distinct, runLaws } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { it } from 'vitest'

type Two = readonly [p.Tensor, p.Tensor]
type Any = p.AnyTensor
const f = <A, B>(g: unknown): ((a: A) => B) => g as (a: A) => B
const square = (x: p.Tensor): p.Tensor => p.add(p.mul(x, x), 0.5) as p.Tensor

/** Functions of an array [2, 3] and one [3, 5]. */
const functions: Readonly<Record<string, (input: Two) => Any>> = {
  'a product of two arrays': f(([x, y]: Two) => p.matmul(x, y)),
  'an operand used twice': f(([x]: Two) => p.matmul(x, p.transpose(x) as p.Tensor)),
  'broadcast along both': f(([x, y]: Two) => p.mul(p.expandDims(x, 2) as p.Tensor, y)),
  'transcendental functions': f(([x, y]: Two) =>
    p.matmul(p.add(p.sin(p.exp(x)), p.log(square(x))) as p.Tensor, p.tanh(p.erf(y))),
  ),
  'powers and roots': f(([x, y]: Two) => p.matmul(p.pow(square(x), 1.5) as p.Tensor, p.sqrt(square(y)) as p.Tensor)),
  'reductions of every kind': f(([x, y]: Two) => [
    p.sum(x),
    p.mean(y, 0),
    p.max(x, 1),
    p.min(y, 1),
    p.prod(x, 0),
    p.logSumExp(y, 1, true),
    p.variance(x, 1),
  ]),
  moves: f(([x, y]: Two) => [
    p.pad(p.flip(x, 1), [
      [1, 0],
      [0, 2],
    ]),
    p.slice(y, [1, 0], [3, 5], [1, 2]),
    p.concat(p.transpose(x) as p.Tensor, y as never, 1 as never),
  ]),
  'windows and their adjoint': f(([, y]: Two) => {
    const options = { size: [2], stride: [1], dilation: [2] }
    return p.overlapAdd(p.mul(p.window(y, options), 0.5) as p.Tensor, [5], options)
  }),
  'rows by index, and sums of rows': f(([, y]: Two) => {
    const places = p.tensor([2, 0, 2, 7], [4], 'int32')
    return p.scatterAdd(p.tensor([1, 1, 0, 3], [4], 'int32'), p.gather(y, places) as p.Tensor, 4)
  }),
  'kinks, away from them': f(([x, y]: Two) => [p.abs(x), p.maximum(y, 0), p.select(p.less(x, 0), x, p.mul(x, 3))]),
  'a loop': f(([x, y]: Two) => {
    const [last, all] = p.scan(
      (carry: p.Tensor, row: p.Tensor) => {
        const next = p.tanh(p.add(p.mul(carry, row), p.sum(x)) as p.Tensor)
        return [next, p.mul(next, next) as p.Tensor] as const
      },
      p.slice(y, [0, 0], [1, 5]) as p.Tensor,
      p.expandDims(y, 1) as p.Tensor,
    )
    return [last, all]
  }),
}

const device = reference()
const tolerance = { absolute: 1e-9, relative: 1e-9 }
const samples = fc.nat(9999).map((seed) => ({
  input: [distinct([2, 3], 'float64', seed), distinct([3, 5], 'float64', seed + 1)] as unknown as Two,
  seed,
}))

for (const [name, plain] of Object.entries(functions))
  it(`derived pullbacks obey the laws: ${name}`, () =>
    runLaws(differentiableLaws<Two, Any>(), { device, plain, withPullback: derived(plain), tolerance }, samples, {
      runs: 8,
    }))
