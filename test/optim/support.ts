/** Running optimizers on the reference device. */
import { add } from '../../src/array/elementwise.js'
import { type AnyTensor, type Tensor, tensor, toArray } from '../../src/array/tensor.js'
import { mapTree, namedLeaves } from '../../src/array/tree.js'
import { reference } from '../../src/backend/reference/index.js'
import { applyUpdates } from '../../src/optim/apply.js'
import type { Optimizer, OptimizerState } from '../../src/optim/optimizer.js'

export const device = reference()

export interface Params {
  readonly conv: { readonly weight: Tensor; readonly bias: Tensor }
  readonly head: { readonly weight: Tensor }
}
export const params: Params = {
  conv: { weight: tensor([[0.5, -1, 2]]), bias: tensor([0.25]) },
  head: { weight: tensor([1, -0]) },
}
/** Other numbers for each step. */
export const gradientsAt = (i: number): Params =>
  mapTree(params, (x) => add(x as Tensor, ((i * 7) % 5) / 4 - 0.5) as unknown as AnyTensor)

export interface Place {
  readonly params: Params
  readonly state: OptimizerState<Params>
}
export const begin = (optimizer: Optimizer): Place => ({ params, state: optimizer.init(params) })
export const go = (optimizer: Optimizer, from: Place, gradients: readonly Params[]): Place =>
  gradients.reduce((place, gradient) => {
    const [updates, state] = optimizer.update(gradient, place.state, place.params)
    return device.evaluateSync({ params: applyUpdates(place.params, updates), state })
  }, from)
export const run = (optimizer: Optimizer, steps: number): Place =>
  go(
    optimizer,
    begin(optimizer),
    Array.from({ length: steps }, (_, i) => gradientsAt(i)),
  )

/** Every element by path, on the host. */
export const numbers = (tree: unknown): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(namedLeaves(device.evaluateSync(tree)).map(([path, x]) => [path, [...toArray(x)]]))
