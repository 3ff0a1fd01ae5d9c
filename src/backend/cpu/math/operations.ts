/**
 * Every elementwise operation on four lanes; src/array/elementwise.ts states the meaning. In registers a bool is a mask:
 * all ones for true, zeros for false. In memory it is 1 or 0.
 */
import type { DType } from '../../../array/dtype.js'
import type { BinaryOp, UnaryOp } from '../../../array/node.js'
import type { Step } from '../../../engine/kernel.js'
import type { Code, FunctionDefinition, Local } from '../emit/code.js'
import { call, define, type Locals } from '../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../emit/simd.js'
import { erf } from './erf.js'
import { exp, expParts, log, log1p } from './exponential.js'
import { tanh, tanhParts } from './hyperbolic.js'
import * as integer from './integer.js'
import type { Part } from './part.js'
import { pow } from './power.js'
import { cos, sin } from './trigonometric.js'

type Write = (locals: Locals, ...args: readonly Local[]) => Code

/** Written out where they are used; short enough, and hot. */
const inline = { exp, log, log1p, tanh, erf } as const
/** The same as functions, for places where speed does not count. */
const outOfLine = Object.fromEntries(
  Object.entries(inline).map(([name, write]) => [name, define(['v128'], ['v128'], (locals, x) => write(locals, x))]),
) as Readonly<Record<keyof typeof inline, FunctionDefinition>>

const one = f32x4.constant(1)
const signBit = i32x4.constant(-0x80000000)
const magnitude = i32x4.constant(0x7fffffff)

const castTo: Readonly<Record<DType, Partial<Readonly<Record<DType, (x: Local) => Code>>>>> = {
  float32: {
    int32: (x) => f32x4.fromInteger(x),
    uint32: (x) => f32x4.fromUnsigned(x),
    bool: (x) => v128.and(x, one),
  },
  int32: {
    float32: (x) => i32x4.fromFloat(x),
    bool: (x) => i32x4.neg(x),
  },
  uint32: {
    float32: (x) => i32x4.fromFloatUnsigned(x),
    bool: (x) => i32x4.neg(x),
  },
  bool: {
    float32: (x) => f32x4.notEqual(x, 0),
    int32: (x) => i32x4.notEqual(x, 0),
    uint32: (x) => i32x4.notEqual(x, 0),
  },
  float64: {},
}

const floatUnary: Partial<Record<UnaryOp, (x: Local) => Code>> = {
  neg: f32x4.neg,
  // One instruction; the one that WebAssembly has for it takes engines three.
  abs: (x) => v128.and(x, magnitude),
  // The sign bit of x on a 1 where x is not 0, on x itself where it is; NaN stays.
  sign: (x) => v128.choose(v128.or(v128.and(x, signBit), one), x, v128.or(f32x4.less(x, 0), f32x4.greater(x, 0))),
  sqrt: f32x4.sqrt,
  floor: f32x4.floor,
  sin: (x) => call(sin, x),
  cos: (x) => call(cos, x),
}

const integerUnary: Partial<Record<UnaryOp, (x: Local) => Code>> = {
  neg: i32x4.neg,
  abs: i32x4.abs,
  sign: (x) => i32x4.min(i32x4.max(x, -1), 1),
  floor: (x) => x.get,
}
const unsignedUnary: Partial<Record<UnaryOp, (x: Local) => Code>> = {
  ...integerUnary,
  abs: (x) => x.get,
  sign: (x) => i32x4.minUnsigned(x, 1),
}

type Pair = (a: Local, b: Local) => Code

const floatBinary: Partial<Record<BinaryOp, Pair>> = {
  add: f32x4.add,
  sub: f32x4.sub,
  mul: f32x4.mul,
  div: f32x4.div,
  pow: (a, b) => call(pow, a, b),
  maximum: f32x4.max,
  minimum: f32x4.min,
  mod: (a, b) => f32x4.sub(a, f32x4.mul(f32x4.floor(f32x4.div(a, b)), b)),
  less: f32x4.less,
  equal: f32x4.equal,
}

const integerBinary: Partial<Record<BinaryOp, Pair>> = {
  add: i32x4.add,
  sub: i32x4.sub,
  mul: i32x4.mul,
  div: (a, b) => call(integer.divideSigned, a, b),
  mod: (a, b) => call(integer.moduloSigned, a, b),
  maximum: i32x4.max,
  minimum: i32x4.min,
  less: i32x4.less,
  equal: i32x4.equal,
  and: v128.and,
  or: v128.or,
  xor: v128.xor,
  shiftLeft: (a, b) => call(integer.shiftLeft, a, b),
  shiftRight: (a, b) => call(integer.shiftRight, a, b),
}
const unsignedBinary: Partial<Record<BinaryOp, Pair>> = {
  ...integerBinary,
  div: (a, b) => call(integer.divideUnsigned, a, b),
  mod: (a, b) => call(integer.moduloUnsigned, a, b),
  maximum: i32x4.maxUnsigned,
  minimum: i32x4.minUnsigned,
  less: i32x4.lessUnsigned,
  shiftRight: (a, b) => call(integer.shiftRightUnsigned, a, b),
}
const boolBinary: Partial<Record<BinaryOp, Pair>> = {
  less: (a, b) => v128.andNot(b, a),
  equal: i32x4.equal,
  and: v128.and,
  or: v128.or,
  xor: v128.xor,
}

