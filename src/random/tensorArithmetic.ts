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

/** The literal of each number, made once for all graphs, which have a fifth fewer instructions for it. */
const shared = <T>(make: (value: number) => T): ((value: number) => T) => {
  const known = new Map<number, T>()
  return (value) => {
    const made = known.get(value) ?? make(value)
    known.set(value, made)
    return made
  }
}

const float = (value: number): Floats => literal(Math.fround(value)) as Floats
const word = (value: number): Words => literal(value >>> 0, 'uint32') as Words
const mask = shared(word)

export const tensorArithmetic: Arithmetic<Floats, Words, Bools> = {
  float,
  word,
  constant: shared(float),
  mask,
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
  shiftLeft: (a, amount) => shiftLeft(a, mask(amount)),
  shiftRight: (a, amount) => shiftRight(a, mask(amount)),
}
