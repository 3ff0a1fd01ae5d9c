/** Penalties on params, to be added to a loss. Each is a function of a tree of params to one number. */
import { isFloat } from '../array/dtype.js'
import { abs, add, mul, square } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { sum } from '../array/reduce.js'
import { literal, type Tensor } from '../array/tensor.js'
import { namedLeaves } from '../array/tree.js'

/** One number for a tree of params; its gradient is `grad(penalty)(params)`. */
export type Penalty = <P>(params: P) => Tensor<[]>

/** Which params a penalty looks at. */
export interface PenaltyOptions {
  /** Which params count, by path; all unless given. `(path) => path.endsWith('weight')` leaves biases alone. */
  readonly only?: (path: string) => boolean
}

const penalty =
  (name: string, strength: number, measure: (x: Tensor) => Tensor, { only = () => true }: PenaltyOptions): Penalty =>
  (params) => {
    if (!(strength >= 0 && strength < Number.POSITIVE_INFINITY))
      fail(name, 'a finite strength from 0', String(strength), 'A penalty makes params smaller.')
    const terms = namedLeaves(params)
      .filter(([path, leaf]) => isFloat(leaf.dtype) && only(path))
      .map(([, leaf]) => sum(measure(leaf as Tensor)) as Tensor)
    if (terms.length === 0) return literal(0)
    return mul(
      terms.reduce((a, b) => add(a, b) as Tensor),
      strength,
    )
  }

/**
 * strength times the sum of |w|: drives small params to 0.
 *
 * @example
 * import { l1Penalty, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(l1Penalty(0.5)({ weight: tensor([2, -4]) }))) // => Float32Array [3]
 */
export const l1Penalty = (strength: number, options: PenaltyOptions = {}): Penalty =>
  penalty('l1Penalty', strength, abs, options)

/**
 * strength times the sum of w². Its gradient is 2 strength w; optimizers' `weightDecay` adds decay w instead.
 *
 * @example
 * import { item, l2Penalty, tensor } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const weightsAlone = l2Penalty(0.01, { only: (path) => path.endsWith('weight') })
 * const penalty = weightsAlone({ weight: tensor([3, 4]), bias: tensor([5]) })
 * item(reference().evaluateSync(penalty)) // => 0.25
 */
export const l2Penalty = (strength: number, options: PenaltyOptions = {}): Penalty =>
  penalty('l2Penalty', strength, square, options)

/**
 * l1 times the sum of |w|, plus l2 times the sum of w².
 *
 * Source: Zou and Hastie, "Regularization and variable selection via the elastic net" (2005).
 *
 * @example
 * import { elasticNetPenalty, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const only = (path: string) => path.endsWith('weight')
 * const penalty = elasticNetPenalty({ l1: 1, l2: 0.5 }, { only })
 * toArray(reference().evaluateSync(penalty({ weight: tensor([2, -1]), bias: tensor([9]) }))) // => Float32Array [5.5]
 */
export const elasticNetPenalty =
  (strengths: { readonly l1: number; readonly l2: number }, options: PenaltyOptions = {}): Penalty =>
  (params) =>
    add(l1Penalty(strengths.l1, options)(params), l2Penalty(strengths.l2, options)(params))
