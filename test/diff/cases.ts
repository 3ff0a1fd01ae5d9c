/** One case for every derivative rule, on sizes that are unequal and away from kinks by construction. */
import { alias } from '../../src/array/control.js'
import * as P from '../../src/array/index.js'
import * as U from '../../src/array/untyped.js'
import { uniformOf } from '../../src/diff/uniform.js'

export type T = P.AnyTensor

const sizeOf = (shape: P.Shape): number => shape.reduce((a, b) => a * b, 1)
const fill = (shape: P.Shape, value: (i: number) => number): T =>
  P.tensor(
    Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
    shape,
    'float64',
  ) as T

/** In (low, high). */
export const between = (shape: P.Shape, low: number, high: number, seed = 1): T => {
  const uniform = uniformOf(seed)
  return fill(shape, () => low + (high - low) * uniform())
}
/** At least 0.3 away from 0. */
export const awayFromZero = (shape: P.Shape, seed = 1): T => {
  const uniform = uniformOf(seed)
  return fill(shape, () => (uniform() < 0.5 ? -1 : 1) * (0.3 + 1.2 * uniform()))
}
/** All at least 0.1 apart, in no order, 0.03 above a multiple of 0.1. */
export const apart = (shape: P.Shape, seed = 1): T => {
  const uniform = uniformOf(seed)
  const n = sizeOf(shape)
  const order = Array.from({ length: n }, (_, i) => ({ i, key: uniform() })).sort((a, b) => a.key - b.key)
  return fill(shape, (i) => 0.1 * (order[i]!.i - Math.floor(n / 2)) + 0.03)
}
const ints = (values: readonly number[], shape: P.Shape = [values.length]): P.Tensor<P.Shape, 'int32'> =>
  P.tensor(values, shape, 'int32')

export interface Case {
  readonly name: string
  readonly f: (...args: readonly T[]) => unknown
  readonly args: readonly T[]
}
const of = (name: string, args: readonly T[], f: (...args: readonly never[]) => unknown): Case => ({
  name,
  args,
  f: f as Case['f'],
})
const any = <F>(f: F): ((...args: readonly unknown[]) => T) => f as never

const s = 0.6
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

const reductions = Object.entries({
  sum: P.sum,
  prod: P.prod,
  max: P.max,
  min: P.min,
  mean: P.mean,
  variance: P.variance,
  logSumExp: P.logSumExp,
})
const reduce: readonly Case[] = reductions.flatMap(([name, reduction]) => {
  const f = any(reduction)
  return [
    of(`${name} over all`, [apart([2, 3])], (x: T) => f(x)),
    of(`${name} over the first axis`, [apart([2, 3])], (x: T) => f(x, 0)),
    of(`${name} over the last axis`, [apart([2, 3])], (x: T) => f(x, -1, true)),
    of(`${name} over two axes apart`, [apart([2, 3, 5])], (x: T) => f(x, [0, 2])),
  ]
})

const move: readonly Case[] = [
  of('reshape', [between([2, 3], -1, 1)], (x: T) => P.reshape(x, [3, -1])),
  of('permute', [between([2, 3, 5], -1, 1)], (x: T) => U.permute(x, [2, 0, 1])),
  of('broadcastTo', [between([3, 1], -1, 1)], (x: T) => P.broadcastTo(x, [2, 3, 5])),
  of('pad', [between([2, 3], -1, 1), between([], -1, 1, 2)], (x: T, value: T) =>
    any(P.pad)(
      x,
      [
        [1, 0],
        [2, 3],
      ],
      value,
    ),
  ),
  of('slice', [between([5, 3], -1, 1)], (x: T) => P.slice(x, [1, 0], [4, 2])),
  of('slice by steps', [between([5, 7, 3], -1, 1)], (x: T) => P.slice(x, [1, 0, 0], [5, 6, 3], [2, 3, 1])),
  of('slice by steps that fit', [between([6, 4], -1, 1)], (x: T) => P.slice(x, [0, 1], [6, 4], [3, 3])),
  of('slice of nothing', [between([5, 3], -1, 1)], (x: T) => P.slice(x, [1, 0], [1, 3], [2, 2])),
  of('flip', [between([2, 3, 5], -1, 1)], (x: T) => P.flip(x, [0, 2])),
  of('concat', [between([2, 3], -1, 1), between([2, 5], -1, 1, 2)], (a: T, b: T) => any(P.concatAll)([a, b, a], 1)),
  of('stack', [between([3], -1, 1), between([3], -1, 1, 2)], (a: T, b: T) => any(P.stack)([a, b], 1)),
  of('dynamicSlice', [between([5, 3, 2], -1, 1)], (x: T) => P.dynamicSlice(x, ints([1, 0, 1]), [2, 3, 1])),
  of('dynamicSlice, corner moved', [between([5, 3], -1, 1)], (x: T) => P.dynamicSlice(x, ints([9, -4]), [2, 2])),
]

