/** Cotangents come from outside: their structure, shapes and dtypes are checked before anything is built on them. */
import { fail } from '../array/error.js'
import { sameShape, showShape } from '../array/shape.js'
import { type AnyTensor, isTensor } from '../array/tensor.js'
import { namedLeaves } from '../array/tree.js'

const show = (x: AnyTensor | undefined): string => (x === undefined ? 'nothing' : `${x.dtype} ${showShape(x.shape)}`)

const mismatch = (path: string, expected: AnyTensor | undefined, got: AnyTensor | undefined, fix: string): never =>
  fail(path, show(expected), show(got), fix)

const at = (name: string, path: string): string => (path === '' ? name : `${name}.${path}`)

/**
 * The leaves of `given`, one for each leaf of `expected` and in its order.
 *
 * @throws PullbackError naming the first leaf that is missing, of another shape or dtype, or too many
 */
export const matchingLeaves = (name: string, expected: unknown, given: unknown, fix: string): AnyTensor[] => {
  const check = (path: string, want: AnyTensor, got: AnyTensor | undefined): AnyTensor =>
    got !== undefined && got.dtype === want.dtype && sameShape(got.shape, want.shape)
      ? got
      : mismatch(path, want, got, fix)
  if (isTensor(expected) && isTensor(given)) return [check(name, expected, given)]
  const found = new Map(namedLeaves(given))
  const wanted = namedLeaves(expected)
  const matched = wanted.map(([path, want]) => check(at(name, path), want, found.get(path)))
  if (found.size > wanted.length) {
    const known = new Set(wanted.map(([path]) => path))
    const [path, extra] = [...found].find(([path]) => !known.has(path))!
    mismatch(at(name, path), undefined, extra, fix)
  }
  return matched
}
