/** SIMD instructions: four lanes of float32 or int32 in 128 bits. */
import {
  bytes,
  type Code,
  doubleBytes,
  floatBytes,
  integerBytes,
  joined,
  type Operand,
  signed,
  unsigned,
  valueOf,
} from './code.js'

const i32Constant = (n: number): Code => `\x41${signed(n)}`
const instruction = (code: number): string => `\xfd${unsigned(code)}`
const vectorConstant = (lanes: string): string => instruction(12) + lanes

/** One float32 in all four lanes. */
export const splatConstant = (x: number): Code => vectorConstant(floatBytes(x).repeat(4))
const splatInteger = (n: number): Code => vectorConstant(integerBytes(n).repeat(4))

type Constant = (n: number) => Code
const unary = (code: number, constant: Constant) => {
  const text = instruction(code)
  return (a: Operand): Code => joined(valueOf(a, constant), text)
}
const binary = (code: number, constant: Constant) => {
  const text = instruction(code)
  return (a: Operand, b: Operand): Code => joined(valueOf(a, constant), valueOf(b, constant), text)
}
const shift = (code: number) => {
  const text = instruction(code)
  return (a: Operand, bits: Operand): Code => joined(valueOf(a, splatInteger), valueOf(bits, i32Constant), text)
}
/** An instruction on memory says what addresses are multiples of: four bytes. */
const access = (code: number): string => `${instruction(code)}\x02`
const load = (code: number) => {
  const text = access(code)
  return (address: Operand, offset = 0): Code => joined(valueOf(address, i32Constant), text + unsigned(offset))
}
const store = (code: number) => {
  const text = access(code)
  return (address: Operand, value: Operand, offset = 0): Code =>
    joined(valueOf(address, i32Constant), valueOf(value, splatInteger), text + unsigned(offset))
}
/** The same with one part of a vector, lane or half, which is numbered. */
const withPart = (code: number) => {
  const text = access(code)
  return (address: Operand, vector: Operand, part: number, offset = 0): Code =>
    joined(valueOf(address, i32Constant), valueOf(vector, splatInteger), text + unsigned(offset) + unsigned(part))
}

/** What does not care for the type of the lanes. Numbers are int32 in all lanes. */
export const v128 = {
  load: load(0),
  /** The element at the address in all lanes. */
  loadSplat: load(9),
  /** The element at the address in lane 0, zeros in the others. */
  loadFirst: load(92),
  /** `vector` with one lane from the address. */
  loadLane: withPart(86),
  store: store(11),
  storeLane: withPart(90),
  /** Lanes 2 i and 2 i + 1, for half i. */
  storeHalf: withPart(91),
  /** Lanes 0-3 are those of a, 4-7 those of b. */
  shuffle: (a: Operand, b: Operand, lanes: readonly number[]): Code =>
    joined(
      valueOf(a, splatInteger),
      valueOf(b, splatInteger),
      instruction(13) + lanes.map((lane) => bytes(4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3)).join(''),
    ),
  /** Four integers, one a lane. */
  lanes: (a: number, b: number, c: number, d: number): Code => vectorConstant([a, b, c, d].map(integerBytes).join('')),
  not: unary(77, splatInteger),
  and: binary(78, splatInteger),
  /** a and not b */
  andNot: binary(79, splatInteger),
  or: binary(80, splatInteger),
  xor: binary(81, splatInteger),
  /** Bits of a where `mask` has ones, else of b. */
  choose: (a: Operand, b: Operand, mask: Operand): Code => [
    valueOf(a, splatInteger),
    valueOf(b, splatInteger),
    valueOf(mask, splatInteger),
    instruction(82),
  ],
  anyTrue: unary(83, splatInteger),
}

