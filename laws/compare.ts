/**
 * Two ways to compare: `identical` is an equality (bit for bit, every NaN alike), `close` is not (it is not transitive).
 * Both say where trees differ.
 */
import { isTensor, namedLeaves, toArray } from 'pullback'
import { broken, upheld, type Verdict } from './law.js'

/** By how much numbers may differ: |got - wanted| <= absolute + relative |wanted|. */
export interface Tolerance {
  readonly absolute: number
  readonly relative: number
}

type Differ = (got: number, wanted: number) => boolean

/** Everything in a tree but the elements of its arrays, as text. */
const skeleton = (tree: unknown): string =>
  JSON.stringify(tree, (_, value: unknown) =>
    isTensor(value)
      ? `${value.dtype} [${value.shape.join(', ')}]`
      : typeof value === 'number'
        ? `number ${Object.is(value, -0) ? '-0' : value}`
        : value,
  ) ?? 'nothing'

const compareWith =
  (differ: Differ) =>
  (what: string, got: unknown, wanted: unknown): Verdict => {
    const [a, b] = [namedLeaves(got), namedLeaves(wanted)]
    if (a.length !== b.length) return broken(`${what}: ${a.length} arrays where ${b.length} are due`)
    for (let i = 0; i < a.length; i++) {
      const [path, x] = a[i]
      const [, y] = b[i]
      const at = path === '' ? what : `${what} at ${path}`
      if (x.dtype !== y.dtype || x.shape.length !== y.shape.length || x.shape.some((n, d) => n !== y.shape[d]))
        return broken(`${at}: ${x.dtype} [${x.shape.join(', ')}] where ${y.dtype} [${y.shape.join(', ')}] is due`)
      const [u, v] = [toArray(x), toArray(y)]
      for (let k = 0; k < u.length; k++)
        if (differ(u[k], v[k])) return broken(`${at}: element ${k} is ${u[k]} where ${v[k]} is due`)
    }
    return upheld
  }

const sameBits = compareWith((a, b) => !Object.is(a, b))

/**
 * Same structure, host values, shapes, dtypes and bits; zeros of different sign differ, NaNs are alike.
 *
 * @example
 * import { tensor } from 'pullback'
 * import { identical } from 'pullback/laws'
 *
 * identical('zeros', tensor([0]), tensor([-0])).holds // => false
 */
export const identical = (what: string, got: unknown, wanted: unknown): Verdict => {
  const verdict = sameBits(what, got, wanted)
  const [a, b] = [skeleton(got), skeleton(wanted)]
  return verdict.holds && a !== b ? broken(`${what}: ${a} where ${b} is due`) : verdict
}

/**
 * Same structure, shapes and dtypes, and |got - wanted| <= absolute + relative |wanted|. Infinities and NaN must
 * agree.
 *
 * @example
 * import { tensor } from 'pullback'
 * import { close } from 'pullback/laws'
 *
 * close({ absolute: 0.1, relative: 0 })('a number', tensor([1.05]), tensor([1])).holds // => true
 */
export const close = ({ absolute, relative }: Tolerance) =>
  compareWith((got, wanted) => {
    if (Object.is(got, wanted) || got === wanted) return false
    return !(Math.abs(got - wanted) <= absolute + relative * Math.abs(wanted))
  })

/**
 * As `close`, with the absolute part scaled by the largest wanted element of all arrays.
 *
 * @example
 * import { tensor } from 'pullback'
 * import { closeInScale } from 'pullback/laws'
 *
 * const [got, wanted] = [tensor([0.5, 100]), tensor([0, 100])]
 * closeInScale({ absolute: 0.01, relative: 0 })('a vector', got, wanted).holds // => true
 */
export const closeInScale =
  (tolerance: Tolerance) =>
  (what: string, got: unknown, wanted: unknown): Verdict => {
    let scale = 1
    for (const [, y] of namedLeaves(wanted))
      for (const value of toArray(y)) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value))
    return close({ absolute: tolerance.absolute * scale, relative: tolerance.relative })(what, got, wanted)
  }
