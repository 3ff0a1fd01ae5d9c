/**
 * Params and state from the safetensors file of another program, such as a PyTorch state dictionary, by a map of names.
 *
 * Shapes agree with PyTorch's as they are (see the layers); what differs is names. A checkpoint of this library knows
 * its own: that is `decodeCheckpoint`.
 */
import { type Either, left, right } from '#fp/Either'
import { hostArrayFrom } from '../array/dtype.js'
import { sameShape, showShape } from '../array/shape.js'
import { type AnyTensor, leaf } from '../array/tensor.js'
import { namedLeaves, unflatten } from '../array/tree.js'
import { type FormatError, formatError, quote } from '../data/format/formatError.js'
import { readSafetensors, type Safetensors } from '../data/format/safetensors.js'
import type { StoredArray } from '../data/format/storedArray.js'

/** How the names of a file and the paths of a tree go together. */
export interface StateDictionaryOptions {
  /** The file's name of each array, by its path in the tree: a function, or a record. A path that is not in it is the name. */
  readonly names?: ((path: string) => string) | Readonly<Record<string, string>>
  /** Names of the file that the tree does not take, such as PyTorch's `num_batches_tracked`. */
  readonly ignore?: (name: string) => boolean
}

const reject = (where: string, expected: string, got: string, fix: string): Either<FormatError, never> =>
  left(formatError('state dictionary', where, expected, got, fix))

/** Some names and how many more there are. */
const some = (names: readonly string[]): string =>
  `${names
    .slice(0, 3)
    .map((name) => quote(name))
    .join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`

/** An array of the file as a leaf like `x`; float32 may become float64, which loses nothing. */
const leafLike = (x: AnyTensor, { shape, dtype, data }: StoredArray): AnyTensor | undefined => {
  if (!sameShape(shape, x.shape)) return undefined
  if (dtype === x.dtype) return leaf({ kind: 'host', data: data }, x.shape, x.dtype)
  if (dtype !== 'float32' || x.dtype !== 'float64') return undefined
  return leaf({ kind: 'host', data: hostArrayFrom('float64', data) }, x.shape, x.dtype)
}

const match = <T>(
  template: T,
  { tensors }: Safetensors,
  { names = {}, ignore = () => false }: StateDictionaryOptions,
): Either<FormatError, T> => {
  const nameOf = (path: string): string => (typeof names === 'function' ? names(path) : (names[path] ?? path))
  const wanted = namedLeaves(template).map(([path, x]) => [path, nameOf(path), x] as const)
  const missing = wanted.filter(([, name]) => !tensors.has(name)).map(([path, name]) => `${path} as ${name}`)
  const taken = new Set(wanted.map(([, name]) => name))
  const extra = [...tensors.keys()].filter((name) => !taken.has(name) && !ignore(name))
  if (missing.length > 0)
    return reject(
      'names',
      some(missing),
      extra.length > 0 ? `${some(extra)} instead` : 'no such names',
      'Complete the map of names.',
    )
  if (extra.length > 0)
    return reject('names', 'no other arrays than those of the tree', `also ${some(extra)}`, 'Name them in ignore.')
  const found: AnyTensor[] = []
  for (const [path, name, x] of wanted) {
    const stored = tensors.get(name)!
    const like = leafLike(x, stored)
    if (like === undefined)
      return reject(
        `${quote(name)} for ${path}`,
        `${x.dtype} ${showShape(x.shape)}`,
        `${stored.dtype} ${showShape(stored.shape)}`,
        'It is of another model, or the map of names is wrong.',
      )
    found.push(like)
  }
  return right(unflatten(template, found))
}

/**
 * A tree of the structure of `template` from a safetensors file whose arrays have other names. Every array of the tree
 * must be in the file, with its shape and dtype, and every array of the file in the tree, unless it is ignored. An array
 * may be taken more than once. Nothing is read in part.
 *
 * @example
 * import { dense, decodeStateDictionary, rng, storedArray, writeSafetensors } from 'pullback'
 *
 * const tensors = new Map([
 *   ['fc.weight', storedArray('float32', [1, 2], Float32Array.of(1, 2))],
 *   ['fc.bias', storedArray('float32', [1], Float32Array.of(3))],
 * ])
 * const [{ params }] = dense(2, 1).init({ shape: [1, 2], dtype: 'float32' })(rng(0))
 * const file = writeSafetensors({ tensors, metadata: {} })
 * const read = decodeStateDictionary(params, { names: (path) => `fc.${path}` })(file)
 * read._tag // => 'Right'
 */
export const decodeStateDictionary =
  <T>(template: T, options: StateDictionaryOptions = {}) =>
  (bytes: Uint8Array): Either<FormatError, T> => {
    const file = readSafetensors(bytes)
    return file._tag === 'Left' ? file : match(template, file.right, options)
  }
