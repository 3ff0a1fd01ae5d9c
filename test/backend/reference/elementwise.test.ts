import { describe, expect, it } from 'vitest'
import * as P from '../../../src/array/index.js'
import * as scalar from '../../../src/array/scalar/index.js'
import { reference } from '../../../src/backend/reference/index.js'

const device = reference()
const any = <F>(f: F): ((...args: readonly unknown[]) => P.AnyTensor) => f as never
const of = (dtype: P.DType, ...values: readonly number[]): P.AnyTensor =>
  P.tensor(values, [values.length], dtype) as P.AnyTensor
const numbers = (x: P.AnyTensor): number[] => [...P.toArray(device.evaluateSync(x))]
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

describe('floats', () => {
  it('round after every operation in float32', () => {
    const [a, b] = [of('float32', 16777216, 0.1, 1), of('float32', 1, 0.2, 3)]
    expect(numbers(any(P.add)(a, b))).toEqual([16777216, Math.fround(Math.fround(0.1) + Math.fround(0.2)), 4])
    expect(numbers(any(P.div)(a, b))[2]).toBe(Math.fround(1 / 3))
    expect(numbers(any(P.mul)(a, b))[1]).toBe(Math.fround(Math.fround(0.1) * Math.fround(0.2)))
  })
  it('use the deterministic functions', () => {
    const x = [0.3, 1.7, 2.5]
    const pairs = [
      [P.exp, scalar.exp],
      [P.log, scalar.log],
      [P.log1p, scalar.log1p],
      [P.sin, scalar.sin],
      [P.cos, scalar.cos],
      [P.tanh, scalar.tanh],
      [P.erf, scalar.erf],
    ] as const
    for (const [f, g] of pairs) {
      expect(numbers(any(f)(of('float64', ...x)))).toEqual(x.map(g))
      expect(numbers(any(f)(of('float32', ...x)))).toEqual(x.map((v) => Math.fround(g(Math.fround(v)))))
    }
    expect(numbers(any(P.pow)(of('float64', 2, 3), of('float64', 0.5, -1.5)))).toEqual([
      scalar.pow(2, 0.5),
      scalar.pow(3, -1.5),
    ])
  })
  it('keep NaN, and the sign of zero', () => {
    expect(numbers(any(P.maximum)(of('float32', nan, 1, -0), of('float32', 1, nan, 0)))).toEqual([nan, nan, 0])
    expect(numbers(any(P.minimum)(of('float32', nan, 1, 0), of('float32', 1, nan, -0)))).toEqual([nan, nan, -0])
    expect(numbers(any(P.sign)(of('float64', nan, -0, 0, -3)))).toEqual([nan, -0, 0, -1])
    expect(numbers(any(P.neg)(of('float32', 0, -1)))).toEqual([-0, 1])
    expect(numbers(any(P.tanh)(of('float32', -0)))).toEqual([-0])
  })
  it('mod has the sign of the divisor', () => {
    expect(numbers(any(P.mod)(of('float64', 5, -5, 5, -5), of('float64', 3, 3, -3, -3)))).toEqual([2, 1, -1, -2])
  })
  it('compare false with NaN', () => {
    const [a, b] = [of('float32', nan, 1, 2), of('float32', nan, 2, 2)]
    expect(numbers(any(P.less)(a, b))).toEqual([0, 1, 0])
    expect(numbers(any(P.equal)(a, b))).toEqual([0, 0, 1])
    expect(numbers(any(P.notEqual)(a, b))).toEqual([1, 1, 0])
    expect(numbers(any(P.greaterEqual)(a, b))).toEqual([0, 0, 1])
    expect(numbers(any(P.lessEqual)(a, b))).toEqual([0, 1, 1])
  })
})

