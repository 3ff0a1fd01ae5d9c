/** What a reduction carries from element to element, and how two of them join. */
import type { DType } from '../../../../array/dtype.js'
import type { ReduceOp } from '../../../../array/node.js'
import { type Lanes, typeOf } from '../../emit/lanes.js'
import type { Shader } from '../../emit/shader.js'

/** Expressions of the parts of a state. */
export type Parts = readonly string[]

export interface State {
  readonly parts: readonly { readonly dtype: DType; readonly identity: string }[]
  /** The state of one element: its value and its place among the reduced ones, an i32. */
  readonly of: (value: string, place: string, lanes: Lanes) => Parts
  /** Statements that join `b` to the variables `a`. */
  readonly join: (a: Parts, b: Parts, lanes: Lanes) => string
  /** The result. */
  readonly result: (parts: Parts) => string
  /** Whether long chains of it lose digits. */
  readonly rounds: boolean
}

const identityOf = (shader: Shader, op: ReduceOp, dtype: DType): string => {
  if (op === 'sum') return shader.constant(0, dtype)
  if (op === 'prod') return shader.constant(1, dtype)
  const [least, most] =
    dtype === 'float32' ? [-Infinity, Infinity] : dtype === 'int32' ? [-0x80000000, 0x7fffffff] : [0, 0xffffffff]
  return shader.constant(op === 'max' ? least : most, dtype)
}

const folding = (shader: Shader, op: Exclude<ReduceOp, 'argMax'>, dtype: DType): State => {
  const isFloat = dtype === 'float32'
  const joined = (a: string, b: string, lanes: Lanes): string => {
    if (op === 'sum') return `${a} + ${b}`
    if (op === 'prod') return `${a} * ${b}`
    const name = isFloat ? shader.use(op === 'max' ? 'maximum' : 'minimum', lanes) : op
    return `${name}(${a}, ${b})`
  }
  return {
    parts: [{ dtype, identity: identityOf(shader, op, dtype) }],
    of: (value) => [value],
    join: ([a], [b], lanes) => `${a} = ${joined(a, b, lanes)};`,
    result: ([a]) => a,
    rounds: isFloat && (op === 'sum' || op === 'prod'),
  }
}

/**
 * The place of the largest element: words that are in the order of the elements, NaN above all, and places. Of equal
 * words the first place is taken, so that any order of joining gives the same.
 */
const placing = (shader: Shader, dtype: DType): State => ({
  parts: [
    { dtype: 'uint32', identity: '0u' },
    { dtype: 'int32', identity: '0x7fffffffi' },
  ],
  of: (value, place, lanes) => {
    const word = typeOf('uint32', lanes)
    if (dtype === 'float32') return [`${shader.use('order', lanes)}(${value})`, place]
    if (dtype === 'int32') return [`(bitcast<${word}>(${value}) ^ ${word}(0x80000000u))`, place]
    return [dtype === 'bool' ? `select(${word}(), ${word}(1u), ${value})` : value, place]
  },
  join: ([word, place], [otherWord, otherPlace]) => {
    const [other, better] = [shader.fresh('other'), shader.fresh('better')]
    return `let ${other} = ${otherWord};
let ${better} = (${other} > ${word}) | ((${other} == ${word}) & (${otherPlace} < ${place}));
${word} = select(${word}, ${other}, ${better});
${place} = select(${place}, ${otherPlace}, ${better});`
  },
  result: ([, place]) => place,
  rounds: false,
})

export const stateOf = (shader: Shader, op: ReduceOp, dtype: DType): State =>
  op === 'argMax' ? placing(shader, dtype) : folding(shader, op, dtype)
