/** Layers one after another. */
import { fail } from '../../array/error.js'
import type { AnyLayer } from '../layer.js'
import type { Chain, Named } from './overloads.js'
import { type Part, recordOf, sequential, tupleOf } from './sequential.js'

/**
 * Layers one after another: the output of each is the input of the next. Params and state are tuples of theirs, so that
 * paths are `0.weight`; `named` gives names. From 1 to 20 layers; chains of chains are chains.
 *
 * Laws: associative, with `identity()` as its unit (observationally: trees of params nest as the chains do).
 *
 * @throws PullbackError that begins with the path of the layer that does not fit
 * @example
 * import { chain, dense, relu } from 'pullback'
 *
 * const mlp = chain(dense(784, 256), relu(), dense(256, 10))
 */
export const chain: Chain = ((...layers: readonly AnyLayer[]) =>
  sequential(
    'chain',
    layers.map((layer, i): Part => ({ name: String(i), layer })),
    tupleOf,
  )) as Chain

/** Records keep no order for names that look like numbers, and dots separate the names of a path. */
const checkName = (name: string, all: readonly string[]): void => {
  if (name === '' || /^\d+$/.test(name) || name.includes('.'))
    fail('named', 'names that are not empty, no numbers, and without dots', `'${name}'`, 'Choose another name.')
  if (all.filter((other) => other === name).length > 1)
    fail('named', 'each name once', `'${name}' twice`, 'Choose another name for one of them.')
}

const entryOf = (entry: Readonly<Record<string, AnyLayer>>): Part => {
  const names = Object.keys(entry)
  if (names.length !== 1)
    fail('named', 'objects with one key', `{${names.join(', ')}}`, 'Write named({ first: ... }, { second: ... }).')
  return { name: names[0], layer: entry[names[0]] }
}

/**
 * As `chain`, with a name for each layer, one object each: the order is that of the arguments. Params and state are
 * records, so that paths are `conv1.weight`: in checkpoints, and in errors.
 *
 * @throws PullbackError when a name comes twice, or is no name; and as `chain`
 * @example
 * import { dense, named, relu, rng } from 'pullback'
 *
 * const mlp = named({ hidden: dense(784, 256) }, { relu: relu() }, { output: dense(256, 10) })
 * const [{ params }] = mlp.init({ shape: [32, 784], dtype: 'float32' })(rng(0))
 * params.hidden.weight.shape // => [256, 784]
 */
export const named: Named = ((...entries: readonly Readonly<Record<string, AnyLayer>>[]) => {
  const parts = entries.map(entryOf)
  const names = parts.map(({ name }) => name)
  for (const name of names) checkName(name, names)
  return sequential('named', parts, recordOf)
}) as Named
