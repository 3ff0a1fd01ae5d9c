/**
 * The body of a kernel before code: its pointers, equal ones merged, and the structure that decides the code.
 */
import type { DType } from '../../../array/dtype.js'
import type { Access, Body, Step } from '../../../engine/kernel.js'
import { addressOf, type Word } from './launch.js'
import type { Nest } from './nest.js'

export interface Pointer {
  readonly base: Word
  /** Bytes (an iota's number itself) for a step in each dim. */
  readonly strides: readonly number[]
}

export type StructuredOperand =
  | { readonly kind: 'load'; readonly dtype: DType; readonly pointer: number }
  | { readonly kind: 'index'; readonly dtype: DType; readonly pointer: number }
  | { readonly kind: 'scalar'; readonly dtype: DType; readonly scalar: number }
  | { readonly kind: 'constant'; readonly dtype: DType; readonly value: number }

export interface StructuredBody {
  readonly operands: readonly StructuredOperand[]
  readonly steps: readonly Step[]
  readonly stores: readonly StructuredStore[]
}

export interface StructuredStore {
  readonly value: number
  readonly pointer: number
  /** Pointers of loads that may be in the memory that this one writes, at the same places. */
  readonly over: readonly number[]
}

export interface PlannedBody {
  readonly structure: StructuredBody
  readonly pointers: readonly Pointer[]
  readonly scalars: readonly Word[]
}

const bytes = (strides: readonly number[]): number[] => strides.map((stride) => 4 * stride)

/**
 * Stores come first among the pointers: they decide the order of a nest. `result` is where an epilogue reads the result
 * of its kernel; `extra` are pointers that the kernel itself needs, and come last; `overlap` says whether two buffers may
 * be the same memory.
 */
export const planBody = (
  body: Body,
  result?: Access,
  extra: readonly Pointer[] = [],
  overlap: (stored: number, loaded: number) => boolean = () => true,
): PlannedBody => {
  const pointers: Pointer[] = []
  const numbers = new Map<string, number>()
  const scalars: Word[] = []
  const pointerOf = (key: string, pointer: Pointer): number => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, pointers.length)
    pointers.push(pointer)
    return pointers.length - 1
  }
  const accessPointer = ({ buffer, offset, strides }: Access): number =>
    pointerOf(`${buffer}:${offset}:${strides.join()}`, { base: addressOf(buffer, offset), strides: bytes(strides) })
  const stored = body.stores.map(({ access }) => accessPointer(access))
  const operands = body.operands.map((operand): StructuredOperand => {
    const { kind, dtype } = operand
    if (kind === 'constant') return { kind, dtype, value: operand.value }
    if (kind === 'scalar') {
      scalars.push({ kind, index: operand.index, dtype })
      return { kind, dtype, scalar: scalars.length - 1 }
    }
    if (kind === 'index') {
      const { offset, strides } = operand
      return { kind, dtype, pointer: pointerOf(`#${offset}:${strides.join()}`, { base: offset, strides }) }
    }
    return { kind: 'load', dtype, pointer: accessPointer(kind === 'load' ? operand.access : result!) }
  })
  const loads = body.operands.flatMap((operand) =>
    operand.kind === 'load' ? [operand.access] : operand.kind === 'result' ? [result!] : [],
  )
  const stores = body.stores.map(({ value, access }, i) => {
    const shared = loads.filter(({ buffer }) => overlap(access.buffer, buffer))
    return { value, pointer: stored[i], over: [...new Set(shared.map(accessPointer))] }
  })
  const steps = body.steps.map(({ op, dtype, args }) => ({ op, dtype, args }))
  return { structure: { operands, steps, stores }, pointers: [...pointers, ...extra], scalars }
}

export const nestOf = (dims: readonly number[], pointers: readonly Pointer[]): Nest => ({
  dims,
  strides: pointers.map(({ strides }) => strides),
})

/** How a pointer moves in the vectorised dim, in elements: what the code of a load depends on. */
export type StrideClass = 0 | 1 | 2 | -1 | 'far'

export const strideClass = (stride: number): StrideClass =>
  stride === 0 ? 0 : stride === 4 ? 1 : stride === 8 ? 2 : stride === -4 ? -1 : 'far'

/** The classes of all pointers in dim `d`; the number of an iota is only still or not. */
export const strideClasses = ({ structure, pointers }: PlannedBody, nest: Nest, d: number): StrideClass[] => {
  const indices = new Set(structure.operands.flatMap((operand) => (operand.kind === 'index' ? [operand.pointer] : [])))
  return pointers.map((_, p) => {
    const stride = nest.strides[p][d] ?? 0
    return indices.has(p) ? (stride === 0 ? 0 : 'far') : strideClass(stride)
  })
}

/** What of the body decides the code, as text. */
export const structureKey = (structure: StructuredBody, classes: readonly StrideClass[]): string => {
  const operands = structure.operands.map((operand) =>
    operand.kind === 'constant'
      ? `${operand.dtype}=${Object.is(operand.value, -0) ? '-0' : operand.value}`
      : operand.kind === 'scalar'
        ? `${operand.dtype}$${operand.scalar}`
        : `${operand.dtype}${operand.kind === 'index' ? '#' : '@'}${operand.pointer}`,
  )
  const steps = structure.steps.map(({ op, dtype, args }) => `${op}:${dtype}(${args.join()})`)
  const stores = structure.stores.map(({ value, pointer }) => `${value}>${pointer}`)
  return `${operands.join(' ')}|${steps.join(' ')}|${stores.join(' ')}|${classes.join()}`
}

const slow: ReadonlySet<string> = new Set(['exp', 'log', 'log1p', 'tanh', 'erf', 'sin', 'cos', 'pow', 'mod'])

/** About how many nanoseconds a body takes for so many places. */
export const workOf = ({ operands, steps, stores }: Body, places: number): number => {
  const accesses = stores.length + operands.filter(({ kind }) => kind === 'load').length
  const costly = steps.filter(({ op }) => slow.has(op)).length
  return places * (0.1 * accesses + 0.05 * steps.length + 1.5 * costly)
}
