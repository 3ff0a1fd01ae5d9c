/**
 * Laws of differentiable functions, for a function that returns its value and its pullback.
 *
 * 1. primal agrees: the value is that of the plain function
 * 2. contract: one cotangent for each input leaf, with its structure, shape and dtype
 * 3. linear: the pullback of a sum is the sum of the pullbacks
 * 4. twice: calling the pullback again gives the same bits
 * 5. adjoint to differences: <v, pullback(c)> = d/dt <c, f(x + t v)> along random directions
 * 6. derived: a hand-written pullback agrees with the one derived from the dataflow
 */
import {
  type AnyTensor,
  add,
  type Device,
  differentiable,
  item,
  leaves,
  mul,
  namedLeaves,
  sub,
  sum,
  zipTrees,
} from 'pullback'
import { close, closeInScale, identical, type Tolerance } from './compare.js'
import { every, type Law, law, type Verdict, when } from './law.js'
import { dyadicLike } from './sample.js'

export interface DifferentiableInstance<X, Y> {
  /** Where values are computed; differences want float64, so the reference device. */
  readonly device: Device
  readonly plain: (input: X) => Y
  readonly withPullback: (input: X) => readonly [output: Y, pullback: (cotangent: Y) => X]
  readonly tolerance: Tolerance
  /** Step of the central differences. */
  readonly step?: number
}

/** A place to look at, and a seed for cotangents and directions. */
export interface DifferentiableSample<X> {
  readonly input: X
  readonly seed: number
}

type Any = (a: AnyTensor, b: AnyTensor | number) => AnyTensor
const [plus, minus, times] = [add, sub, mul] as unknown as readonly [Any, Any, Any]
const isFloat = (x: AnyTensor): boolean => x.dtype === 'float32' || x.dtype === 'float64'
const total = (x: AnyTensor): AnyTensor => (sum as unknown as (x: AnyTensor) => AnyTensor)(x)

/** <a, b> over the float leaves of two trees. */
export const inner = (a: unknown, b: unknown): AnyTensor => {
  const [xs, ys] = [leaves(a), leaves(b)]
  const products = xs.flatMap((x, i) => (isFloat(x) ? [total(times(x, ys[i] as AnyTensor))] : []))
  return products.reduce((s, p) => plus(s, p))
}

/** x + t v on the float leaves. */
const shifted = <X>(x: X, v: X, t: number): X =>
  zipTrees('shifted', [x, v], (a, b) => (isFloat(a) ? plus(a, times(b, t)) : a))

const difference = async <X, Y>(
  { device, plain, step = 1e-5 }: DifferentiableInstance<X, Y>,
  input: X,
  direction: X,
  cotangent: Y,
  scale: number,
): Promise<number> => {
  const h = step * scale
  const at = (t: number): AnyTensor => inner(cotangent, plain(shifted(input, direction, t)))
  const slope = times(minus(at(h), at(-h)), 1 / (2 * h))
  return item((await device.evaluate([slope]))[0] as AnyTensor)
}

const contractOf = (input: unknown, cotangent: unknown): Verdict => {
  const [xs, cs] = [namedLeaves(input), namedLeaves(cotangent)]
  return every([
    when(xs.length === cs.length, () => `${cs.length} cotangents for ${xs.length} inputs`),
    ...xs.map(([path, x], i) => {
      const c = cs[i]?.[1]
      return when(
        c !== undefined &&
          c.dtype === x.dtype &&
          c.shape.length === x.shape.length &&
          c.shape.every((n, d) => n === x.shape[d]),
        () =>
          `at ${path}: cotangent ${c?.dtype} [${c?.shape.join(', ')}] of an input ${x.dtype} [${x.shape.join(', ')}]`,
      )
    }),
  ])
}

export const differentiableLaws = <X, Y>(): readonly Law<DifferentiableInstance<X, Y>, DifferentiableSample<X>>[] => [
  law('Differentiable: the primal agrees', async ({ device, plain, withPullback, tolerance }, { input }) => {
    const [got, wanted] = await device.evaluate([withPullback(input)[0], plain(input)] as const)
    return close(tolerance)('output', got, wanted)
  }),
  law('Differentiable: one cotangent per input, with its shape and dtype', ({ withPullback }, { input, seed }) => {
    const [output, pullback] = withPullback(input)
    return contractOf(input, pullback(dyadicLike(output, seed)))
  }),
  law('Differentiable: the pullback is linear', async ({ device, withPullback, tolerance }, { input, seed }) => {
    const [output, pullback] = withPullback(input)
    const [a, b] = [dyadicLike(output, seed), dyadicLike(output, seed + 1)]
    const sumOf = <T>(x: T, y: T): T => zipTrees('sum', [x, y], (u, v) => (isFloat(u) ? plus(times(u, 2), v) : u))
    const [got, wanted] = await device.evaluate([pullback(sumOf(a, b)), sumOf(pullback(a), pullback(b))] as const)
    return closeInScale(tolerance)('pullback of 2a + b', got, wanted)
  }),
  law('Differentiable: the pullback may be called twice', async ({ device, withPullback }, { input, seed }) => {
    const [output, pullback] = withPullback(input)
    const cotangent = dyadicLike(output, seed)
    const first = await device.evaluate(pullback(cotangent))
    return identical('second call', await device.evaluate(pullback(cotangent)), first)
  }),
  law('Differentiable: the pullback agrees with differences', async (instance, { input, seed }) => {
    const { device, withPullback, tolerance } = instance
    const [output, pullback] = withPullback(input)
    const cotangent = dyadicLike(output, seed)
    const direction = dyadicLike(input, seed + 2)
    const got = item((await device.evaluate([inner(direction, pullback(cotangent))]))[0] as AnyTensor)
    const [wide, narrow] = [
      await difference(instance, input, direction, cotangent, 1),
      await difference(instance, input, direction, cotangent, 0.5),
    ]
    const wanted = (4 * narrow - wide) / 3
    const bound = tolerance.absolute + tolerance.relative * Math.max(1, Math.abs(wanted))
    return when(
      Math.abs(got - wanted) <= bound,
      () => `<v, pullback(c)> is ${got}, differences say ${wanted} (bound ${bound})`,
    )
  }),
  law(
    'Differentiable: hand-written agrees with derived',
    async ({ device, plain, withPullback, tolerance }, { input, seed }) => {
      const [output, pullback] = withPullback(input)
      const cotangent = dyadicLike(output, seed)
      const [, derived] = differentiable(plain as (x: X) => Y)(input)
      const [got, wanted] = await device.evaluate([pullback(cotangent), derived(cotangent)[0]] as const)
      return closeInScale(tolerance)('cotangent', got, wanted)
    },
  ),
]
