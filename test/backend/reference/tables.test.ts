/** The tables that `pullback/reference` hands out, against what devices compute. */
import { describe, expect, it } from 'vitest'
import * as P from '../../../src/array/index.js'
import { reference, scalarFunction, stridedView } from '../../../src/backend/reference/index.js'

const device = reference()
const any = <F>(f: F): ((...args: readonly unknown[]) => P.AnyTensor) => f as never
const of = (dtype: P.DType, values: readonly number[]): P.AnyTensor => any(P.tensor)(values, [values.length], dtype)
const numbers = (x: P.AnyTensor): number[] => [...P.toArray(device.evaluateSync(x))]

const left = [0.75, -2.5, 7, Number.NaN, -0, 2147483647]
const right = [2, 0.5, -3, 1, 0, 2]
const whole = (list: readonly number[]): number[] => list.map((x) => (Number.isNaN(x) ? 0 : Math.trunc(x)))

type Functions = Readonly<Record<string, (...args: readonly never[]) => unknown>>
const { abs, cos, erf, exp, floor, log, log1p, neg, sign, sin, sqrt, tanh } = P
const { add, and, div, equal, less, maximum, minimum, mod, mul, or, pow, shiftLeft, shiftRight, sub, xor } = P
const unary: Functions = { neg, abs, sign, exp, log, log1p, sin, cos, tanh, erf, sqrt, floor }
const binary: Functions = { add, sub, mul, div, mod, maximum, minimum, less, equal }
const bitwise: Functions = { and, or, xor }
const shifts: Functions = { shiftLeft, shiftRight }

describe('scalarFunction', () => {
  const check = (functions: Functions, dtype: P.DType, ...operands: readonly (readonly number[])[]): void => {
    const arrays = operands.map((values) => of(dtype, values))
    const [x, y = []] = arrays.map((array) => [...P.toArray(array)])
    for (const [op, f] of Object.entries(functions)) {
      const scalar = scalarFunction(op as 'add', dtype)!
      expect([op, ...x!.map((value, i) => scalar(value, y[i]!))]).toEqual([op, ...numbers(any(f)(...arrays))])
    }
  }
  it.each(['float32', 'float64'] as const)('is what each element becomes in %s', (dtype) => {
    check(unary, dtype, left)
    check({ ...binary, pow }, dtype, left, right)
  })
  it.each(['int32', 'uint32'] as const)('is what each element becomes in %s', (dtype) => {
    check({ ...binary, ...bitwise }, dtype, whole(left), whole(right))
    check(shifts, dtype, whole(left), [0, 1, 31, 5, 0, 16])
  })
  it('chooses, and casts between any two dtypes', () => {
    const select = scalarFunction('select', 'float32', 'bool')!
    expect([select(1, 2, 3), select(0, 2, 3)]).toEqual([2, 3])
    const x = of('float32', [...left, 5e9, -5e9])
    for (const dtype of ['float32', 'float64', 'int32', 'uint32', 'bool'] as const)
      expect([...P.toArray(x)].map((v) => scalarFunction('cast', dtype, 'float32')!(v))).toEqual(
        numbers(any(P.cast)(x, dtype)),
      )
  })
  it('is undefined where elements do not correspond, or bits are what counts', () => {
    for (const op of ['sum', 'reshape', 'matmul', 'iota', 'input', 'scan', 'bitcast'] as const)
      expect(scalarFunction(op, 'float32')).toBeUndefined()
  })
})

describe('stridedView', () => {
  /** The elements 0, 1, 2, ... of an array of shape `from`, as a view reads them. */
  const read = (move: Parameters<typeof stridedView>[0], from: P.Shape): number[] => {
    const { offset, strides } = stridedView(move, from)!
    const walk = (at: number, axis: number): number[] =>
      axis === move.shape.length
        ? [at]
        : Array.from({ length: move.shape[axis]! }, (_, i) => walk(at + i * strides[axis]!, axis + 1)).flat()
    return walk(offset, 0)
  }
  const x = any(P.reshape)(P.iota([30]), [2, 3, 5])
  it.each([
    ['reshape', [6, 5], [], any(P.reshape)(x, [6, 5])],
    ['barrier', [2, 3, 5], [], x],
    ['broadcast', [4, 2, 3, 5], [], any(P.broadcastTo)(x, [4, 2, 3, 5])],
    ['permute', [5, 2, 3], [2, 0, 1], any(P.permute)(x, [2, 0, 1])],
    ['slice', [1, 3, 2], [1, 0, 1, 1, 1, 2], any(P.slice)(x, [1, 0, 1], [2, 3, 5], [1, 1, 2])],
    ['flip', [2, 3, 5], [0, 2], any(P.flip)(x, [0, 2])],
    ['window', [2, 3, 3, 2], [3, 2, 1], any(P.window)(x, { size: [3], stride: [2], dilation: [1] })],
  ] as const)('%s reads what the primitive gives', (op, shape, attributes, wanted) => {
    expect(wanted.shape).toEqual(shape)
    expect(read({ op, shape, attributes }, [2, 3, 5])).toEqual(numbers(wanted))
  })
  it('is undefined for what computes, or depends on values', () => {
    for (const op of ['add', 'concat', 'dynamicSlice', 'pad', 'overlapAdd'] as const)
      expect(stridedView({ op, shape: [1], attributes: [0] }, [1])).toBeUndefined()
  })
})
