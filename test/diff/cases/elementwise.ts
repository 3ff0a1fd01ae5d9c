/** Functions of corresponding elements. */
import * as P from '../../../src/array/index.js'
import * as U from '../../../src/array/untyped.js'
import { any, apart, awayFromZero, between, type Case, of, type T } from './case.js'

const unary: readonly Case[] = [
  of('neg', [between([2, 3], -1, 1)], any(P.neg)),
  of('abs', [awayFromZero([2, 3])], any(P.abs)),
  of('exp', [between([2, 3], -2, 2)], any(P.exp)),
  of('log', [between([2, 3], 0.3, 2)], any(P.log)),
  of('log1p', [between([2, 3], -0.5, 2)], any(P.log1p)),
  of('sin', [between([2, 3], -3, 3)], any(P.sin)),
  of('cos', [between([2, 3], -3, 3)], any(P.cos)),
  of('tanh', [between([2, 3], -2, 2)], any(P.tanh)),
  of('erf', [between([2, 3], -2, 2)], any(P.erf)),
  of('sqrt', [between([2, 3], 0.3, 2)], any(P.sqrt)),
  of('sign', [awayFromZero([2, 3])], (x: T) => any(P.mul)(any(P.sign)(x), x)),
  of('floor', [between([2, 3], 0.1, 0.9)], (x: T) => any(P.mul)(any(P.floor)(any(P.add)(x, 3)), x)),
  of('cast to float64', [between([2, 3], -1, 1)], (x: T) => U.cast(x, 'float64')),
]

/** Every pattern of broadcasting, from either side. */
const shapes: readonly (readonly [P.Shape, P.Shape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[], [2, 3]],
  [
    [2, 1],
    [5, 1, 3],
  ],
  [
    [1, 3],
    [2, 1],
  ],
]
const binaryOf = (name: string, f: unknown, a: (shape: P.Shape) => T, b: (shape: P.Shape) => T): readonly Case[] =>
  shapes.map(([x, y]) => of(`${name} [${x}] [${y}]`, [a(x), b(y)], any(f)))

const binary: readonly Case[] = [
  ...binaryOf(
    'add',
    P.add,
    (n) => between(n, -1, 1),
    (n) => between(n, -1, 1, 2),
  ),
  ...binaryOf(
    'sub',
    P.sub,
    (n) => between(n, -1, 1),
    (n) => between(n, -1, 1, 2),
  ),
  ...binaryOf(
    'mul',
    P.mul,
    (n) => between(n, -1, 1),
    (n) => between(n, -1, 1, 2),
  ),
  ...binaryOf(
    'div',
    P.div,
    (n) => between(n, -1, 1),
    (n) => awayFromZero(n, 2),
  ),
  ...binaryOf(
    'pow',
    P.pow,
    (n) => between(n, 0.4, 2),
    (n) => between(n, -2, 2, 2),
  ),
  ...binaryOf(
    'maximum',
    P.maximum,
    (n) => apart(n),
    (n) => U.add(apart(n, 2), 0.05),
  ),
  ...binaryOf(
    'minimum',
    P.minimum,
    (n) => apart(n),
    (n) => U.add(apart(n, 2), 0.05),
  ),
  // a / b lies between 1 and 2
  ...binaryOf(
    'mod',
    P.mod,
    (n) => between(n, 1.2, 1.4),
    (n) => between(n, 0.8, 1.1, 2),
  ),
  of('pow by a number', [between([3], 0.4, 2)], (x: T) => any(P.pow)(x, 1.7)),
  of('pow by a whole number', [awayFromZero([3])], (x: T) => any(P.pow)(x, -3)),
  of('select', [between([2, 1], -1, 1), between([3], -1, 1, 2)], (a: T, b: T) =>
    any(P.select)(
      P.tensor([
        [true, false, true],
        [false, false, true],
      ]),
      a,
      b,
    ),
  ),
  of('select by a comparison', [apart([5])], (x: T) => any(P.select)(U.less(0, x), U.mul(x, x), U.neg(x))),
]

export const elementwise: readonly Case[] = [...unary, ...binary]
