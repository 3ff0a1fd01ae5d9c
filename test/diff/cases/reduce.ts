/** Reductions. */
import * as P from '../../../src/array/index.js'
import { any, apart, type Case, of, type T } from './case.js'

const reductions = Object.entries({
  sum: P.sum,
  prod: P.prod,
  max: P.max,
  min: P.min,
  mean: P.mean,
  variance: P.variance,
  logSumExp: P.logSumExp,
})
export const reduce: readonly Case[] = reductions.flatMap(([name, reduction]) => {
  const f = any(reduction)
  return [
    of(`${name} over all`, [apart([2, 3])], (x: T) => f(x)),
    of(`${name} over the first axis`, [apart([2, 3])], (x: T) => f(x, 0)),
    of(`${name} over the last axis`, [apart([2, 3])], (x: T) => f(x, -1, true)),
    of(`${name} over two axes apart`, [apart([2, 3, 5])], (x: T) => f(x, [0, 2])),
  ]
})
