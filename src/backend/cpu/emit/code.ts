/**
 * WebAssembly code as values: text, in which each character is a byte, or a tree of texts that becomes one at the very
 * end. Text, because JavaScript engines join it by code of their own: code is written by functions that mostly run for
 * the first time, and slowly.
 *
 * An expression is the instructions that leave its value on the stack, so expressions nest as calls of TypeScript
 * functions do. Calls name the function they call by its definition: its number is known only when a module is put
 * together.
 */

/** WebAssembly's value types, by their byte. */
export const valueTypes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const
export type ValueType = keyof typeof valueTypes

export type Code = string | readonly Part[]
export type Part = Code | Call | IndirectCall

/** Stands for the instruction `call` with the number of `callee`. */
export interface Call {
  readonly callee: FunctionDefinition
}
/** Stands for the instruction `call_indirect` with the number of a function type. */
export interface IndirectCall {
  readonly type: FunctionType
}

export interface FunctionType {
  readonly params: readonly ValueType[]
  readonly results: readonly ValueType[]
}

export interface FunctionDefinition extends FunctionType {
  readonly locals: readonly ValueType[]
  readonly body: Code
}

/** A local variable or parameter of a function. */
export interface Local {
  readonly index: number
  readonly get: Code
  readonly set: (value: Operand) => Code
  /** Sets it and leaves the value on the stack. */
  readonly tee: (value: Operand) => Code
}

/** What an instruction takes: code, a local (its value) or a number (a constant of the type at hand). */
export type Operand = Code | Local | number

export const bytes = (...list: readonly number[]): string => String.fromCharCode(...list)

/** Most numbers are one byte: made once. */
const single = Array.from({ length: 128 }, (_, n) => bytes(n))

export const unsigned = (n: number): string => {
  if (n >= 0 && n < 128) return single[n]
  let text = ''
  let rest = n >>> 0
  do {
    const low = rest & 0x7f
    rest >>>= 7
    text += bytes(rest === 0 ? low : low | 0x80)
  } while (rest !== 0)
  return text
}

export const signed = (n: number): string => {
  if (n >= -64 && n < 64) return single[n & 0x7f]
  let text = ''
  let rest = n | 0
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return text + bytes(low)
    text += bytes(low | 0x80)
  }
}

const scratch = new DataView(new ArrayBuffer(8))
export const integerBytes = (n: number): string => bytes(n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24)
/** The four bytes of a float32. */
export const floatBytes = (x: number): string => {
  scratch.setFloat32(0, x, true)
  return integerBytes(scratch.getInt32(0, true))
}
/** The eight bytes of a float64. */
export const doubleBytes = (x: number): string => {
  scratch.setFloat64(0, x, true)
  return integerBytes(scratch.getInt32(0, true)) + integerBytes(scratch.getInt32(4, true))
}

export const isCode = (x: Operand | Part): x is Code => typeof x === 'string' || Array.isArray(x)

/** The code that leaves `x` on the stack; `constant` is how its type writes a number. */
export const valueOf = (x: Operand, constant: (n: number) => Code): Code =>
  typeof x === 'string' ? x : typeof x === 'number' ? constant(x) : isCode(x) ? x : x.get

/** One after the other, as text where all are text. */
export const joined = (a: Code, b: Code, c = ''): Code =>
  typeof a === 'string' && typeof b === 'string' ? a + b + c : [a, b, c]

export const localAt = (index: number, constant: (n: number) => Code): Local => {
  const number = unsigned(index)
  return {
    index,
    get: `\x20${number}`,
    set: (value) => joined(valueOf(value, constant), `\x21${number}`),
    tee: (value) => joined(valueOf(value, constant), `\x22${number}`),
  }
}