const unaryOf: Readonly<Record<DType, Partial<Record<UnaryOp, (x: Local) => Code>>>> = {
  float32: floatUnary,
  int32: integerUnary,
  uint32: unsignedUnary,
  bool: {},
  float64: {},
}
const binaryOf: Readonly<Record<DType, Partial<Record<BinaryOp, Pair>>>> = {
  float32: floatBinary,
  int32: integerBinary,
  uint32: unsignedBinary,
  bool: boolBinary,
  float64: {},
}

/** Shifts of all lanes by one count, which is in a local. */
export const uniformShift = (op: 'shiftLeft' | 'shiftRight', dtype: DType, a: Local, bits: Local): Code =>
  (op === 'shiftLeft' ? i32x4.shiftLeft : dtype === 'uint32' ? i32x4.shiftRightUnsigned : i32x4.shiftRight)(a, bits)

/** The maximum or minimum of x and a number: cheaper than that of two values, which cares for NaN in both. */
const bounded = (op: 'maximum' | 'minimum', x: Local, bound: number): Code | undefined => {
  if (Number.isNaN(bound)) return undefined
  // The operand order of these keeps NaN; only of a zero they keep the wrong one.
  if (op === 'minimum') return Object.is(bound, -0) ? undefined : f32x4.firstMin(x, f32x4.constant(bound))
  const larger = f32x4.firstMax(x, f32x4.constant(bound))
  return Object.is(bound, 0) ? f32x4.add(larger, 0) : larger
}

/** Cheaper code for steps of which an argument is a constant of the structure; undefined for those that are none. */
const withConstants = (
  { op }: Step,
  from: DType,
  args: readonly Local[],
  constants: readonly (number | undefined)[],
): Code | undefined => {
  if (op === 'select' && Object.is(constants[1], 0)) return v128.andNot(args[2], args[0])
  if (op === 'select' && Object.is(constants[2], 0)) return v128.and(args[1], args[0])
  if ((op === 'maximum' || op === 'minimum') && from === 'float32') {
    const [a, b] = constants
    return b !== undefined ? bounded(op, args[0], b) : a !== undefined ? bounded(op, args[1], a) : undefined
  }
  return undefined
}

/**
 * The code of one step on values of dtype `from`; `constants` has the numbers of arguments that are constants. `compact`
 * asks for calls instead of long code; the operations, and so the bits, are the same.
 */
export const operation = (
  locals: Locals,
  step: Step,
  from: DType,
  args: readonly Local[],
  constants: readonly (number | undefined)[],
  compact: boolean,
): Code => {
  const short = withConstants(step, from, args, constants)
  if (short !== undefined) return short
  const [a, b, c] = args as readonly [Local, Local, Local]
  if (step.op === 'select') return v128.choose(b, c, a)
  if (step.op === 'bitcast') return a.get
  if (step.op === 'cast') return castTo[step.dtype][from]?.(a) ?? a.get
  if (Object.hasOwn(inline, step.op)) {
    const name = step.op as keyof typeof inline
    return compact ? call(outOfLine[name], a) : inline[name](locals, a)
  }
  const write: Write | undefined =
    args.length === 1
      ? (_, x) => unaryOf[from][step.op as UnaryOp]!(x)
      : (_, x, y) => binaryOf[from][step.op as BinaryOp]!(x, y)
  return write(locals, ...args)
}

/** Cycles from start to end, where they are not those of an addition. */
const latencies: Readonly<Record<string, number>> = {
  ...{ abs: 1, neg: 1, bitcast: 0, less: 1, equal: 1, select: 1, and: 1, or: 1, xor: 1, shiftLeft: 1, shiftRight: 1 },
  ...{ div: 11, sqrt: 15, mod: 20, exp: 60, tanh: 60, log: 70, log1p: 95, erf: 120, sin: 90, cos: 90, pow: 200 },
}
const usualLatency = 3
export const latencyOf = ({ op }: Step): number => latencies[op] ?? usualLatency

const inParts: Partial<Readonly<Record<string, (locals: Locals, x: Local, value: Local) => readonly Part[]>>> = {
  exp: expParts,
  tanh: tanhParts,
}

/** A step as parts, the last of which writes `value`; `code` is that of the step as a whole. */
export const stepParts = (
  locals: Locals,
  step: Step,
  args: readonly Local[],
  value: Local,
  code: () => Code,
): readonly Part[] =>
  inParts[step.op]?.(locals, args[0], value) ?? [
    { reads: args, code: value.set(code()), writes: [value], latency: latencyOf(step) },
  ]
