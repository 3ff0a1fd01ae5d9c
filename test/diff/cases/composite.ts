/** Formulas that meet several rules, and composites. */
import * as P from '../../../src/array/index.js'
import * as U from '../../../src/array/untyped.js'
import { any, apart, between, type Case, of, type T } from './case.js'

export const composite: readonly Case[] = [
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
