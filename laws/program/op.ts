/** What the ops of random programs are made of: how they pick operands, and how shapes are made to fit. */
import { type AnyTensor, pad, reshape, type Shape, slice, tanh } from 'pullback'
import { sizeOf } from '../sample.js'
import { type Any, asAny, asFloat } from '../untyped.js'

/**
 * Makes a value of a program. `pick(0)`, `pick(1)`, ... are operands of any shape; `b` and `c` are small numbers that
 * choose axes and sizes.
 */
export type Maker = (pick: (n: number) => Any, b: number, c: number) => Any

export type Unary = (x: Any) => Any
export type Binary = (a: Any, b: Any | number) => Any
export type Reduction = (x: Any, axes: number | readonly number[], keepDims?: boolean) => Any

export const rankOf = (x: Any): number => x.shape.length
/** An axis of x, chosen by n. */
export const axisOf = (x: Any, n: number): number => n % Math.max(1, rankOf(x))

export const atLeast = (x: Any, rank: number): Any =>
  rankOf(x) >= rank ? x : asAny(reshape(asFloat(x), [...new Array<number>(rank - rankOf(x)).fill(1), ...x.shape]))

/** y with another shape: cut or padded, and reshaped. */
export const fitted = (y: Any, shape: Shape): Any => {
  const flat = reshape(asFloat(y), [-1])
  const [have, want] = [sizeOf(y.shape), sizeOf(shape)]
  const cut = have >= want ? slice(flat, [0], [want]) : pad(flat, [[0, want - have]], 0.25)
  return asAny(reshape(asFloat(asAny(cut)), shape))
}

/** Into (-1, 1): what follows an op that grows, so that values of long programs stay small. */
export const bounded = (x: unknown): Any => asAny(tanh(asFloat(x as AnyTensor)))

export const onOne =
  (f: Unary): Maker =>
  (pick) =>
    f(pick(0))

/** Both operands of one shape. */
export const onTwo =
  (f: Binary): Maker =>
  (pick) => {
    const x = pick(0)
    return f(x, fitted(pick(1), x.shape))
  }

/** The second operand is broadcast along one axis. */
export const onBroadcast =
  (f: Binary): Maker =>
  (pick, b) => {
    const x = atLeast(pick(0), 1)
    const narrow = x.shape.map((n, i) => (i === axisOf(x, b) ? 1 : n))
    return f(x, fitted(pick(1), narrow))
  }

export const onAxis =
  (reduce: Reduction): Maker =>
  (pick, b, c) => {
    const x = atLeast(pick(0), 1)
    return reduce(x, axisOf(x, b), c % 2 === 0)
  }
