/** An optimizer's state belongs to the params that it was made for: another model's does not compile. */
import type { Tensor } from '../../src/array/tensor.js'
import { adam, applyUpdates, type OptimizerState, sgd } from '../../src/optim/index.js'

interface Line {
  readonly slope: Tensor<[]>
  readonly intercept: Tensor<[]>
}
interface Layered {
  readonly conv1: { readonly weight: Tensor<[6, 1, 5, 5]> }
}
declare const line: Line
declare const layered: Layered

const lineState: OptimizerState<Line> = adam().init(line)
const [updates, next] = adam().update(line, lineState, line)
const moved: Line = applyUpdates(line, updates)
const again: OptimizerState<Line> = next
void [moved, again]

// @ts-expect-error the state of another model
adam().update(line, adam().init(layered), line)
// @ts-expect-error gradients of another model
adam().update(layered, lineState, line)
// @ts-expect-error updates of another model
applyUpdates(line, layered)
// @ts-expect-error a rate is a number or a schedule
sgd('0.1')
