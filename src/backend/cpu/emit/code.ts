/**
 * WebAssembly code as values: a tree of bytes that becomes one sequence of bytes at the very end.
 *
 * An expression is the tree of the instructions that leave its value on the stack, so expressions nest as calls of
 * TypeScript functions do. Calls name the function they call by its definition: its number is known only when a module
 * is put together.
 */

/** WebAssembly's value types, by their byte. */
export const valueTypes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const
export type ValueType = keyof typeof valueTypes

export type Code = readonly Part[]
export type Part = number | Code | Call | IndirectCall

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

/** Most numbers are one byte: made once. */
const single = Array.from({ length: 128 }, (_, n): readonly number[] => [n])

export const unsigned = (n: number): readonly number[] => {
  if (n >= 0 && n < 128) return single[n]
  const bytes: number[] = []
  let rest = n >>> 0
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? low : low | 0x80)
  } while (rest !== 0)
  return bytes
}

export const signed = (n: number): readonly number[] => {
  if (n >= -64 && n < 64) return single[n & 0x7f]
  const bytes: number[] = []
  let rest = n | 0
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}

const scratch = new DataView(new ArrayBuffer(8))
/** The four bytes of a float32. */
export const floatBytes = (x: number): number[] => {
  scratch.setFloat32(0, x, true)
  return [0, 1, 2, 3].map((i) => scratch.getUint8(i))
}
/** The eight bytes of a float64. */
export const doubleBytes = (x: number): number[] => {
  scratch.setFloat64(0, x, true)
  return [0, 1, 2, 3, 4, 5, 6, 7].map((i) => scratch.getUint8(i))
}
export const integerBytes = (n: number): number[] => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24]

const isCode = (x: Operand): x is Code => Array.isArray(x)

/** The code that leaves `x` on the stack; `constant` is how its type writes a number. */
export const valueOf = (x: Operand, constant: (n: number) => Code): Code =>
  typeof x === 'number' ? constant(x) : isCode(x) ? x : x.get

export const localAt = (index: number, constant: (n: number) => Code): Local => {
  const number = unsigned(index)
  return {
    index,
    get: [0x20, number],
    set: (value) => [valueOf(value, constant), 0x21, number],
    tee: (value) => [valueOf(value, constant), 0x22, number],
  }
}
