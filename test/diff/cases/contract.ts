/** Products, windows and indices. */
import * as P from '../../../src/array/index.js'
import * as U from '../../../src/array/untyped.js'
import { any, apart, between, type Case, ints, of, type T } from './case.js'

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
const product: readonly Case[] = products.map(([a, b]) =>
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

export const contract: readonly Case[] = [...product, ...window, ...indexing]
