/** Elementwise operations as WGSL expressions; src/array/elementwise.ts states their meaning. */
import type { DType } from '../../../array/dtype.js'
import type { BinaryOp, UnaryOp } from '../../../array/node.js'
import type { Step } from '../../../engine/kernel.js'
import type { FunctionName } from '../math/names.js'
import { type Lanes, typeOf } from './lanes.js'
import type { Shader } from './shader.js'

const operators: Partial<Readonly<Record<BinaryOp, string>>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  less: '<',
  equal: '==',
  and: '&',
  or: '|',
  xor: '^',
}

/** Library functions where WGSL's own operations will not do. */
const floatFunctions: Partial<Readonly<Record<UnaryOp | BinaryOp, FunctionName>>> = {
  sign: 'sign',
  exp: 'exp',
  log: 'log',
  log1p: 'log1p',
  sin: 'sin',
  cos: 'cos',
  tanh: 'tanh',
  erf: 'erf',
  pow: 'pow',
  mod: 'modulo',
  maximum: 'maximum',
  minimum: 'minimum',
  less: 'less',
  equal: 'equal',
}
const intFunctions: Partial<Readonly<Record<BinaryOp, FunctionName>>> = { div: 'divideInt', mod: 'moduloInt' }
const uintFunctions: Partial<Readonly<Record<BinaryOp, FunctionName>>> = { div: 'divideUint', mod: 'moduloUint' }
const functionsOf: Readonly<Record<DType, Partial<Readonly<Record<string, FunctionName>>>>> = {
  float32: floatFunctions,
  float64: floatFunctions,
  int32: intFunctions,
  uint32: uintFunctions,
  bool: {},
}

const cast = (shader: Shader, x: string, from: DType, to: DType, lanes: Lanes): string => {
  if (from === to) return x
  const type = typeOf(to, lanes)
  if (from === 'float32') {
    if (to === 'bool') return `${shader.use('isTrue', lanes)}(${x})`
    return `${shader.use(to === 'int32' ? 'toInt' : 'toUint', lanes)}(${x})`
  }
  if (to === 'bool') return `(${x} != ${typeOf(from, lanes)}())`
  if (from === 'bool') return `select(${type}(), ${type}(1), ${x})`
  return `${type}(${x})`
}

const unary = (shader: Shader, op: UnaryOp, x: string, from: DType, to: DType, lanes: Lanes): string => {
  const type = typeOf(from, lanes)
  switch (op) {
    case 'cast':
      return cast(shader, x, from, to, lanes)
    case 'bitcast':
      return from === to ? x : `bitcast<${typeOf(to, lanes)}>(${x})`
    case 'neg':
      return from === 'uint32' ? `(${type}() - ${x})` : `(-${x})`
    case 'abs':
      return from === 'uint32' ? x : `abs(${x})`
    case 'floor':
      return from === 'float32' ? `floor(${x})` : x
    case 'sign':
      if (from === 'int32') return `sign(${x})`
      if (from === 'uint32') return `min(${x}, ${type}(1u))`
      break
    case 'sqrt':
      return `sqrt(${x})`
  }
  return `${shader.use(functionsOf[from][op]!, lanes)}(${x})`
}

/** Cheaper code where an argument is a number of the structure. */
const withConstants = (
  shader: Shader,
  op: BinaryOp,
  args: readonly string[],
  numbers: readonly (number | undefined)[],
  lanes: Lanes,
): string | undefined => {
  const known = numbers.findIndex((number) => number !== undefined)
  if (known < 0) return undefined
  const number = numbers[known]!
  if (Number.isNaN(number)) return undefined
  const [x, bound] = [args[1 - known], args[known]]
  if (op === 'maximum' && !Object.is(number, -0)) return `${shader.use('atLeast', lanes)}(${x}, ${bound})`
  if (op === 'minimum' && !Object.is(number, 0)) return `${shader.use('atMost', lanes)}(${x}, ${bound})`
  if ((op === 'less' && Number.isFinite(number)) || op === 'equal')
    return `((${args[0]} ${operators[op]} ${args[1]}) & !${shader.use('isNaN', lanes)}(${x}))`
  // A compiler that sees the 0 forgets about NaN and infinity.
  if ((op === 'mul' || op === 'div' || op === 'mod') && number === 0) {
    const zero = shader.zero(number)
    const hidden = op === 'mod' ? `${typeOf('float32', lanes)}(${zero})` : zero
    const [a, b] = known === 0 ? [hidden, x] : [x, hidden]
    return op === 'mod' ? `${shader.use('modulo', lanes)}(${a}, ${b})` : `(${a} ${operators[op]} ${b})`
  }
  if (op === 'pow' && known === 1) {
    if (number === 1) return x
    if (number === 2) return `(${x} * ${x})`
    if (number === 3) return `(${x} * ${x} * ${x})`
  }
  return undefined
}

const binary = (
  shader: Shader,
  op: BinaryOp,
  args: readonly string[],
  from: DType,
  numbers: readonly (number | undefined)[],
  lanes: Lanes,
): string => {
  if (from === 'float32') {
    // Of infinity and NaN less, by or modulo themselves a compiler that sees it makes 0 and 1.
    if (args[0] === args[1] && (op === 'sub' || op === 'div' || op === 'mod'))
      return binary(shader, op, [args[0], shader.hidden(args[1], lanes)], from, numbers, lanes)
    const short = withConstants(shader, op, args, numbers, lanes)
    if (short !== undefined) return short
  }
  const [a, b] = args
  if (from === 'bool') {
    if (op === 'less') return `(!${a} & ${b})`
    if (op === 'xor') return `(${a} != ${b})`
  }
  const name = functionsOf[from][op]
  if (name !== undefined) return `${shader.use(name, lanes)}(${a}, ${b})`
  if (op === 'shiftLeft' || op === 'shiftRight') {
    const word = typeOf('uint32', lanes)
    return `(${a} ${op === 'shiftLeft' ? '<<' : '>>'} (${from === 'uint32' ? b : `bitcast<${word}>(${b})`} & ${word}(31u)))`
  }
  if (op === 'maximum' || op === 'minimum') return `${op === 'maximum' ? 'max' : 'min'}(${a}, ${b})`
  return `(${a} ${operators[op]!} ${b})`
}

/** The value of one step; `from` is the dtype of its first argument, `numbers` those arguments that are constants. */
export const operation = (
  shader: Shader,
  step: Step,
  args: readonly string[],
  from: DType,
  numbers: readonly (number | undefined)[],
  lanes: Lanes,
): string => {
  if (step.op === 'select') return args[1] === args[2] ? args[1] : `select(${args[2]}, ${args[1]}, ${args[0]})`
  return step.args.length === 1
    ? unary(shader, step.op as UnaryOp, args[0], from, step.dtype, lanes)
    : binary(shader, step.op as BinaryOp, args, from, numbers, lanes)
}