/** Operands with every kind of leading axes: none, own, shared, of size 1, missing. */
const products: readonly (readonly [P.Shape, P.Shape])[] = [
  [
    [2, 3],
    [3, 5],
  ],
  [
    [4, 2, 3],
    [3, 5],
  ],
  [
    [2, 3],
    [4, 3, 5],
  ],
  [
    [4, 2, 3],
    [4, 3, 5],
  ],
  [
    [4, 1, 2, 3],
    [6, 3, 5],
  ],
  [
    [4, 6, 2, 3],
    [6, 3, 5],
  ],
  [
    [1, 2, 3],
    [4, 3, 5],
  ],
  [
    [6, 1, 2, 3],
    [1, 4, 3, 5],
  ],
  [
    [2, 1],
    [1, 3],
  ],
]
const contract: readonly Case[] = products.map(([a, b]) =>
  of(`matmul [${a}] [${b}]`, [between(a, -1, 1), between(b, -1, 1, 2)], any(P.matmul)),
)

const windows: readonly P.WindowOptions[] = [
  { size: [3, 2], stride: [1, 1], dilation: [1, 1] },
  { size: [2, 3], stride: [2, 1], dilation: [1, 2] },
  { size: [2, 2], stride: [3, 2], dilation: [3, 1] },
  { size: [2, 2], stride: [2, 2], dilation: [1, 1] },
]
const window: readonly Case[] = windows.flatMap((options) => {
  const x = between([2, 7, 6], -1, 1)
  const y = between(P.window(x, options).shape, -1, 1)
  const name = JSON.stringify(Object.values(options))
  return [
    of(`window ${name}`, [x], (x: T) => P.window(x, options)),
    of(`overlapAdd ${name}`, [y], (y: T) => U.overlapAdd(y, [7, 6], options)),
  ]
})

const indices = ints([2, 0, 2, -1, 4, 9], [2, 3])
const indexing: readonly Case[] = [
  of('gather', [between([5, 3], -1, 1)], (x: T) => P.gather(x, indices)),
  of('gather along the last axis', [between([2, 5], -1, 1)], (x: T) => P.gather(x, indices, 1)),
  of('scatterAdd', [between([2, 3, 2], -1, 1)], (x: T) => U.scatterAdd(indices as T, x, 5)),
  of('cumulativeSum', [between([2, 3, 5], -1, 1)], (x: T) => U.cumulativeSum(x, 1)),
  of('sort', [apart([2, 5])], (x: T) => any(P.sort)(x)),
  of('sort along the first axis', [apart([3, 2])], (x: T) => any(P.sort)(x, 0, { descending: true })),
  of('takeAlongAxis', [between([3, 2], -1, 1)], (x: T) => P.takeAlongAxis(x, ints([1, 0, 2, 2, 7, -1], [3, 2]), 0)),
]

const control: readonly Case[] = [
  of('alias', [between([2], -1, 1)], (x: T) => alias(x)),
  of('barrier', [between([2], -1, 1)], (x: T) => any(P.mul)(any(P.barrier)(U.exp(x), x), x)),
]

type Carry = readonly [T, T]
const recurrence =
  (reverse: boolean) =>
  (w: T, b: T, h: T, xs: T): unknown =>
    P.scan(
      (h: T, x: T) => {
        const next = any(P.tanh)(U.add(U.add(U.matmul(h, w), b), x))
        return [next, { h: next, gate: U.mul(next, x) }] as const
      },
      h,
      xs,
      { reverse },
    )