describe('integers', () => {
  it('wrap around', () => {
    expect(numbers(any(P.add)(of('int32', 0x7fffffff), 1))).toEqual([-0x80000000])
    expect(numbers(any(P.sub)(of('uint32', 0), 1))).toEqual([0xffffffff])
    expect(numbers(any(P.mul)(of('int32', 0x10001), of('int32', 0x10001)))).toEqual([0x20001])
    expect(numbers(any(P.mul)(of('uint32', 0xffffffff), of('uint32', 0xffffffff)))).toEqual([1])
    expect(numbers(any(P.neg)(of('int32', -0x80000000, 5)))).toEqual([-0x80000000, -5])
    expect(numbers(any(P.abs)(of('int32', -0x80000000, -5)))).toEqual([-0x80000000, 5])
    expect(numbers(any(P.neg)(of('uint32', 1)))).toEqual([0xffffffff])
  })
  it('divide towards zero, and to 0 by 0', () => {
    expect(numbers(any(P.div)(of('int32', 7, -7, 5, -0x80000000), of('int32', 2, 2, 0, -1)))).toEqual([
      3, -3, 0, -0x80000000,
    ])
    expect(numbers(any(P.div)(of('uint32', 0xffffffff, 5), of('uint32', 2, 0)))).toEqual([0x7fffffff, 0])
  })
  it('mod has the sign of the divisor; by 0 it is the dividend, as a - (a / 0) 0', () => {
    expect(numbers(any(P.mod)(of('int32', 5, -5, 5, -5, 7), of('int32', 3, 3, -3, -3, 0)))).toEqual([2, 1, -1, -2, 7])
    expect(numbers(any(P.mod)(of('uint32', 0xffffffff), of('uint32', 10)))).toEqual([5])
  })
  it('shift with the sign or without', () => {
    expect(numbers(any(P.shiftLeft)(of('int32', 1, 3), of('int32', 31, 1)))).toEqual([-0x80000000, 6])
    expect(numbers(any(P.shiftLeft)(of('uint32', 3), of('uint32', 31)))).toEqual([0x80000000])
    expect(numbers(any(P.shiftRight)(of('int32', -8), of('int32', 1)))).toEqual([-4])
    expect(numbers(any(P.shiftRight)(of('uint32', 0x80000000), of('uint32', 31)))).toEqual([1])
  })
  it('have bits', () => {
    const [a, b] = [of('uint32', 0xf0f0f0f0), of('uint32', 0xff00ff00)]
    expect(numbers(any(P.and)(a, b))).toEqual([0xf000f000])
    expect(numbers(any(P.or)(a, b))).toEqual([0xfff0fff0])
    expect(numbers(any(P.xor)(a, b))).toEqual([0x0ff00ff0])
    expect(numbers(P.logicalNot(P.tensor([true, false])) as P.AnyTensor)).toEqual([0, 1])
  })
})

describe('casts', () => {
  it('truncate, saturate, and make NaN 0', () => {
    const x = of('float64', 1.9, -1.9, 1e10, -1e10, nan, infinity)
    expect(numbers(any(P.cast)(x, 'int32'))).toEqual([1, -1, 0x7fffffff, -0x80000000, 0, 0x7fffffff])
    expect(numbers(any(P.cast)(x, 'uint32'))).toEqual([1, 0, 0xffffffff, 0, 0, 0xffffffff])
    expect(numbers(any(P.cast)(x, 'bool'))).toEqual([1, 1, 1, 1, 1, 1])
    expect(numbers(any(P.cast)(of('float32', 0, -0, 0.5), 'bool'))).toEqual([0, 0, 1])
  })
  it('keep 32 bits between integers, and round to float32', () => {
    expect(numbers(any(P.cast)(of('int32', -1), 'uint32'))).toEqual([0xffffffff])
    expect(numbers(any(P.cast)(of('uint32', 0xffffffff), 'int32'))).toEqual([-1])
    expect(numbers(any(P.cast)(of('int32', 16777217), 'float32'))).toEqual([16777216])
    expect(numbers(any(P.cast)(of('float64', 0.1), 'float32'))).toEqual([Math.fround(0.1)])
    expect(numbers(any(P.cast)(P.tensor([true, false]), 'float32'))).toEqual([1, 0])
  })
  it('bitcast reads the same bits', () => {
    expect(numbers(any(P.bitcast)(of('float32', 1, -2), 'uint32'))).toEqual([0x3f800000, 0xc0000000])
    expect(numbers(any(P.bitcast)(of('int32', 0x3f800000), 'float32'))).toEqual([1])
  })
})

it('broadcasts from either side, and reads only the element that select chooses', () => {
  const [row, column] = [P.tensor([1, 2, 3]), P.tensor([[10], [20]])]
  expect(numbers(any(P.sub)(column, row))).toEqual([9, 8, 7, 19, 18, 17])
  expect(numbers(any(P.select)(P.tensor([true, false, true]), column, P.literal(nan)))).toEqual([
    10,
    nan,
    10,
    20,
    nan,
    20,
  ])
  expect(numbers(any(P.add)(P.literal(1), P.literal(2)))).toEqual([3])
  expect(numbers(any(P.add)(P.zeros([0, 3]), row))).toEqual([])
})
