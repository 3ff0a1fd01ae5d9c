/** The samplers' arithmetic on lazy tensors: float32, uint32 and bool arrays. Constants are scalars that broadcast. */
import {
  add,
  and,
  bitcast,
  cast,
  div,
  floor,
  less,
  mul,
  or,
  select,
  shiftLeft,
  shiftRight,
  sqrt,
  sub,
  xor,
} from '../array/elementwise.js'
import type { Shape } from '../array/shape.js'
import { literal, type Tensor } from '../array/tensor.js'
import type { Arithmetic } from './arithmetic.js'

type Floats = Tensor<Shape, 'float32'>
type Words = Tensor<Shape, 'uint32'>
type Bools = Tensor<Shape, 'bool'>

const operations = {
  float: (value) => literal(Math.fround(value)),
  word: (value) => literal(value >>> 0, 'uint32'),
  add: (a, b) => add(a, b),
  sub: (a, b) => sub(a, b),
  mul: (a, b) => mul(a, b),
  div: (a, b) => div(a, b),
  sqrt,
  floor,
  less: (a, b) => less(a, b),
  select: (condition, a, b) => select(condition, a, b),
  addWords: (a, b) => add(a, b),
  mulWords: (a, b) => mul(a, b),
  and: (a, b) => and(a, b),
  or: (a, b) => or(a, b),
  xor: (a, b) => xor(a, b),
  lessWords: (a, b) => less(a, b),
  toFloat: (a) => cast(a, 'float32'),
  toWord: (a) => cast(a, 'uint32'),
  bitsOfFloat: (a) => bitcast(a, 'uint32'),
  floatOfBits: (a) => bitcast(a, 'float32'),
} satisfies Omit<Arithmetic<Floats, Words, Bools>, 'shiftLeft' | 'shiftRight'>

/** A new one for each draw: it makes the constant of a shift once, where a generator shifts by few amounts many times. */
export const tensorArithmetic = (): Arithmetic<Floats, Words, Bools> => {
  const amounts = new Map<number, Words>()
  const amountOf = (value: number): Words => {
    const known = amounts.get(value) ?? operations.word(value)
    amounts.set(value, known)
    return known
  }
  return {
    ...operations,
    shiftLeft: (a, amount) => shiftLeft(a, amountOf(amount)),
    shiftRight: (a, amount) => shiftRight(a, amountOf(amount)),
  }
}
