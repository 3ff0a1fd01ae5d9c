/**
 * Explicit randomness: a generator is a host value, a key and a counter, and what needs randomness is a `State` over
 * it.
 *
 * Numbered laws: (1) a draw gives a key and advances the counter by one, whatever is made of it. (2) Equal generators
 * give equal draws. (3) Different seeds are different keys, and so are the draws, splits and names of one generator:
 * each is a counter of its own under a bijection. (4) `foldIn` looks at the key of a generator alone, not at its
 * counter: a name means the same stream however much was drawn before.
 *
 * A generator is saved as it is, plain data, and comes back through `restoreRng`.
 */
import type { State } from '#fp/State'
import { fail } from '../array/error.js'
import { threefry, type WordPair } from './threefry.js'

declare const rngBrand: unique symbol
declare const keyBrand: unique symbol

/** A generator: an immutable host value. */
export interface Rng {
  readonly key: WordPair
  /** How many draws were taken; at most 2^53 - 1. */
  readonly counter: number
  readonly [rngBrand]: true
}

/** What one draw gives: the name of an independent stream of bits, to be used once. */
export interface Key {
  readonly words: WordPair
  readonly [keyBrand]: true
}

/** A value that depends on randomness: give it a generator, get the value and the next generator. */
export type Random<A> = State<Rng, A>

const makeRng = (key: WordPair, counter: number): Rng => ({ key, counter }) as Rng
const makeKey = (words: WordPair): Key => ({ words }) as Key

const TWO_TO_32 = 4294967296
const isWord = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < TWO_TO_32
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const split64 = (value: number): WordPair => [value % TWO_TO_32, Math.floor(value / TWO_TO_32)]

// Counters of a key: draws have an upper word below 2^21, numbers and strings folded in have one of these marks.
const NUMBER_MARK = 0x80000000
const STRING_MARK = 0xc0000000

/**
 * The generator of a seed. All whole numbers from 0 to 2^53 - 1 are different seeds, and all bigints to 2^64 - 1; 0 is
 * a seed like any other, and `7n` is `7`.
 *
 * @throws PullbackError when the seed is negative, not whole, or too large
 * @example
 * rng(0).counter // => 0
 */
export const rng = (seed: number | bigint): Rng => {
  if (typeof seed === 'bigint') {
    if (seed < 0n || seed > 0xffffffffffffffffn)
      fail('rng', 'a seed from 0n to 2n ** 64n - 1n', `${seed}n`, 'Use BigInt.asUintN(64, seed).')
    return makeRng([Number(seed & 0xffffffffn), Number(seed >> 32n)], 0)
  }
  if (!isCount(seed))
    fail('rng', 'a whole seed from 0 to 2 ** 53 - 1', `${seed}`, 'Pass a non-negative integer, such as rng(42).')
  return makeRng(split64(seed), 0)
}

/**
 * One draw: a fresh key, and the generator with its counter advanced by one.
 *
 * @example
 * const [key, next] = draw(rng(42))
 * next.counter // => 1
 */
export const draw: Random<Key> = (generator) => [
  makeKey(threefry(generator.key, split64(generator.counter))),
  makeRng(generator.key, generator.counter + 1),
]

/**
 * An independent generator, at the price of one draw.
 *
 * @example
 * const [child, parent] = split(rng(42))
 * child.counter // => 0
 * parent.counter // => 1
 */
export const split: Random<Rng> = (generator) => {
  const [key, next] = draw(generator)
  return [makeRng(key.words, 0), next]
}

/**
 * `count` independent generators, at the price of one draw. The first ones are the same for every count.
 *
 * @throws PullbackError when the count is negative or not whole
 * @example
 * const [children] = splitInto(3)(rng(42))
 * children.length // => 3
 */
export const splitInto = (count: number): Random<readonly Rng[]> => {
  if (!isWord(count)) fail('splitInto', 'a whole number of generators', `${count}`, 'Pass a non-negative integer.')
  return (generator) => {
    const [key, next] = draw(generator)
    return [Array.from({ length: count }, (_, i) => makeRng(threefry(key.words, [i, 0]), 0)), next]
  }
}

const foldText = (key: WordPair, text: string): WordPair => {
  // the length first, so that no text begins another
  let folded = threefry(key, [text.length, STRING_MARK])
  for (let i = 0; i < text.length; i += 2) {
    const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
    folded = threefry(folded, [text.charCodeAt(i) + next * 65536, STRING_MARK])
  }
  return folded
}

/**
 * The generator of a name: an independent stream for a purpose (`'shuffle'`) or a turn (an epoch). It depends on the
 * generator's key, not on how much was drawn from it.
 *
 * @throws PullbackError when a number is negative, not whole, or above 2^53 - 1
 * @example
 * const shuffling = foldIn(rng(42), 'shuffle')
 * const ofThirdEpoch = foldIn(shuffling, 3)
 */
export const foldIn = (generator: Rng, name: number | string): Rng => {
  if (typeof name === 'string') return makeRng(foldText(generator.key, name), 0)
  if (!isCount(name))
    fail('foldIn', 'a text or a whole number from 0 to 2 ** 53 - 1', `${name}`, 'Pass a non-negative integer.')
  const [low, high] = split64(name)
  return makeRng(threefry(generator.key, [low, high + NUMBER_MARK]), 0)
}

/**
 * The generator that plain data describes, such as one that was saved as JSON.
 *
 * @throws PullbackError when the data is no generator
 * @example
 * restoreRng(JSON.parse(JSON.stringify(rng(42)))).key // => [42, 0]
 */
export const restoreRng = (value: unknown): Rng => {
  const { key, counter } = (value ?? {}) as { readonly key?: unknown; readonly counter?: unknown }
  if (!Array.isArray(key) || key.length !== 2 || !key.every(isWord) || !isCount(counter))
    return fail(
      'restoreRng',
      '{ key: [word, word], counter }',
      JSON.stringify(value) ?? 'undefined',
      'Pass what was saved of a generator.',
    )
  return makeRng([key[0], key[1]], counter)
}
