/** Functions of corresponding elements; src/array/elementwise.ts states their meaning. */
import { allocate, type DType, type HostArray, isFloat, isInteger } from '../../array/dtype.js'
import type { BinaryOp, UnaryOp } from '../../array/node.js'
import { cos, erf, exp, log, log1p, pow, sin, tanh } from '../../array/scalar/index.js'
import { type Shape, sameShape, sizeOf } from '../../array/shape.js'
import { addition, multiplication, type Operator, rounded } from './rounding.js'
import { broadcastStrides, places, readAt, type View } from './view.js'

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
    ? (x) => (Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), smallest[to]), largest[to]))
    : rounded[to]

const map = (f: (x: number) => number, x: View, dtype: DType): HostArray => {
  const out = allocate(dtype, x.data.length)
  for (let i = 0; i < out.length; i++) out[i] = f(x.data[i])
  return out
}

export const unary = (op: UnaryOp, x: View, dtype: DType): HostArray => {
  if (op === 'bitcast') {
    const out = allocate(dtype, x.data.length)
    new Uint32Array(out.buffer).set(new Uint32Array(x.data.buffer, x.data.byteOffset, x.data.length))
    return out
  }
  if (op === 'cast') return map(casting(x.dtype, dtype), x, dtype)
  const f = functions[op]
  const round = rounded[dtype]
  return map((element) => round(f(element)), x, dtype)
}

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

/** The elements of x as if it had been broadcast to `shape`. */
const spread = (x: View, shape: Shape): HostArray =>
  sameShape(x.shape, shape) ? x.data : readAt(x.data, x.dtype, places(shape, broadcastStrides(x.shape, shape)))

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
