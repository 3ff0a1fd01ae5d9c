/**
 * The array functions without static shapes, as laws need them: a law holds for every shape, so there is nothing for the
 * types of shapes to say. The casts that this takes are here.
 */
import {
  type AnyTensor,
  add,
  type DType,
  leaves,
  mul,
  reshape,
  type Shape,
  sub,
  sum,
  type Tensor,
  zipTrees,
} from 'pullback'

export type Any = AnyTensor
type Value = Any | number

export const plus = add as (a: Value, b: Value) => Any
export const minus = sub as (a: Value, b: Value) => Any
export const times = mul as (a: Value, b: Value) => Any
export const total = sum as (x: Any) => Any
export const reshaped = reshape as (x: Any, shape: Shape) => Any

export const isFloat = (x: { readonly dtype: DType }): boolean => x.dtype === 'float32' || x.dtype === 'float64'

/** A tensor as the float32 tensor that a typed function wants. */
export const asFloat = (x: Any): Tensor => x as Tensor
export const asAny = (x: unknown): Any => x as Any

/** <a, b> over the float leaves of two trees. */
export const inner = (a: unknown, b: unknown): Any => {
  const [xs, ys] = [leaves(a), leaves(b)]
  return xs.flatMap((x, i) => (isFloat(x) ? [total(times(x, ys[i]))] : [])).reduce(plus)
}

/** a x + b y on the float leaves of two trees of one structure. */
export const combined = <T>(a: number, x: T, b: number, y: T): T =>
  zipTrees('combined', [x, y], (u, v) => (isFloat(u) ? plus(times(u, a), times(v, b)) : u))
