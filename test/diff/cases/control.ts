/** Identities and loops. */
import { alias } from '../../../src/array/control.js'
import * as P from '../../../src/array/index.js'
import * as U from '../../../src/array/untyped.js'
import { any, between, type Case, ints, of, type T } from './case.js'

const s = 0.6
const identity: readonly Case[] = [
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

export const control: readonly Case[] = [...identity, ...scan]
