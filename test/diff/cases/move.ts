/** Functions that move elements. */
import * as P from '../../../src/array/index.js'
import * as U from '../../../src/array/untyped.js'
import { any, between, type Case, ints, of, type T } from './case.js'

export const move: readonly Case[] = [
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
