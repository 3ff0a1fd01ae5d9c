/** Optimizers one after another. Laws: `chainOptimizers` is associative, and `identityOptimizer` is its unit. */
import { fail } from '../array/error.js'
import type { Optimizer, OptimizerState } from './optimizer.js'

/** The parts of a composition: a composition of compositions is flat, so that its state is, and associativity is exact. */
interface Composition extends Optimizer {
  readonly parts: readonly Optimizer[]
}
const partsOf = (optimizer: Optimizer): readonly Optimizer[] => (optimizer as Partial<Composition>).parts ?? [optimizer]

/**
 * Optimizers one after another: each takes the updates of the one before as its gradients. The state is the list of
 * their states. The fold of a monoid: nested compositions are flattened.
 *
 * @example
 * import { chainOptimizers, clipByGlobalNorm, scaleByAdam, scaleByRate } from 'pullback'
 *
 * const clippedAdam = chainOptimizers(clipByGlobalNorm(1), scaleByAdam(), scaleByRate(0.001))
 */
export const chainOptimizers = (...optimizers: readonly Optimizer[]): Optimizer => {
  const parts = optimizers.flatMap(partsOf)
  if (parts.length === 1) return parts[0]
  const composition: Composition = {
    parts,
    init: (params) => ({ slots: parts.map((part) => part.init(params).slots) }),
    update: <P>(gradients: P, state: OptimizerState<P>, params: P) => {
      const before = state.slots as readonly unknown[]
      if (!Array.isArray(before) || before.length !== parts.length)
        fail(
          'chainOptimizers',
          `the states of ${parts.length} optimizers`,
          Array.isArray(before) ? String(before.length) : 'the state of one',
          'Pass the state that init gave.',
        )
      let updates = gradients
      const slots = parts.map((part, i) => {
        const [next, after] = part.update(updates, { slots: before[i] }, params)
        updates = next
        return after.slots
      })
      return [updates, { slots }]
    },
  }
  return composition
}

/**
 * The gradients as they are: the unit of {@link chainOptimizers}.
 *
 * @example
 * import { identityOptimizer, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const [params, gradients] = [tensor([1]), tensor([3])]
 * const [updates] = identityOptimizer.update(gradients, identityOptimizer.init(params), params)
 * toArray(reference().evaluateSync(updates)) // => Float32Array [3]
 */
export const identityOptimizer: Optimizer = chainOptimizers()