const loops: readonly Case[] = [1, 2, 5].flatMap((length) =>
  [false, true].map((reverse) =>
    of(
      `scan of ${length}${reverse ? ' in reverse' : ''}`,
      [between([3, 3], -s, s), between([3], -s, s, 2), between([2, 3], -s, s, 3), between([length, 2, 3], -s, s, 4)],
      recurrence(reverse),
    ),
  ),
)
const scan: readonly Case[] = [
  ...loops,
  of('scan without sequences', [between([2], -1, 1), between([2], -1, 1, 2)], (x: T, k: T) =>
    P.scan((c: Carry) => [[c[1], U.mul(c[0], k)] as Carry, c[0]] as const, [x, k] as Carry, [], { length: 3 }),
  ),
  of('scan without a carry', [between([3, 2], -1, 1)], (xs: T) =>
    P.scan((c: readonly T[], x: T) => [c, U.mul(x, x)] as const, [], xs),
  ),
  of('scan that counts', [between([2], 0.5, 1)], (x: T) =>
    P.scan(
      ({ n, p }: { readonly n: T; readonly p: T }) => [
        { n: U.add(n, 1), p: U.mul(p, U.mul(x, U.cast(n, 'float64'))) },
        n,
      ],
      { n: ints([1], []) as T, p: x },
      [],
      { length: 3 },
    ),
  ),
  of(
    'scan in a scan',
    [between([2], -s, s), between([3, 2], -s, s, 2), between([2, 2], -s, s, 3)],
    (w: T, xs: T, ys: T) =>
      P.scan(
        (c: T, x: T) => {
          const [inner, all] = P.scan(
            (d: T, y: T) => {
              const next = any(P.tanh)(U.add(U.mul(d, w), U.mul(y, x)))
              return [next, U.mul(next, c)] as const
            },
            U.mul(c, x),
            ys,
            { reverse: true },
          )
          return [U.add(inner, c), all] as const
        },
        U.sin(w),
        xs,
      ),
  ),
  of('scan over a product of matrices', [between([2, 3, 3], -s, s), between([4, 2, 3], -s, s, 2)], (w: T, xs: T) =>
    P.scan(
      (c: T, x: T) => {
        const y = U.matmul(U.add(c, U.reshape(x, [2, 1, 3])), w)
        return [y, U.permute(y, [2, 0, 1])] as const
      },
      U.zeros([2, 1, 3], 'float64'),
      xs,
    ),
  ),
]

/** Formulas that meet several rules, and composites. */
const composite: readonly Case[] = [
  of('convolution', [between([2, 3, 5, 4], -1, 1), between([4, 3, 3, 2], -1, 1, 2)], (x: T, w: T) => {
    const columns = P.window(
      any(P.pad)(x, [
        [0, 0],
        [0, 0],
        [1, 1],
        [0, 0],
      ]),
      {
        size: [3, 2],
        stride: [2, 1],
        dilation: [1, 1],
      },
    )
    return U.matmul(U.reshape(w, [4, 18]), P.reshape(columns, [2, 18, -1]) as T)
  }),
  of('expm1', [between([5], -2, 2)], any(P.expm1)),
  of('logSigmoid', [between([5], -3, 3)], any(P.logSigmoid)),
  of('standardDeviation', [apart([2, 3])], (x: T) => any(P.standardDeviation)(x, 1)),
  of('meanAndVariance', [apart([2, 3])], (x: T) => any(P.meanAndVariance)(x, 0, true)),
  of('roll', [between([5, 2], -1, 1)], (x: T) => any(P.roll)(x, -2, 0)),
  of('tile', [between([2, 3], -1, 1)], (x: T) => any(P.tile)(x, [2, 3])),
  of('repeatElements', [between([2, 3], -1, 1)], (x: T) => any(P.repeatElements)(x, 3, 0)),
  of('tril', [between([3, 4], -1, 1)], (x: T) => any(P.tril)(x, 1)),
  of('clip', [apart([7])], (x: T) => any(P.clip)(x, -0.2, 0.2)),
  of('outer and dot', [between([3], -1, 1), between([3], -1, 1, 2)], (a: T, b: T) => [
    any(P.outer)(a, b),
    any(P.dot)(a, b),
  ]),
]

export const cases: readonly Case[] = [
  ...unary,
  ...binary,
  ...reduce,
  ...move,
  ...contract,
  ...window,
  ...indexing,
  ...control,
  ...scan,
  ...composite,
]
