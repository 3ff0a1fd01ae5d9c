/**
 * What a layer is: a pure function from params and input to output plus a vector-Jacobian closure.
 *
 * Laws (see laws/layer.ts):
 * 1. `init` promises: `infer` and `train` of the initial params and state give an output of the promised spec, and a
 *    state of the initial state's structure, shapes and dtypes.
 * 2. The pullback is linear, may be called twice, and gives one cotangent for each param and input leaf, with its shape
 *    and dtype; it agrees with derivatives derived from the dataflow, and with differences.
 * 3. `infer` leaves the state as it is. A layer that draws nothing trains as it infers, but for statistics it keeps.
 * 4. `chain` is associative, with `identity` as its unit.
 */
import type { DType } from '../array/dtype.js'
import { fail } from '../array/error.js'
import { type Shape, showShape } from '../array/shape.js'
import type { Random } from '../random/rng.js'

/** Shape and dtype of one array. */
export interface ArraySpec {
  readonly shape: Shape
  readonly dtype: DType
}
/** Shapes and dtypes of a tree of arrays. A layer of several inputs takes a tuple. */
export type Spec = ArraySpec | readonly Spec[]

/** The vector-Jacobian product, as a closure over what the forward pass knows. */
export type Pullback<P, X, Y> = (cotangent: Y) => readonly [params: P, input: X]

/** A differentiable map. State goes in and comes out beside it, and carries no gradient. */
export type Apply<P, S, X, Y> = (
  params: P,
  state: S,
  input: X,
) => readonly [output: Y, pullback: Pullback<P, X, Y>, state: S]

/** Where training begins. */
export interface Initial<P, S> {
  readonly params: P
  readonly state: S
  readonly output: Spec
}

/** A layer value holds sizes and initialisers, never arrays. X and Y come first: editors cut a type's text at its end. */
export interface Layer<X, Y, P, S> {
  /** Phantom, and first, so that a wrong wiring is reported by this short type. */
  readonly wire?: ((input: X) => Y) | undefined
  /** Draws params and state for inputs of a spec; checks sizes. */
  readonly init: (input: Spec) => Random<Initial<P, S>>
  /** Draws the randomness of one step; what is left is a plain function. */
  readonly train: Random<Apply<P, S, X, Y>>
  /** The randomness averaged out; the state unchanged. */
  readonly infer: Apply<P, S, X, Y>
  /** What it is, for tables: `conv2d`. */
  readonly kind?: string | undefined
  /**
   * Composites only: the same layer with each part replaced, so that `summary` and diagnostics can look inside. A part
   * whose params are those of the whole has the name ''.
   */
  readonly mapParts?: ((f: (part: AnyLayer, name: string) => AnyLayer) => Layer<X, Y, P, S>) | undefined
}

/** A layer of which nothing is known statically. */
// biome-ignore lint/suspicious/noExplicitAny: it stands for layers of every wiring, which only `any` does
export type AnyLayer = Layer<any, any, any, any>

/** Params or state of a layer that has none: an empty record. */
export interface None {
  readonly none?: never
}
export const none: None = {}

const isArraySpec = (spec: Spec): spec is ArraySpec => !Array.isArray(spec)

export const showSpec = (spec: Spec): string =>
  isArraySpec(spec) ? `${spec.dtype} ${showShape(spec.shape)}` : `(${spec.map(showSpec).join(', ')})`

/** The spec of a layer that takes one array. */
export const oneArray = (path: string, spec: Spec): ArraySpec =>
  isArraySpec(spec) ? spec : fail(path, 'one array', `a tuple ${showSpec(spec)}`, 'Join the branches first.')

/** The specs of a layer that takes `count` inputs. */
export const inputsOf = (path: string, spec: Spec, count: number): readonly Spec[] =>
  isArraySpec(spec) || spec.length !== count
    ? fail(path, `a tuple of ${count} inputs`, showSpec(spec), `Pass ${count} inputs.`)
    : spec
