/** Functions of corresponding elements; src/array/elementwise.ts states their meaning. */
import { allocate, type DType, type HostArray, isFloat, isInteger } from '../../array/dtype.js'
import type { BinaryOp, UnaryOp } from '../../array/node.js'
import { cos, erf, exp, log, log1p, pow, sin, tanh } from '../../array/scalar/index.js'
import { type Shape, sameShape, sizeOf } from '../../array/shape.js'
import type { InstructionOp } from '../../engine/program.js'
import { addition, multiplication, type Operator, rounded } from './rounding.js'
import { read } from './strided.js'
import type { View } from './view.js'

const functions: Readonly<Record<Exclude<UnaryOp, 'cast' | 'bitcast'>, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  exp,
  log,
  log1p,
  sin,
  cos,
  tanh,
  erf,
  sqrt: Math.sqrt,
  floor: Math.floor,
}

const largest = { int32: 0x7fffffff, uint32: 0xffffffff } as const
const smallest = { int32: -0x80000000, uint32: 0 } as const

/** Floats to integers truncate, saturate, and NaN becomes 0; integers to integers keep their 32 bits. */
const casting = (from: DType, to: DType): ((x: number) => number) =>
  isFloat(from) && isInteger(to)
    ? (x) => (Number.isNaN(x) ? 0 : rounded[to](Math.min(Math.max(x, smallest[to]), largest[to])))
    : rounded[to]

/** a / b; for integers towards zero, and 0 where b is 0. */
const division = (dtype: DType): Operator => {
  const round = rounded[dtype]
  return isInteger(dtype) ? (a, b) => (b === 0 ? 0 : round(Math.trunc(a / b))) : (a, b) => round(a / b)
}

/** a - floor(a / b) b, every operation rounded; for integers exactly, and a where b is 0. */
const modulo = (dtype: DType): Operator => {
  const round = rounded[dtype]
  return isInteger(dtype)
    ? (a, b) => (b === 0 ? a : round(a - Math.floor(a / b) * b))
    : (a, b) => round(a - round(Math.floor(round(a / b)) * b))
}

/** `dtype` is that of the operands. */
const operators: Readonly<Record<BinaryOp, (dtype: DType) => Operator>> = {
  add: addition,
  sub: (dtype) => (a, b) => rounded[dtype](a - b),
  mul: multiplication,
  div: division,
  pow: (dtype) => (a, b) => rounded[dtype](pow(a, b)),
  maximum: () => Math.max,
  minimum: () => Math.min,
  mod: modulo,
  less: () => (a, b) => Number(a < b),
  equal: () => (a, b) => Number(a === b),
  and: (dtype) => (a, b) => rounded[dtype](a & b),
  or: (dtype) => (a, b) => rounded[dtype](a | b),
  xor: (dtype) => (a, b) => rounded[dtype](a ^ b),
  shiftLeft: (dtype) => (a, b) => rounded[dtype](a << b),
  shiftRight: (dtype) => (dtype === 'int32' ? (a, b) => a >> b : (a, b) => a >>> b),
}

/**
 * What an elementwise primitive does to numbers: from one, two or three of dtype `from` to one of `dtype`, rounded to it
 * (they differ in casts and comparisons; a bool is 0 or 1). Undefined where a primitive is no such function, and for
 * bitcast, which is one of bits.
 *
 * @example
 * import { scalarFunction } from 'pullback/reference'
 *
 * scalarFunction('add', 'float32')?.(0.1, 0.2) // => 0.30000001192092896
 * scalarFunction('div', 'int32')?.(-7, 2) // => -3
 * scalarFunction('cast', 'int32', 'float32')?.(-2.7) // => -2
 * scalarFunction('sum', 'float32') // => undefined
 */
export const scalarFunction = (
  op: InstructionOp,
  dtype: DType,
  from: DType = dtype,
): ((...numbers: readonly number[]) => number) | undefined => {
  if (op === 'cast') return casting(from, dtype)
  if (op === 'select') return (condition, a, b) => (condition ? a : b)
  const operator = operators[op as BinaryOp]
  if (operator !== undefined) return operator(from)
  const [f, round] = [functions[op as keyof typeof functions], rounded[dtype]]
  return f === undefined ? undefined : (x) => round(f(x))
}

export const unary = (op: UnaryOp, x: View, dtype: DType): HostArray => {
  const out = allocate(dtype, x.data.length)
  if (op === 'bitcast') {
    new Uint32Array(out.buffer).set(new Uint32Array(x.data.buffer, x.data.byteOffset, x.data.length))
    return out
  }
  const f = scalarFunction(op, dtype, x.dtype)!
  for (let i = 0; i < out.length; i++) out[i] = f(x.data[i])
  return out
}

/** The elements of x as if it had been broadcast to `shape`. */
const spread = (x: View, shape: Shape): HostArray =>
  sameShape(x.shape, shape) ? x.data : read({ op: 'broadcast', shape, attributes: [] }, x)

export const binary = (op: BinaryOp, a: View, b: View, shape: Shape, dtype: DType): HostArray => {
  const f = operators[op](a.dtype)
  const x = spread(a, shape)
  const y = spread(b, shape)
  const out = allocate(dtype, sizeOf(shape))
  for (let i = 0; i < out.length; i++) out[i] = f(x[i], y[i])
  return out
}

export const select = (condition: View, a: View, b: View, shape: Shape, dtype: DType): HostArray => {
  const chosen = spread(condition, shape)
  const x = spread(a, shape)
  const y = spread(b, shape)
  const out = allocate(dtype, sizeOf(shape))
  for (let i = 0; i < out.length; i++) out[i] = chosen[i] ? x[i] : y[i]
  return out
}
