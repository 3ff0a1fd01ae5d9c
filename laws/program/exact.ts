/** Ops without rounding: on dyadic operands, every device gives the same bits. */
import {
  abs,
  barrier,
  broadcastTo,
  concatAll,
  dynamicSlice,
  flip,
  gather,
  max,
  maximum,
  min,
  minimum,
  neg,
  pad,
  permute,
  reshape,
  type Shape,
  slice,
  type Tensor,
  tensor,
  transpose,
} from 'pullback'
import { type Any, asAny, asFloat } from '../untyped.js'
import {
  atLeast,
  axisOf,
  type Binary,
  type Maker,
  onAxis,
  onBroadcast,
  onOne,
  onTwo,
  type Reduction,
  rankOf,
  type Unary,
} from './op.js'

const indices = (values: readonly number[]): Tensor<Shape, 'int32'> => tensor(values, [values.length], 'int32')

/** Ops that move elements. */
export const moves: readonly Maker[] = [
  (pick, b) => {
    const x = pick(0)
    const rotated = Array.from({ length: rankOf(x) }, (_, i) => (i + b) % rankOf(x))
    return asAny(permute(asFloat(x), rotated))
  },
  (pick) => asAny(transpose(asFloat(atLeast(pick(0), 2)))),
  (pick) => asAny(reshape(asFloat(pick(0)), [-1])),
  (pick, b) => {
    const x = pick(0)
    return rankOf(x) === 0 ? x : asAny(flip(asFloat(x), axisOf(x, b)))
  },
  (pick, b, c) => {
    const x = pick(0)
    const padding = x.shape.map((_, i) => [(b + i) % 3, (c + i) % 2] as const)
    return asAny(pad(asFloat(x), padding, 0.5))
  },
  (pick, b) => {
    const x = pick(0)
    const begin = x.shape.map((n, i) => Math.min(n - 1, (b + i) % 2))
    const steps = x.shape.map((_, i) => 1 + ((b >> i) & 1))
    return asAny(slice(asFloat(x), begin, x.shape, steps))
  },
  (pick, b) => {
    const x = atLeast(pick(0), 1)
    return asAny(concatAll([x, neg(asFloat(x)) as Any], axisOf(x, b)))
  },
  (pick, b) => {
    const x = pick(0)
    return asAny(broadcastTo(asFloat(x), [2 + (b % 2), ...x.shape]))
  },
  (pick, b, c) => {
    const x = atLeast(pick(0), 1)
    const axis = axisOf(x, b)
    const size = x.shape[axis]
    // one of the rows is outside the table, and reads zeros
    return asAny(gather(asFloat(x), indices([c % size, size - 1, size]), axis))
  },
  (pick, b, c) => {
    const x = atLeast(pick(0), 1)
    const sizes = x.shape.map((n, i) => Math.max(1, n - ((c + i) % 2)))
    // starts that do not fit are moved
    return asAny(dynamicSlice(asFloat(x), indices(x.shape.map((_, i) => (b + i) % 3)), sizes))
  },
]

const choosing = [maximum, minimum] as readonly Binary[]
const extremes = [max, min] as readonly Reduction[]

/** Ops that take one of their operands' elements, or its negative. They have kinks. */
export const choices: readonly Maker[] = [
  onOne(abs as Unary),
  ...choosing.flatMap((f) => [onTwo(f), onBroadcast(f)]),
  ...extremes.map(onAxis),
]

export const exactOps: readonly Maker[] = [...moves, ...choices, onOne(neg as Unary), onOne(barrier)]
