/**
 * Random programs for the backend laws: a list of small numbers is read as choices of ops and operands, so that every
 * list is a valid program and fast-check can shrink it. Values stay small: ops that grow are followed by tanh.
 */

import fc from 'fast-check'
import {
  type AnyTensor,
  abs,
  add,
  argMax,
  argSort,
  barrier,
  broadcastTo,
  cast,
  concat,
  cos,
  cumulativeSum,
  type DType,
  div,
  equal,
  erf,
  exp,
  flip,
  floor,
  gather,
  iota,
  less,
  log,
  log1p,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mod,
  mul,
  neg,
  overlapAdd,
  pad,
  permute,
  pow,
  prod,
  reshape,
  type Shape,
  scan,
  scatterAdd,
  select,
  shiftRight,
  sign,
  sin,
  slice,
  sqrt,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  window,
  xor,
} from 'pullback'
import { dyadic } from './sample.js'

/** Each step: which op, and which operands, sizes and axes. */
export type Choices = readonly (readonly [op: number, a: number, b: number, c: number])[]
export interface ProgramSample {
  readonly choices: Choices
  readonly seed: number
}

export const programs = (maxLength = 12): fc.Arbitrary<ProgramSample> =>
  fc.record({
    choices: fc.array(fc.tuple(fc.nat(999), fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength }),
    seed: fc.nat(9999),
  })

type F = Tensor
type Maker = (pick: (n: number) => F, b: number, c: number) => F
const loose = <T>(f: unknown): T => f as T
const [add_, sub_, mul_, div_, maximum_, minimum_, matmul_, mod_] = [
  add,
  sub,
  mul,
  div,
  maximum,
  minimum,
  matmul,
  mod,
].map((f) => loose<(a: F, b: F | number) => F>(f)) as [Bin, Bin, Bin, Bin, Bin, Bin, Bin, Bin]
type Bin = (a: F, b: F | number) => F
type Red = (x: F, axes: number | readonly number[], keepDims?: boolean) => F
const [sum_, max_, min_, mean_, prod_] = [sum, max, min, mean, prod].map((f) => loose<Red>(f)) as [
  Red,
  Red,
  Red,
  Red,
  Red,
]
const select_ = loose<(c: AnyTensor, a: F, b: F | number) => F>(select)
const concat_ = loose<(a: F, b: F, axis: number) => F>(concat)

const rankOf = (x: F): number => x.shape.length
const axisOf = (x: F, n: number): number => n % Math.max(1, rankOf(x))
const limit = 4096
const sizeOf = (shape: Shape): number => shape.reduce((n, s) => n * s, 1)
const atLeast = (x: F, rank: number): F =>
  rankOf(x) >= rank ? x : (reshape(x, [...new Array<number>(rank - rankOf(x)).fill(1), ...x.shape]) as F)
/** y with the shape of x: cut, padded, reshaped. */
const fitted = (y: F, shape: Shape): F => {
  const flat = reshape(y, [-1]) as F
  const [have, want] = [sizeOf(y.shape), sizeOf(shape)]
  const cut = have >= want ? slice(flat, [0], [want]) : pad(flat, [[0, want - have]], 0.25)
  return reshape(cut as F, shape) as F
}

const exactUnary: readonly ((x: F) => F)[] = [neg, abs, (x) => barrier(x)]
/** They jump: a difference in the last place of their argument would show as a difference of 1. */
const jumping: readonly ((x: F) => F)[] = [
  sign,
  floor,
  (x) => cast(cast(x, 'int32'), 'float32') as F,
  (x) => cast(less(x, 0.125) as AnyTensor as Tensor<Shape, 'bool'>, 'float32') as F,
  (x) => select_(equal(x, x) as AnyTensor, x, 0),
]
const unary: readonly ((x: F) => F)[] = [
  tanh,
  sin,
  cos,
  erf,
  (x) => exp(minimum_(x, 2)),
  (x) => log(add_(abs(x), 0.5)),
  (x) => log1p(abs(x)),
  (x) => sqrt(abs(x)),
  (x) => pow(add_(abs(x), 0.5), 0.75) as F,
  (x) => mul_(x, x),
]
const binary: readonly Bin[] = [
  add_,
  sub_,
  mul_,
  (a, b) => div_(a, loose<F>(add_(abs(b as F), 0.5))),
  maximum_,
  minimum_,
]

