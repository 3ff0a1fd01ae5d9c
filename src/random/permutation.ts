/**
 * Orders and subsets, on the host, exactly uniform: Fisher-Yates (Durstenfeld, "Algorithm 235: Random permutation",
 * 1964) with whole numbers by rejection.
 */

import { pipe } from '#fp/function'
import { map } from '#fp/State'
import { fail } from '../array/error.js'
import { hostBitsAt } from './bits.js'
import { draw, type Key, type Random } from './rng.js'

const TWO_TO_32 = 4294967296

/** A stream of uniform whole numbers below a bound that may change from one to the next. */
const integersBelow = (key: Key): ((bound: number) => number) => {
  let place = 0
  return (bound) => {
    // a multiple of the bound: what lies above it would favour small numbers
    const limit = TWO_TO_32 - (TWO_TO_32 % bound)
    for (;;) {
      const word = hostBitsAt(key, place++) >>> 0
      if (word < limit) return word % bound
    }
  }
}

const chosen = (key: Key, size: number, count: number): Int32Array => {
  const below = integersBelow(key)
  const order = Int32Array.from({ length: size }, (_, i) => i)
  for (let i = 0; i < count; i++) {
    const j = i + below(size - i)
    const other = order[j]
    order[j] = order[i]!
    order[i] = other
  }
  return order.slice(0, count)
}

/**
 * `count` different numbers from 0 to size - 1, in random order: every such sequence is equally likely.
 *
 * @throws PullbackError unless 0 <= count <= size are whole
 * @example
 * const [three] = sampleWithoutReplacement({ size: 10, count: 3 })(rng(42))
 * three.length // => 3
 */
export const sampleWithoutReplacement = ({
  size,
  count,
}: {
  readonly size: number
  readonly count: number
}): Random<Int32Array> => {
  if (!(Number.isInteger(size) && Number.isInteger(count) && count >= 0 && count <= size && size < 2147483648))
    fail(
      'sampleWithoutReplacement',
      'whole numbers with 0 <= count <= size',
      `size ${size}, count ${count}`,
      'There are only size numbers to choose from.',
    )
  return pipe(
    draw,
    map((key) => chosen(key, size, count)),
  )
}

/**
 * The numbers from 0 to size - 1 in random order, every order equally likely.
 *
 * @throws PullbackError when the size is negative or not whole
 * @example
 * const [order] = permutation(5)(rng(42))
 * order.length // => 5
 */
export const permutation = (size: number): Random<Int32Array> => {
  if (!(Number.isInteger(size) && size >= 0 && size < 2147483648))
    fail('permutation', 'a whole number of elements', `${size}`, 'Pass a non-negative integer.')
  return sampleWithoutReplacement({ size, count: size })
}

/**
 * The items in random order, every order equally likely.
 *
 * @example
 * const [cards] = shuffle(['A', 'K', 'Q'])(rng(42))
 * cards.length // => 3
 */
export const shuffle = <A>(items: readonly A[]): Random<readonly A[]> =>
  pipe(
    permutation(items.length),
    map((order) => Array.from(order, (place) => items[place])),
  )
