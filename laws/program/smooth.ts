/** Ops that round, and are smooth: what differs in the last place before them differs little after them. */
import {
  add,
  concatAll,
  cos,
  cumulativeSum,
  div,
  erf,
  exp,
  iota,
  log,
  log1p,
  matmul,
  mean,
  mod,
  mul,
  overlapAdd,
  pow,
  prod,
  reshape,
  type Shape,
  scan,
  scatterAdd,
  sin,
  sqrt,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  window,
} from 'pullback'
import { type Any, asAny, asFloat, plus, times } from '../untyped.js'
import {
  atLeast,
  axisOf,
  type Binary,
  bounded,
  fitted,
  type Maker,
  onAxis,
  onBroadcast,
  onOne,
  onTwo,
  type Reduction,
  rankOf,
  type Unary,
} from './op.js'

const [exp_, log_, log1p_, sqrt_] = [exp, log, log1p, sqrt] as readonly [Unary, Unary, Unary, Unary]
const [sub_, div_, pow_, matmul_] = [sub, div, pow, matmul] as readonly [Binary, Binary, Binary, Binary]
const [sum_, mean_, prod_] = [sum, mean, prod] as readonly [Reduction, Reduction, Reduction]
const flipped = transpose as Unary
const indices = (n: number, modulus: number): Tensor<Shape, 'int32'> => mod(iota([n]), modulus)
/** x² + 1/2: in the domain of log, sqrt, pow and the divisor, away from where they are steep. */
const positive = (x: Any): Any => plus(times(x, x), 0.5)

const unary: readonly Unary[] = [
  ...([tanh, sin, cos, erf] as readonly Unary[]),
  (x) => times(exp_(bounded(x)), 0.5),
  (x) => log_(positive(bounded(x))),
  (x) => log1p_(times(bounded(x), 0.75)),
  (x) => sqrt_(positive(bounded(x))),
  (x) => pow_(positive(bounded(x)), 0.75),
  (x) => pow_(bounded(x), 3),
  (x) => bounded(times(x, x)),
]
const binary: readonly Binary[] = [
  (a, b) => times((add as Binary)(a, b), 0.5),
  (a, b) => times(sub_(a, b), 0.5),
  (a, b) => bounded((mul as Binary)(a, b)),
  (a, b) => bounded(div_(a, positive(b as Any))),
  (a, b) => pow_(positive(bounded(a)), bounded(b)),
]
const reductions: readonly Reduction[] = [
  (x, axes, keep) => bounded(sum_(x, axes, keep)),
  mean_,
  (x, axes, keep) => prod_(bounded(x), axes, keep),
]

const products: readonly Maker[] = [
  (pick) => {
    const [x, y] = [atLeast(pick(0), 2), pick(1)]
    return bounded(matmul_(x, fitted(y, [x.shape[rankOf(x) - 1], 3])))
  },
  (pick) => {
    const x = atLeast(pick(0), 2)
    return bounded(matmul_(flipped(x), x))
  },
  (pick, b) => {
    // the batch of the second operand is broadcast
    const x = atLeast(pick(0), 3)
    const k = x.shape[rankOf(x) - 1]
    return bounded(matmul_(x, fitted(pick(1), [1, k, 1 + (b % 4)])))
  },
]

const windows: Maker = (pick, b, c) => {
  const x = atLeast(pick(0), 3)
  const [height, width] = x.shape.slice(-2) as [number, number]
  const options = {
    size: [Math.min(height, 1 + (b % 3)), Math.min(width, 1 + (c % 2))],
    stride: [1 + (c % 2), 1],
    dilation: [1, 1],
  }
  const seen = asAny(window(asFloat(x), options))
  return bounded(overlapAdd(asFloat(times(seen, 0.5)), [height, width], options))
}

/** A loop that carries a row along, forwards or backwards, and uses a value from outside. */
const loop: Maker = (pick, b) => {
  const x = atLeast(pick(0), 2)
  const first = fitted(pick(1), x.shape.slice(1))
  const outside = times(first, 0.25)
  const [last, all] = scan(
    (carry: Any, row: Any) => {
      const next = bounded(plus(plus(carry, times(row, 0.5)), outside))
      return [next, times(next, next)] as const
    },
    first,
    x,
    { reverse: b % 2 === 1 },
  )
  const flat = (y: Any): Tensor => reshape(asFloat(y), [-1])
  return asAny(concatAll([flat(all), flat(last)], 0))
}

const sums: readonly Maker[] = [
  (pick, b) => {
    const x = atLeast(pick(0), 1)
    return bounded(scatterAdd(indices(x.shape[0], 2 + (b % 3)), asFloat(x), 3))
  },
  (pick, b) => {
    const x = atLeast(pick(0), 1)
    return bounded(cumulativeSum(asFloat(x), axisOf(x, b)))
  },
]

export const smoothOps: readonly Maker[] = [
  ...unary.map(onOne),
  ...binary.flatMap((f) => [onTwo(f), onBroadcast(f)]),
  ...reductions.map(onAxis),
  ...products,
  windows,
  loop,
  ...sums,
]