const shapes: readonly Maker[] = [
  (pick, b) => {
    const x = pick(0)
    return permute(
      x,
      Array.from({ length: rankOf(x) }, (_, i) => (i + b) % rankOf(x)),
    ) as F
  },
  (pick) => reshape(pick(0), [-1]) as F,
  (pick, b) => {
    const x = pick(0)
    return rankOf(x) === 0 ? x : flip(x, axisOf(x, b))
  },
  (pick, b, c) => {
    const x = pick(0)
    return loose<F>(
      pad(
        x,
        x.shape.map((_, i) => [(b + i) % 3, (c + i) % 2] as const),
        0.5,
      ),
    )
  },
  (pick, b) => {
    const x = pick(0)
    return loose<F>(
      slice(
        x,
        x.shape.map((n, i) => Math.min(n - 1, (b + i) % 2)),
        x.shape,
        x.shape.map((_, i) => 1 + ((b >> i) & 1)),
      ),
    )
  },
  (pick, b) => {
    const x = atLeast(pick(0), 1)
    return concat_(x, mul_(x, 0.5), axisOf(x, b))
  },
  (pick, b) => {
    const x = pick(0)
    return broadcastTo(x, [2 + (b % 2), ...x.shape]) as F
  },
  (pick) => {
    const x = atLeast(pick(0), 2)
    return transpose(x) as F
  },
]
const reductions: readonly Maker[] = [
  sum_,
  mean_,
  max_,
  min_,
  (x: F, axes: number | readonly number[], keep?: boolean) => prod_(tanh(x), axes, keep),
].map(
  (reduce): Maker =>
    (pick, b, c) => {
      const x = atLeast(pick(0), 1)
      return reduce(x, axisOf(x, b), c % 2 === 0)
    },
)
const others: readonly Maker[] = [
  (pick) => {
    const [x, y] = [atLeast(pick(0), 2), atLeast(pick(1), 2)]
    const k = x.shape[rankOf(x) - 1]!
    return tanh(matmul_(x, fitted(y, [k, 3])))
  },
  (pick) => {
    const x = atLeast(pick(0), 2)
    return tanh(matmul_(transpose(x) as F, x))
  },
  (pick, b, c) => {
    const x = atLeast(pick(0), 3)
    const options = { size: [1 + (b % 2), 1 + (c % 2)], stride: [1 + (c % 2), 1], dilation: [1, 1] }
    return x.shape[rankOf(x) - 1]! < 2 || x.shape[rankOf(x) - 2]! < 2
      ? x
      : (overlapAdd(mul_(window(x, options) as F, 0.5), x.shape.slice(-2), options) as F)
  },
  (pick, b) => {
    const x = atLeast(pick(0), 1)
    return gather(x, mod(iota([3]), x.shape[0]!) as Tensor<Shape, 'int32'>, axisOf(x, b) === 0 ? 0 : 0) as F
  },
  (pick, b) => {
    const x = atLeast(pick(0), 1)
    return scatterAdd(mod(iota([x.shape[0]!]), 2 + (b % 2)) as Tensor<Shape, 'int32'>, x, 3) as F
  },
  (pick, b) => {
    const x = atLeast(pick(0), 1)
    return mul_(cumulativeSum(x, axisOf(x, b)), 0.125)
  },
  (pick) => {
    const x = atLeast(pick(0), 2)
    const [last, all] = scan(
      (h: F, row: F) => {
        const next = tanh(add_(h, mul_(row, 0.5)))
        return [next, mul_(next, next)] as const
      },
      fitted(x, x.shape.slice(1)),
      x,
    )
    return concat_(reshape(all, [-1]) as F, reshape(last, [-1]) as F, 0)
  },
]
const jumpingMakers: readonly Maker[] = [
  (pick) => cast(argSort(atLeast(pick(0), 1)), 'float32') as F,
  (pick, b) => {
    const x = atLeast(pick(0), 1)
    return cast(argMax(x, axisOf(x, b)) as Tensor<Shape, 'int32'>, 'float32') as F
  },
  (pick) => {
    const x = pick(0)
    const bits = xor(cast(mul_(x, 16), 'int32'), 12345) as Tensor<Shape, 'int32'>
    return mul_(cast(shiftRight(bits, 3) as Tensor<Shape, 'int32'>, 'float32') as F, 0.001)
  },
  (pick, b) => {
    const x = pick(0)
    return mod_(x, 0.5 + (b % 3))
  },
  ...jumping.map(
    (f): Maker =>
      (pick) =>
        f(pick(0)),
  ),
]
const exactMakers: readonly Maker[] = [
  ...shapes,
  ...exactUnary.map(
    (f): Maker =>
      (pick) =>
        f(pick(0)),
  ),
]
const makers: readonly Maker[] = [
  ...unary.map(
    (f): Maker =>
      (pick) =>
        f(pick(0)),
  ),
  ...binary.map(
    (f): Maker =>
      (pick) => {
        const x = pick(0)
        return f(x, fitted(pick(1), x.shape))
      },
  ),
  ...binary.map(
    (f): Maker =>
      (pick, b) => {
        const x = atLeast(pick(0), 1)
        return f(
          x,
          fitted(
            pick(1),
            x.shape.map((n, i) => (i === axisOf(x, b) ? 1 : n)),
          ),
        )
      },
  ),
  ...reductions,
  ...others,
  ...shapes,
]

const starts: readonly Shape[] = [[2, 3, 5], [3, 5], [5], []]

/**
 * The results of every step of a program: all of them are outputs, so nothing is lost to laziness. Ops that jump take
 * their operands from the exact values: those that moves and sign changes alone have made of the dyadic inputs.
 */
export const programOf = ({ choices, seed }: ProgramSample, dtype: DType = 'float32'): readonly F[] => {
  const inputs = starts.map((shape, i) => loose<F>(dyadic(shape, dtype, seed + i)))
  const exact: F[] = [...inputs]
  const values: F[] = [...inputs]
  for (const [op, a, b, c] of choices) {
    const from =
      (list: readonly F[]) =>
      (n: number): F =>
        list[(n === 0 ? a : b + n) % list.length]!
    const kind = op % 4
    const index = Math.floor(op / 4)
    const made =
      kind === 0
        ? exactMakers[index % exactMakers.length]!(from(exact), b, c)
        : kind === 1
          ? jumpingMakers[index % jumpingMakers.length]!(from(exact), b, c)
          : makers[index % makers.length]!(from(values), b, c)
    if (sizeOf(made.shape) > limit || rankOf(made) > 5) continue
    values.push(made)
    if (kind === 0) exact.push(made)
  }
  return values.slice(inputs.length)
}
