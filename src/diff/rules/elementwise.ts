/**
 * Derivatives of functions of corresponding elements, in terms of the output y and the inputs. Domain trouble is said on
 * the line. Where a factor is infinite the product with a cotangent of 0 is NaN: mask the argument, not the result.
 */
import type { BinaryOp, UnaryOp } from '../../array/node.js'
import type { AnyTensor as A } from '../../array/tensor.js'
import {
  add,
  and,
  asTensor,
  cast,
  cos,
  div,
  equal,
  exp,
  floor,
  less,
  log,
  mul,
  neg,
  or,
  pow,
  select,
  sign,
  sin,
  sub,
} from '../../array/untyped.js'
import { unbroadcastAny } from '../unbroadcast.js'
import type { Rule } from './rule.js'

const twoOverRootPi = 1.1283791670955126

const unary: Readonly<Partial<Record<UnaryOp, (c: A, y: A, x: A) => A>>> = {
  neg: (c) => neg(c),
  abs: (c, _, x) => mul(c, sign(x)), //                                     0 at 0
  exp: (c, y) => mul(c, y),
  log: (c, _, x) => div(c, x), //                                           infinite at 0
  log1p: (c, _, x) => div(c, add(x, 1)), //                                 infinite at -1
  sin: (c, _, x) => mul(c, cos(x)),
  cos: (c, _, x) => mul(neg(c), sin(x)),
  tanh: (c, y) => mul(c, sub(1, mul(y, y))),
  erf: (c, _, x) => mul(c, mul(exp(neg(mul(x, x))), twoOverRootPi)),
  sqrt: (c, y) => div(c, mul(y, 2)), //                                     infinite at 0
  cast: (c, _, x) => cast(c, x.dtype),
}

type Derivative = (c: A, y: A, a: A, b: A) => A

/** The larger takes all; equal operands take half each. */
const toLarger: Derivative = (c, _, a, b) => select(less(b, a), c, select(equal(a, b), mul(c, 0.5), 0))
const toSmaller: Derivative = (c, _, a, b) => select(less(a, b), c, select(equal(a, b), mul(c, 0.5), 0))

/** b a^(b-1): 0 where b is 0, also at a = 0, where the power is infinite. */
const powerByBase: Derivative = (c, _, a, b) => {
  const constant = equal(b, 0)
  return mul(c, select(constant, 0, mul(b, pow(a, select(constant, 1, sub(b, 1))))))
}

/** y log(a): 0 at a = 0 for b >= 0, the limit from above; NaN for negative a, which only whole exponents allow. */
const powerByExponent: Derivative = (c, y, a, b) => {
  const limit = and(equal(a, 0), or(less(0, b), equal(b, 0)))
  return mul(c, select(limit, 0, mul(y, log(select(limit, 1, a)))))
}

const binary: Readonly<Partial<Record<BinaryOp, readonly [Derivative, Derivative]>>> = {
  add: [(c) => c, (c) => c],
  sub: [(c) => c, (c) => neg(c)],
  mul: [(c, _, __, b) => mul(c, b), (c, _, a) => mul(c, a)],
  div: [(c, _, __, b) => div(c, b), (c, y, _, b) => neg(mul(div(c, b), y))], // infinite where b is 0
  pow: [powerByBase, powerByExponent],
  maximum: [toLarger, (c, y, a, b) => toLarger(c, y, b, a)],
  minimum: [toSmaller, (c, y, a, b) => toSmaller(c, y, b, a)],
  mod: [(c) => c, (c, _, a, b) => mul(neg(c), floor(div(a, b)))], //          jumps where a / b is whole
}

const unaryRule =
  (derivative: (c: A, y: A, x: A) => A): Rule =>
  (c, node) =>
    derivative(c, asTensor(node), asTensor(node.input(0)))

const binaryRule =
  (derivatives: readonly [Derivative, Derivative]): Rule =>
  (c, node, input) => {
    const [a, b] = [node.input(0), node.input(1)]
    const cotangent = derivatives[input as 0 | 1](c, asTensor(node), asTensor(a), asTensor(b))
    return unbroadcastAny(cotangent, node.input(input).shape)
  }

/** The condition is a bool, so `input` is 1 or 2. */
const selectRule: Rule = (c, node, input) => {
  const condition = asTensor(node.input(0))
  const cotangent = input === 1 ? select(condition, c, 0) : select(condition, 0, c)
  return unbroadcastAny(cotangent, node.input(input).shape)
}

const each = <T>(table: Readonly<Record<string, T>>, rule: (entry: T) => Rule): Record<string, Rule> =>
  Object.fromEntries(Object.entries(table).map(([op, entry]) => [op, rule(entry)]))

export const elementwiseRules: Readonly<Record<string, Rule>> = {
  ...each(unary, unaryRule),
  ...each(binary, binaryRule),
  select: selectRule,
}
