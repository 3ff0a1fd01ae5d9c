/** Scalar programs as WGSL statements. */
import type { DType } from '../../../array/dtype.js'
import type { Access, Body, Operand } from '../../../engine/kernel.js'
import { address } from './address.js'
import { type Lanes, typeOf } from './lanes.js'
import { operation } from './operation.js'
import type { Shader } from './shader.js'

export interface Emitted {
  /** Loads, then steps, then stores. */
  readonly code: string
  /** The expression of a value. */
  readonly value: (v: number) => string
}

/** The innermost stride: how far the places of four lanes are apart. */
const innermost = (strides: readonly number[]): number => (strides.length === 0 ? 0 : strides[strides.length - 1])

/** The number that an operand is at every place, if that is part of the structure. */
const numberOf = (each: Operand): number | undefined => {
  if (each.kind === 'constant') return each.value
  return each.kind === 'index' && each.strides.every((stride) => stride === 0) ? each.offset : undefined
}

/** The value of a flat number as an element of a dtype. */
const numberAs = (dtype: DType, number: string, lanes: Lanes): string => {
  if (dtype === 'int32') return number
  return dtype === 'bool' ? `(${number} != ${typeOf('int32', lanes)}())` : `${typeOf(dtype, lanes)}(${number})`
}

/**
 * Whether four places that begin at multiples of 4 of the last dim are four elements that begin at multiples of 4 of the
 * buffer.
 */
export const isVector = (shader: Shader, { buffer, offset, strides }: Access): boolean =>
  innermost(strides) === 1 &&
  offset % 4 === 0 &&
  strides.slice(0, -1).every((stride) => stride % 4 === 0) &&
  shader.canVector(buffer)

/** A body, and the value of it that is reduced, where one is. */
type Used = Body & { readonly value?: number }

/**
 * The values that only halves keep, and that the body goes on with. They are rounded at once, so that it has the same
 * value as those that load it: what is compared for equality stays equal.
 */
const roundedIn = (shader: Shader, { stores, steps, value: reduced }: Used): ReadonlySet<number> => {
  const halves = new Set<number>()
  for (const { value, access } of stores)
    if (shader.isHalf(access.buffer) && (value === reduced || steps.some(({ args }) => args.includes(value))))
      halves.add(value)
  for (const { value, access } of stores) if (!shader.isHalf(access.buffer)) halves.delete(value)
  return halves
}

const four = (f: (lane: number) => string): string => [0, 1, 2, 3].map(f).join(', ')

/**
 * Statements that compute a body at one place, or at four that are neighbours in the last dim; `at` are i32 expressions,
 * one for each dim of the nest (of the first of four places). `result` is what an epilogue starts from, `given` has the
 * operands that the caller has loaded already. Values are
 * constants of the shader's function: two bodies in one scope do not meet.
 */
export const emitBody = (
  shader: Shader,
  body: Used,
  at: readonly string[],
  result?: string,
  lanes: Lanes = 1,
  given: ReadonlyMap<number, string> = new Map(),
): Emitted => {
  const lines: string[] = []
  const values: string[] = []
  const halves = roundedIn(shader, body)
  const dtypes: DType[] = []
  const numbers: (number | undefined)[] = []

  const named = (expression: string): string => {
    const name = shader.fresh('v')
    lines.push(`let ${name} = ${expression};`)
    return name
  }
  const spread = (dtype: DType, expression: string): string =>
    lanes === 1 ? expression : `${typeOf(dtype, lanes)}(${expression})`

  const load = (access: Access, dtype: DType): string => {
    const index = address(access, at)
    const stride = innermost(access.strides)
    if (lanes === 1 || stride === 0) return spread(dtype, shader.load(access.buffer, index))
    if (isVector(shader, access)) return shader.loadVector(access.buffer, index)
    const first = shader.fresh('at')
    lines.push(`let ${first} = ${index};`)
    return `${typeOf(dtype, lanes)}(${four((lane) => shader.load(access.buffer, `${first} + ${lane * stride}i`))})`
  }

  const operand = (each: Operand): string => {
    switch (each.kind) {
      case 'load':
        return named(load(each.access, each.dtype))
      case 'scalar':
        return named(spread(each.dtype, shader.scalar(each.index, each.dtype)))
      case 'constant':
        // Named, so that no expression is constant: WGSL refuses those that overflow or divide by 0.
        return named(spread(each.dtype, shader.constant(each.value, each.dtype)))
      case 'index': {
        const first = address(each, at)
        const stride = innermost(each.strides)
        const number = lanes === 1 ? first : `(vec4i(${first}) + vec4i(${four((lane) => `${lane * stride}i`)}))`
        return named(numberAs(each.dtype, number, lanes))
      }
      default:
        return result!
    }
  }

  const rounded = (v: number, value: string): string =>
    halves.has(v) ? named(`${shader.use('throughHalf', lanes)}(${value})`) : value

  for (const [v, each] of body.operands.entries()) {
    const known = given.get(v)
    values.push(rounded(v, known === undefined ? operand(each) : named(known)))
    dtypes.push(each.dtype)
    numbers.push(numberOf(each))
  }
  for (const step of body.steps) {
    const { args, dtype } = step
    const pick = <T>(list: readonly T[]): T[] => args.map((arg) => list[arg])
    const value = operation(shader, step, pick(values), dtypes[args[0]], pick(numbers), lanes)
    // What is another value, such as a select of one alone, keeps its name, by which operations know that they are alike.
    values.push(rounded(values.length, values.includes(value) ? value : named(value)))
    dtypes.push(dtype)
    numbers.push(undefined)
  }
  for (const { value, access } of body.stores) {
    const index = address(access, at)
    if (lanes === 1) lines.push(shader.store(access.buffer, index, values[value]))
    else if (isVector(shader, access)) lines.push(shader.storeVector(access.buffer, index, values[value]))
    else {
      const first = shader.fresh('at')
      lines.push(`let ${first} = ${index};`)
      const stride = innermost(access.strides)
      for (const lane of [0, 1, 2, 3])
        lines.push(shader.store(access.buffer, `${first} + ${lane * stride}i`, `${values[value]}[${lane}]`))
    }
  }
  return { code: lines.join('\n'), value: (v) => values[v] }
}
