/** Instructions on i32 and f32, control flow, and how functions are written. */
import {
  bytes,
  type Code,
  type FunctionDefinition,
  floatBytes,
  joined,
  type Local,
  localAt,
  type Operand,
  signed,
  unsigned,
  type ValueType,
  valueOf,
  valueTypes,
} from './code.js'
import { splatConstant } from './simd.js'

type Constant = (n: number) => Code
const i32Constant: Constant = (n) => `\x41${signed(n)}`
const f32Constant: Constant = (x) => `\x43${floatBytes(x)}`

const unary = (code: number, constant: Constant) => {
  const instruction = bytes(code)
  return (a: Operand): Code => joined(valueOf(a, constant), instruction)
}
const binary = (code: number, constant: Constant) => {
  const instruction = bytes(code)
  return (a: Operand, b: Operand): Code => joined(valueOf(a, constant), valueOf(b, constant), instruction)
}
const load = (code: number) => {
  const instruction = bytes(code, 2)
  return (address: Operand, offset = 0): Code => joined(valueOf(address, i32Constant), instruction + unsigned(offset))
}
const store = (code: number, constant: Constant) => {
  const instruction = bytes(code, 2)
  return (address: Operand, value: Operand, offset = 0): Code =>
    joined(valueOf(address, i32Constant), valueOf(value, constant), instruction + unsigned(offset))
}

const i32Binary = (code: number) => binary(code, i32Constant)
const f32Binary = (code: number) => binary(code, f32Constant)

export const i32 = {
  constant: i32Constant,
  load: load(0x28),
  store: store(0x36, i32Constant),
  isZero: unary(0x45, i32Constant),
  equal: i32Binary(0x46),
  notEqual: i32Binary(0x47),
  less: i32Binary(0x48),
  lessUnsigned: i32Binary(0x49),
  greater: i32Binary(0x4a),
  greaterUnsigned: i32Binary(0x4b),
  lessOrEqual: i32Binary(0x4c),
  lessOrEqualUnsigned: i32Binary(0x4d),
  greaterOrEqual: i32Binary(0x4e),
  greaterOrEqualUnsigned: i32Binary(0x4f),
  add: i32Binary(0x6a),
  sub: i32Binary(0x6b),
  mul: i32Binary(0x6c),
  div: i32Binary(0x6d),
  divUnsigned: i32Binary(0x6e),
  remainder: i32Binary(0x6f),
  remainderUnsigned: i32Binary(0x70),
  and: i32Binary(0x71),
  or: i32Binary(0x72),
  xor: i32Binary(0x73),
  shiftLeft: i32Binary(0x74),
  shiftRight: i32Binary(0x75),
  shiftRightUnsigned: i32Binary(0x76),
  min: (a: Local, b: Local): Code => select(a, b, i32Binary(0x48)(a, b)),
}

export const f32 = {
  constant: f32Constant,
  load: load(0x2a),
  store: store(0x38, f32Constant),
  equal: f32Binary(0x5b),
  notEqual: f32Binary(0x5c),
  greater: f32Binary(0x5e),
  add: f32Binary(0x92),
  mul: f32Binary(0x94),
}

const noConstant: Constant = () => {
  throw new TypeError('a number alone does not say its type here')
}

/** a where `condition` is not 0, else b; both are computed. */
export const select = (a: Operand, b: Operand, condition: Operand): Code => [
  valueOf(a, noConstant),
  valueOf(b, noConstant),
  joined(valueOf(condition, i32Constant), '\x1b'),
]

const [block, loop, whether, otherwise, end] = ['\x02', '\x03', '\x04', '\x05', '\x0b']
/** To the end of the block, or the beginning of the loop, so many levels up. */
const branch = (levels: number): string => bytes(0x0c, levels)
const branchIf = (levels: number): string => bytes(0x0d, levels)
const isZero = '\x45'
const voidType = '\x40'
const condition = (x: Operand): Code => valueOf(x, i32Constant)

export const when = (test: Operand, then: Code, rest: Code = ''): Code => [
  condition(test),
  whether + voidType,
  then,
  rest.length > 0 ? [otherwise, rest] : '',
  end,
]
/** An expression of `type`: one branch or the other. */
export const either = (type: ValueType, test: Operand, then: Code, rest: Code): Code => [
  condition(test),
  whether + bytes(valueTypes[type]),
  then,
  otherwise,
  rest,
  end,
]
/** The body, and again while the test holds after it. */
export const doWhile = (body: Code, test: Code): Code => [loop + voidType, body, test, branchIf(0) + end]
/** Bodies one after another, and from the first again, while the test after each holds. */
export const doInTurnWhile = (steps: readonly (readonly [body: Code, test: Code])[]): Code => [
  block + voidType + loop + voidType,
  steps.map(([body, test], i) => [body, test, i < steps.length - 1 ? isZero + branchIf(1) : branchIf(0)]),
  end + end,
]
/** The body while the test holds before it. */
export const loopWhile = (test: Code, body: Code): Code => [
  block + voidType + loop + voidType,
  test,
  isZero + branchIf(1),
  body,
  branch(0) + end + end,
]
/** For i from `start` below `end` (signed) by `step`. `end` is evaluated anew each time: a local or a cheap load. */
export const range = (i: Local, start: Operand, end: Operand, step: Operand, body: Code): Code => [
  i.set(start),
  when(i32.less(i, end), doWhile([body, i.set(i32.add(i, step))], i32.less(i, end))),
]

/** The same for addresses, which are unsigned. */
export const addressRange = (at: Local, start: Operand, end: Operand, step: Operand, body: Code): Code => [
  at.set(start),
  when(i32.lessUnsigned(at, end), doWhile([body, at.set(i32.add(at, step))], i32.lessUnsigned(at, end))),
]

export const call = (callee: FunctionDefinition, ...args: readonly Operand[]): Code => [
  ...args.map((arg) => valueOf(arg, i32Constant)),
  { callee },
]

/** Calls the function at `index` of the table. */
export const callIndirect = (
  type: { readonly params: readonly ValueType[]; readonly results: readonly ValueType[] },
  index: Operand,
  ...args: readonly Operand[]
): Code => [...args.map((arg) => valueOf(arg, i32Constant)), valueOf(index, i32Constant), { type }]

const constants: Readonly<Record<ValueType, Constant>> = { i32: i32Constant, f32: f32Constant, v128: splatConstant }

/** What the author of a function declares locals with. */
export interface Locals {
  readonly i32: () => Local
  readonly f32: () => Local
  /** A number set to it is a float32 in all four lanes. */
  readonly v128: () => Local
}

/**
 * A function: `write` gets its locals and parameters and returns its body. It is asked when the function first goes into
 * a module: most programs need few of all functions.
 */
export const define = (
  params: readonly ValueType[],
  results: readonly ValueType[],
  write: (locals: Locals, ...params: readonly Local[]) => Code,
): FunctionDefinition => {
  let known: Pick<FunctionDefinition, 'locals' | 'body'> | undefined
  const written = (): Pick<FunctionDefinition, 'locals' | 'body'> => {
    const locals: ValueType[] = []
    const declare = (type: ValueType) => (): Local => {
      locals.push(type)
      return localAt(params.length + locals.length - 1, constants[type])
    }
    const body = write(
      { i32: declare('i32'), f32: declare('f32'), v128: declare('v128') },
      ...params.map((type, index) => localAt(index, constants[type])),
    )
    return { locals, body }
  }
  return {
    params,
    results,
    get locals() {
      known ??= written()
      return known.locals
    },
    get body() {
      known ??= written()
      return known.body
    },
  }
}
