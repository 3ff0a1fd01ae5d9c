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

const isBranch = (value: unknown): value is Branch => {
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

/** Applies `f` to every tensor of a tree; `f` also gets the path, such as `conv1.weight`. */
export const mapTree = <T>(tree: T, f: (leaf: AnyTensor, path: string) => AnyTensor): T => walk(tree, '', f) as T

/** The tensors of a tree, in order. */
export const leaves = (tree: unknown): AnyTensor[] => {
  const out: AnyTensor[] = []
  walk(tree, '', (leaf) => {
    out.push(leaf)
    return leaf
  })
  return out
}

/** The tensors of a tree with their paths, in order. */
export const namedLeaves = (tree: unknown): readonly (readonly [path: string, leaf: AnyTensor])[] => {
  const out: (readonly [string, AnyTensor])[] = []
  walk(tree, '', (leaf, path) => {
    out.push([path, leaf])
    return leaf
  })
  return out
}

/** The tree with its tensors replaced, in order. */
export const unflatten = <T>(tree: T, replacements: readonly AnyTensor[]): T => {
  let i = 0
  const out = walk(tree, '', () => {
    const next = replacements[i++]
    return next ?? fail('unflatten', 'one tensor for each leaf', `${replacements.length}`, 'Pass leaves(tree) mapped.')
  })
  if (i !== replacements.length)
    fail('unflatten', `${i} tensors`, `${replacements.length}`, 'Pass as many as the tree has leaves.')
  return out as T
}

const kindOf = (value: unknown): string =>
  isTensor(value)
    ? `a tensor ${showShape(value.shape)}`
    : Array.isArray(value)
      ? `a list of ${value.length}`
      : isBranch(value)
        ? `a record {${Object.keys(value).join(', ')}}`
        : String(value)

const zip = (
  name: string,
  trees: readonly unknown[],
  path: string,
  f: (...leaves: AnyTensor[]) => AnyTensor,
): unknown => {
  const first = trees[0]
  const mismatch = (other: unknown): never =>
    fail(
      path === '' ? name : `${name} at ${path}`,
      kindOf(first),
      kindOf(other),
      'Both trees must have the same structure: keep params, gradients and state of one model together.',
    )
  if (isTensor(first)) {
    for (const other of trees) if (!isTensor(other) || !sameShape(other.shape, first.shape)) mismatch(other)
    return f(...(trees as AnyTensor[]))
  }
  if (!isBranch(first)) return first
  const keys = Object.keys(first)
  for (const other of trees) {
    if (!isBranch(other) || Array.isArray(other) !== Array.isArray(first)) mismatch(other)
    const others = Object.keys(other as object)
    if (others.length !== keys.length || keys.some((key) => !(key in (other as object)))) mismatch(other)
  }
  const child = (key: string) =>
    zip(
      name,
      trees.map((tree) => (tree as Record<string, unknown>)[key]),
      join(path, key),
      f,
    )
  if (Array.isArray(first)) return keys.map(child)
  const out: Record<string, unknown> = {}
  for (const key of keys) out[key] = child(key)
  return out
}

/**
 * Combines the corresponding tensors of trees of one structure. Host values come from the first tree.
 *
 * @throws PullbackError naming the path where structure or shape differ
 */
export const zipTrees = <T>(name: string, trees: readonly T[], f: (...leaves: AnyTensor[]) => AnyTensor): T =>
  zip(name, trees, '', f) as T
