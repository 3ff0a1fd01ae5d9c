/**
 * Ops that jump: a difference in the last place of their operands would show as a difference of 1. They get exact
 * operands. Integers and bools come from floats here and go back to floats, so that every value of a program is one.
 */
import {
  and,
  argMax,
  argSort,
  bitcast,
  cast,
  type DType,
  equal,
  floor,
  less,
  mod,
  or,
  select,
  shiftLeft,
  shiftRight,
  sign,
  type Tensor,
  xor,
} from 'pullback'
import { type Any, asAny, asFloat, plus, times } from '../untyped.js'
import { atLeast, axisOf, fitted, type Maker, onOne, rankOf, type Unary } from './op.js'

const to = cast as (x: Any, dtype: DType) => Any
const compare = { less, equal } as Readonly<Record<'less' | 'equal', (a: Any, b: Any | number) => Any>>
const bitwise = { and, or, xor, shiftLeft, shiftRight } as Readonly<
  Record<'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight', (a: Any, b: Any | number) => Any>
>
const chosen = select as (condition: Any, a: Any, b: Any | number) => Any
const remainder = mod as (a: Any, b: Any | number) => Any

/** A float for each word: its low bits. */
const lowBits = (words: Any, like: Any): Any => times(to(to(bitwise.and(words, 255), 'int32'), like.dtype), 1 / 256)

export const jumpingOps: readonly Maker[] = [
  onOne(sign as Unary),
  onOne(floor as Unary),
  onOne((x) => to(to(x, 'int32'), x.dtype)),
  onOne((x) => to(compare.less(x, 0.125), x.dtype)),
  (pick) => {
    const x = pick(0)
    return chosen(compare.less(x, fitted(pick(1), x.shape)), x, 0.5)
  },
  (pick) => {
    const x = pick(0)
    const y = fitted(pick(1), x.shape)
    return to(bitwise.or(bitwise.and(compare.less(x, y), compare.less(x, 0)), compare.equal(x, y)), x.dtype)
  },
  (pick, b) => remainder(pick(0), 0.5 + (b % 3)),
  (pick) => {
    const x = atLeast(pick(0), 1)
    return times(to(asAny(argSort(asFloat(x))), x.dtype), 1 / 64)
  },
  (pick, b) => {
    const x = atLeast(pick(0), 1)
    const place = asAny(argMax(asFloat(x) as Tensor<[number]>, axisOf(x, b) as 0))
    return times(to(place, x.dtype), 1 / 64)
  },
  (pick, b) => {
    // integer arithmetic wraps
    const x = pick(0)
    const words = to(to(times(x, 16), 'int32'), 'uint32')
    const mixed = plus(times(bitwise.xor(words, 12345), 2654435769), bitwise.shiftLeft(words, b % 32))
    return lowBits(bitwise.shiftRight(mixed, 16), x)
  },
  (pick, b) => {
    // shifts of signed numbers keep the sign
    const x = pick(0)
    const words = to(times(x, 16), 'int32')
    return times(to(bitwise.shiftRight(words, b % 5), x.dtype), 1 / 32)
  },
  (pick) => {
    const x = pick(0)
    return x.dtype === 'float32' ? lowBits(bitwise.shiftRight(asAny(bitcast(asFloat(x), 'uint32')), 19), x) : x
  },
  (pick) => {
    const x = pick(0)
    return rankOf(x) === 0 ? x : remainder(x, plus(to(compare.less(x, 0), x.dtype), 0.5))
  },
]
