/**
 * The carry of a scan stays what it is: structure, shapes, dtypes, and all that is no tensor. The body of a loop runs once,
 * on stand-ins, so a number that it changes would be that of one step; it is refused.
 */
import { fail } from './error.js'
import { type AnyTensor, isTensor } from './tensor.js'
import { isBranch, kindOf, zipTrees } from './tree.js'

const pathOf = (keys: readonly string[]): string =>
  keys.length === 0 ? 'scan: carry' : `scan: carry at ${keys.join('.')}`

const refuse = (keys: readonly string[], before: unknown, after: unknown): never =>
  fail(
    pathOf(keys),
    `${kindOf(before)}, as before the step, since it is structure and no tensor`,
    kindOf(after),
    `Carry a value that changes as a tensor, such as tensor([0], []); what is no tensor stays as it is.`,
  )

/** The trees have the same branches, and tensors of the same shapes where the first has some. */
const checkAlike = (before: unknown, after: unknown, keys: readonly string[]): void => {
  if (isTensor(before)) {
    const dtype = (after as AnyTensor).dtype
    if (dtype !== before.dtype)
      fail(pathOf(keys), before.dtype, dtype, `A step keeps the dtypes of its carry: cast(x, '${before.dtype}').`)
  } else if (!isBranch(before)) {
    if (!Object.is(before, after)) refuse(keys, before, after)
  } else
    for (const key of Object.keys(before)) checkAlike((before as Fields)[key], (after as Fields)[key], [...keys, key])
}
type Fields = Readonly<Record<string, unknown>>

/**
 * The tensors of the carry after a step, in the order of those before it.
 *
 * @throws PullbackError naming the path where structure, shape, dtype or a value that is no tensor differs
 */
export const carriedLeaves = (before: unknown, after: unknown): readonly AnyTensor[] => {
  const out: AnyTensor[] = []
  zipTrees('scan: carry', [before, after], (_, next) => {
    out.push(next)
    return next
  })
  checkAlike(before, after, [])
  return out
}
