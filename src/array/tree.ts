/**
 * Trees: plain readonly records, tuples and lists of tensors. Params, gradients, state and batches are trees.
 *
 * Host values (a step count, a flag, null) pass through every function as they are. Keys are visited in their own
 * order, so paths and leaf orders are stable.
 *
 * Laws: 1. mapTree(identity) is the identity. 2. mapTree(f . g) = mapTree(f) . mapTree(g).
 * 3. unflatten(tree, leaves(tree)) rebuilds the tree.
 */
import { fail } from './error.js'
import { sameShape, showShape } from './shape.js'
import { type AnyTensor, isTensor } from './tensor.js'

type Branch = Readonly<Record<string, unknown>> | readonly unknown[]

/** Whether a value is a list or a plain record. For the rooms of this library. */
export const isBranch = (value: unknown): value is Branch => {
  if (Array.isArray(value)) return true
  if (typeof value !== 'object' || value === null || isTensor(value)) return false
  const prototype = Object.getPrototypeOf(value) as unknown
  return prototype === Object.prototype || prototype === null
}

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`)

const walk = (tree: unknown, path: string, visit: (leaf: AnyTensor, path: string) => AnyTensor): unknown => {
  if (isTensor(tree)) return visit(tree, path)
  if (!isBranch(tree)) return tree
  if (Array.isArray(tree)) return tree.map((child, i) => walk(child, join(path, i), visit))
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(tree)) out[key] = walk((tree as Record<string, unknown>)[key], join(path, key), visit)
  return out
}

/**
 * Applies `f` to every tensor of a tree; `f` also gets the path, such as `conv1.weight`.
 *
 * @example
 * import { mapTree, mul, tensor, type Tensor } from 'pullback'
 *
 * const params = { weight: tensor([1, 2]), step: 3 }
 * const doubled = mapTree(params, (x) => mul(x as Tensor, 2))
 * doubled.step // => 3
 */
export const mapTree = <T>(tree: T, f: (leaf: AnyTensor, path: string) => AnyTensor): T => walk(tree, '', f) as T

/**
 * Calls `visit` with every tensor, in order. Like the other walks of every step it goes through keys with `for in`: the
 * lists that `Object.keys` makes were a twentieth of all that a step of a deep network allocated. A branch inherits
 * nothing but from `Object.prototype`, so what is left out is what somebody added to that.
 */
export const visitLeaves = (tree: unknown, visit: (leaf: AnyTensor) => void): void => {
  if (isTensor(tree)) visit(tree)
  else if (Array.isArray(tree)) for (let i = 0; i < tree.length; i++) visitLeaves(tree[i], visit)
  else if (isBranch(tree))
    for (const key in tree) if (Object.hasOwn(tree, key)) visitLeaves((tree as Record<string, unknown>)[key], visit)
}

/**
 * The tensors of a tree, in order.
 *
 * @example
 * import { leaves, ones } from 'pullback'
 *
 * leaves({ a: ones([1]), b: [ones([2]), ones([3])] }).map((x) => x.shape) // => [[1], [2], [3]]
 */
export const leaves = (tree: unknown): AnyTensor[] => {
  const out: AnyTensor[] = []
  visitLeaves(tree, (leaf) => out.push(leaf))
  return out
}

/**
 * The tensors of a tree with their paths, in order.
 *
 * @example
 * import { namedLeaves, ones } from 'pullback'
 *
 * namedLeaves({ conv1: { weight: ones([6, 1, 5, 5]) } }).map(([path]) => path) // => ['conv1.weight']
 */
export const namedLeaves = (tree: unknown): readonly (readonly [path: string, leaf: AnyTensor])[] => {
  const out: (readonly [string, AnyTensor])[] = []
  walk(tree, '', (leaf, path) => {
    out.push([path, leaf])
    return leaf
  })
  return out
}

const refill = (tree: unknown, f: (leaf: AnyTensor) => AnyTensor): unknown => {
  if (isTensor(tree)) return f(tree)
  if (!isBranch(tree)) return tree
  // Loops over a copy: a closure for each branch would be as large as the branch.
  if (Array.isArray(tree)) {
    const out: unknown[] = tree.slice()
    for (let i = 0; i < out.length; i++) out[i] = refill(out[i], f)
    return out
  }
  const out: Record<string, unknown> = {}
  for (const key in tree) if (Object.hasOwn(tree, key)) out[key] = refill((tree as Record<string, unknown>)[key], f)
  return out
}

/** As {@link mapTree}, without paths, whose texts cost more than the walk. */
export const mapLeaves = <T>(tree: T, f: (leaf: AnyTensor) => AnyTensor): T => refill(tree, f) as T

/**
 * The tree with its tensors replaced, in the order of `leaves`.
 *
 * @throws PullbackError unless there is one replacement for each leaf
 * @example
 * import { leaves, ones, unflatten, zeros, zerosLike } from 'pullback'
 *
 * const params = { weight: ones([2, 3]), bias: zeros([2]) }
 * unflatten(params, leaves(params).map((leaf) => zerosLike(leaf))).bias.shape // => [2]
 */
export const unflatten = <T>(tree: T, replacements: readonly AnyTensor[]): T => {
  let i = 0
  const next = (): AnyTensor =>
    replacements[i++] ??
    fail('unflatten', 'one tensor for each leaf', `${replacements.length}`, 'Pass leaves(tree) mapped.')
  const out = refill(tree, next)
  if (i !== replacements.length)
    fail('unflatten', `${i} tensors`, `${replacements.length}`, 'Pass as many as the tree has leaves.')
  return out as T
}

/** What a message calls a part of a tree. For the rooms of this library. */
export const kindOf = (value: unknown): string =>
  isTensor(value)
    ? `a tensor ${showShape(value.shape)}`
    : Array.isArray(value)
      ? `a list of ${value.length}`
      : isBranch(value)
        ? `a record {${Object.keys(value).join(', ')}}`
        : String(value)

const mismatch = (name: string, keys: readonly (string | number)[], first: unknown, other: unknown): never =>
  fail(
    keys.length === 0 ? name : `${name} at ${keys.join('.')}`,
    kindOf(first),
    kindOf(other),
    'Both trees must have the same structure: keep params, gradients and state of one model together.',
  )

const countKeys = (record: object): number => {
  let count = 0
  for (const key in record) if (Object.hasOwn(record, key)) count++
  return count
}

const sameKeys = (first: object, other: object): boolean => {
  if (first === other) return true
  if (countKeys(first) !== countKeys(other)) return false
  for (const key in first) if (Object.hasOwn(first, key) && !(key in other)) return false
  return true
}

/**
 * Whether `tree` has the structure, shapes, dtypes and host values of `like`; its tensors are added to `out`, in the order
 * of those of `like`. What was added where it has not is of no use.
 */
export const gatherAlike = (like: unknown, tree: unknown, out: AnyTensor[]): boolean => {
  if (isTensor(like)) {
    if (!isTensor(tree) || tree.dtype !== like.dtype || !sameShape(tree.shape, like.shape)) return false
    out.push(tree)
    return true
  }
  if (!isBranch(like)) return Object.is(like, tree)
  if (!isBranch(tree) || Array.isArray(like) !== Array.isArray(tree)) return false
  if (Array.isArray(like)) {
    const list = tree as readonly unknown[]
    if (list.length !== like.length) return false
    for (let i = 0; i < like.length; i++) if (!gatherAlike(like[i], list[i], out)) return false
    return true
  }
  if (!sameKeys(like, tree)) return false
  for (const key in like)
    if (Object.hasOwn(like, key) && !gatherAlike((like as Fields)[key], (tree as Fields)[key], out)) return false
  return true
}
type Fields = Readonly<Record<string, unknown>>

/** `keys` is the way here, for messages: a stack, since a text for every leaf would cost more than the walk. */
const zip = (
  name: string,
  trees: readonly unknown[],
  keys: (string | number)[],
  f: (...leaves: AnyTensor[]) => AnyTensor,
): unknown => {
  const first = trees[0]
  if (isTensor(first)) {
    for (let i = 1; i < trees.length; i++) {
      const other = trees[i]
      if (!isTensor(other) || !sameShape(other.shape, first.shape)) mismatch(name, keys, first, other)
    }
    // Most are pairs; a spread would make a list for each leaf.
    return trees.length === 2 ? f(first, trees[1] as AnyTensor) : f(...(trees as AnyTensor[]))
  }
  if (!isBranch(first)) return first
  if (Array.isArray(first)) {
    for (let i = 1; i < trees.length; i++) {
      const other = trees[i]
      if (!Array.isArray(other) || other.length !== first.length) mismatch(name, keys, first, other)
    }
    const parts = trees.slice()
    const out: unknown[] = first.slice()
    for (let i = 0; i < out.length; i++) out[i] = zipPart(name, trees, i, parts, keys, f)
    return out
  }
  for (let i = 1; i < trees.length; i++) {
    const other = trees[i]
    if (!isBranch(other) || Array.isArray(other) || !sameKeys(first, other)) mismatch(name, keys, first, other)
  }
  const parts = trees.slice()
  const out: Record<string, unknown> = {}
  for (const key in first) if (Object.hasOwn(first, key)) out[key] = zipPart(name, trees, key, parts, keys, f)
  return out
}

/** `parts` is scratch, one list for all parts of a branch. */
const zipPart = (
  name: string,
  trees: readonly unknown[],
  key: string | number,
  parts: unknown[],
  keys: (string | number)[],
  f: (...leaves: AnyTensor[]) => AnyTensor,
): unknown => {
  for (let i = 0; i < trees.length; i++) parts[i] = (trees[i] as Record<string | number, unknown>)[key]
  keys.push(key)
  const out = zip(name, parts, keys, f)
  keys.pop()
  return out
}

/**
 * Combines the corresponding tensors of trees of one structure. Host values come from the first tree.
 *
 * @throws PullbackError naming the path where structure or shape differ
 * @example
 * import { add, tensor, type Tensor, toArray, zipTrees } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const [a, b] = [{ w: tensor([1, 2]) }, { w: tensor([3, 5]) }]
 * const total = zipTrees('total', [a, b], (x, y) => add(x as Tensor, y as Tensor))
 * toArray(reference().evaluateSync(total.w)) // => Float32Array [4, 7]
 */
export const zipTrees = <T>(name: string, trees: readonly T[], f: (...leaves: AnyTensor[]) => AnyTensor): T =>
  zip(name, trees, [], f) as T
