/**
 * Optimizers: pure state transitions over a tree of arrays. Named ones are compositions of atoms; `chain` is a fold.
 *
 * The updates that come out are what is added to the params: `add(params, updates)`.
 *
 * Laws (see laws/optimizer.ts): 1. `chain` is a monoid: associative, with `identity` as its unit. 2. Stopping, saving
 * and resuming gives the uninterrupted run, bit for bit: all there is to know is in the state. 3. A zero gradient leaves
 * plain gradient descent where it is. 4. A convex parabola converges.
 */
/** Slots for each parameter, and numbers of the whole (a step count). Typed by the params that it belongs to. */
export interface OptimizerState<P> {
  readonly for?: ((params: P) => P) | undefined
  /** Named trees of the params' structure, or single scalars, by atom: plain data that a checkpoint can hold. */
  readonly slots: unknown
}

/**
 * A pure state transition: `init` gives the state that belongs to params, and `update` takes the gradients of a step to
 * what is added to params (`applyUpdates` adds it), and to the next state. Both keep structure, shapes and dtypes.
 */
export interface Optimizer {
  readonly init: <P>(params: P) => OptimizerState<P>
  /** P is what `params` are: gradients or a state of a model with fewer params do not compile, either. */
  readonly update: <P>(
    gradients: NoInfer<P>,
    state: OptimizerState<NoInfer<P>>,
    params: P,
  ) => readonly [updates: P, state: OptimizerState<P>]
}