export const i32x4 = {
  constant: splatInteger,
  splat: unary(17, i32Constant),
  lane: (a: Operand, lane: number): Code => joined(valueOf(a, splatInteger), instruction(27) + unsigned(lane)),
  replaceLane: (a: Operand, lane: number, value: Operand): Code =>
    joined(valueOf(a, splatInteger), valueOf(value, i32Constant), instruction(28) + unsigned(lane)),
  equal: binary(55, splatInteger),
  notEqual: binary(56, splatInteger),
  less: binary(57, splatInteger),
  lessUnsigned: binary(58, splatInteger),
  greater: binary(59, splatInteger),
  greaterUnsigned: binary(60, splatInteger),
  abs: unary(160, splatInteger),
  neg: unary(161, splatInteger),
  shiftLeft: shift(171),
  shiftRight: shift(172),
  shiftRightUnsigned: shift(173),
  add: binary(174, splatInteger),
  sub: binary(177, splatInteger),
  mul: binary(181, splatInteger),
  min: binary(182, splatInteger),
  minUnsigned: binary(183, splatInteger),
  max: binary(184, splatInteger),
  maxUnsigned: binary(185, splatInteger),
  /** Truncates, saturates; NaN becomes 0. */
  fromFloat: unary(248, splatConstant),
  fromFloatUnsigned: unary(249, splatConstant),
}

export const f32x4 = {
  constant: splatConstant,
  splat: unary(19, (x) => `\x43${floatBytes(x)}`),
  lane: (a: Operand, lane: number): Code => joined(valueOf(a, splatConstant), instruction(31) + unsigned(lane)),
  equal: binary(65, splatConstant),
  notEqual: binary(66, splatConstant),
  less: binary(67, splatConstant),
  greater: binary(68, splatConstant),
  lessOrEqual: binary(69, splatConstant),
  greaterOrEqual: binary(70, splatConstant),
  floor: unary(104, splatConstant),
  nearest: unary(106, splatConstant),
  abs: unary(224, splatConstant),
  neg: unary(225, splatConstant),
  sqrt: unary(227, splatConstant),
  add: binary(228, splatConstant),
  sub: binary(229, splatConstant),
  mul: binary(230, splatConstant),
  div: binary(231, splatConstant),
  /** NaN where either is NaN; -0 is below 0. */
  min: binary(232, splatConstant),
  max: binary(233, splatConstant),
  /** b < a ? b : a */
  firstMin: binary(234, splatConstant),
  /** a < b ? b : a */
  firstMax: binary(235, splatConstant),
  /** a b + c, rounded once or twice as the machine likes: relaxed SIMD. */
  relaxedMultiplyAdd: (a: Operand, b: Operand, c: Operand): Code => [
    valueOf(a, splatConstant),
    valueOf(b, splatConstant),
    valueOf(c, splatConstant),
    instruction(261),
  ],
  fromInteger: unary(250, splatInteger),
  fromUnsigned: unary(251, splatInteger),
}

/** Two lanes of float64, for what float32 is too narrow for on the way. */
const splatDouble = (x: number): Code => vectorConstant(doubleBytes(x).repeat(2))
const f64Binary = (code: number) => binary(code, splatDouble)
const f64Unary = (code: number) => unary(code, splatDouble)

export const f64x2 = {
  constant: splatDouble,
  /** float32 lanes 0 and 1 */
  fromFloatLow: unary(95, splatConstant),
  /** float32 in lanes 0 and 1, rounded; zeros above */
  toFloatLow: f64Unary(94),
  /** int32 lanes 0 and 1 */
  fromIntegerLow: unary(254, splatInteger),
  /** int32 in lanes 0 and 1, saturated; zeros above */
  toIntegerLow: f64Unary(252),
  equal: f64Binary(71),
  less: f64Binary(73),
  nearest: f64Unary(148),
  add: f64Binary(240),
  sub: f64Binary(241),
  mul: f64Binary(242),
  div: f64Binary(243),
  firstMin: f64Binary(246),
  firstMax: f64Binary(247),
}

const splatLong = (n: number): Code => vectorConstant((integerBytes(n) + integerBytes(n < 0 ? -1 : 0)).repeat(2))

export const i64x2 = {
  constant: splatLong,
  /** int32 lanes 0 and 1 with their sign */
  fromIntegerLow: unary(199, splatInteger),
  add: binary(206, splatLong),
  sub: binary(209, splatLong),
  shiftLeft: shift(203),
  shiftRight: shift(204),
  shiftRightUnsigned: shift(205),
}
