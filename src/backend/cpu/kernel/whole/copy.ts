/** Copying and adding runs of elements. */
import type { Code, Local, Operand } from '../../emit/code.js'
import { doWhile, i32, type Locals, when } from '../../emit/instructions.js'
import { v128 } from '../../emit/simd.js'

/** Stores the first `count` lanes of a vector; `count` is 1 to 3. */
export const storeLanes = (address: Local, value: Local, count: Local): Code => [
  v128.storeLane(address, value, 0),
  when(i32.greater(count, 1), v128.storeLane(address, value, 1, 4)),
  when(i32.greater(count, 2), v128.storeLane(address, value, 2, 8)),
]

/**
 * For every vector of a run of `bytes` at `target`: stores what `read` makes of the distance from its beginning. The last
 * elements go through the same code and are stored one by one.
 */
export const writeRun = (locals: Locals, target: Local, bytes: Operand, read: (distance: Local) => Code): Code => {
  const [distance, end, at, rest] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const value = locals.v128()
  return [
    distance.set(0),
    end.set(bytes),
    rest.set(i32.and(i32.shiftRightUnsigned(end, 2), 3)),
    end.set(i32.and(end, -16)),
    when(
      end,
      doWhile(
        [v128.store(i32.add(target, distance), read(distance)), distance.set(i32.add(distance, 16))],
        i32.lessUnsigned(distance, end),
      ),
    ),
    when(rest, [value.set(read(distance)), at.set(i32.add(target, distance)), storeLanes(at, value, rest)]),
  ]
}
