/** What atoms are written with: arithmetic on corresponding leaves, and states made of named slots. */
import { sharedNumber } from '../array/build.js'
import { zerosLike } from '../array/create.js'
import { isFloat } from '../array/dtype.js'
import { abs, add, less, mul, select } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { powerOfTwo } from '../array/scalar/bits.js'
import type { Tensor } from '../array/tensor.js'
import { mapLeaves, zipTrees } from '../array/tree.js'
import type { Optimizer, OptimizerState } from './optimizer.js'

/** The slots of an atom: trees of the params' structure, and numbers of the whole. */
export type Slots<P, Trees extends string = never, Numbers extends string = never> = {
  readonly [K in Trees]: P
} & { readonly [K in Numbers]: number }

interface Rule<Trees extends string, Numbers extends string> {
  readonly init: <P>(params: P) => Slots<P, Trees, Numbers>
  readonly update: <P>(
    gradients: P,
    slots: Slots<P, Trees, Numbers>,
    params: P,
  ) => readonly [updates: P, slots: Slots<P, Trees, Numbers>]
}

/** An optimizer from a rule on slots. */
export const atom = <Trees extends string = never, Numbers extends string = never>(
  rule: Rule<Trees, Numbers>,
): Optimizer => ({
  init: (params) => ({ slots: rule.init(params) }),
  update: <P>(gradients: P, state: OptimizerState<P>, params: P) => {
    const [updates, slots] = rule.update(gradients, state.slots as Slots<P, Trees, Numbers>, params)
    return [updates, { slots }]
  },
})

/** The weights of the past in moving averages: from 0, and below 1, where the past would never fade. */
export const checkDecays = (path: string, decays: Readonly<Record<string, number>>): void => {
  for (const [name, value] of Object.entries(decays))
    if (!(value >= 0 && value < 1))
      fail(path, `${name} from 0 and below 1`, String(value), 'Leave it out for the usual one.')
}

/** An optimizer that remembers nothing. */
export const stateless = (update: <P>(gradients: P, params: P) => P): Optimizer =>
  atom({ init: () => ({}), update: (gradients, slots, params) => [update(gradients, params), slots] })

/**
 * Combines corresponding leaves of trees of one structure. Leaves that are no floats have no gradient: zeros.
 *
 * @throws PullbackError naming the path where structure or shape differ
 */
export const leafwise = <P>(name: string, trees: readonly P[], f: (...leaves: Tensor[]) => Tensor): P =>
  zipTrees(name, trees, (...leaves) =>
    isFloat(leaves[0].dtype)
      ? (f(...(leaves as readonly unknown[] as Tensor[])) as (typeof leaves)[0])
      : zerosLike(leaves[0]),
  )

/** {@link leafwise} of one tree, which cannot differ from itself. */
export const eachLeaf = <P>(tree: P, f: (leaf: Tensor) => Tensor): P =>
  mapLeaves(tree, (leaf) => (isFloat(leaf.dtype) ? (f(leaf as unknown as Tensor) as typeof leaf) : zerosLike(leaf)))

/** A tree of zeros. */
export const zerosOf = <P>(params: P): P => mapLeaves(params, zerosLike)

const smallestNormal = sharedNumber(powerOfTwo(-126))

/** x, or 0 where |x| < 2^-126: arithmetic on denormal numbers is 40 times slower on many processors. */
export const flushed = (x: Tensor): Tensor => select(less(abs(x), smallestNormal(x)), 0, x) as Tensor

/** decay average + (1 - decay) x */
export const movingAverage = (decay: number): ((average: Tensor, x: Tensor) => Tensor) => {
  const [past, present] = [sharedNumber(decay), sharedNumber(1 - decay)]
  return (average, x) => flushed(add(mul(average, past(x)), mul(x, present(x))))
}
