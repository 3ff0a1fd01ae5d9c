/**
 * Laws of differentiable functions, for a function that returns its value and its pullback.
 *
 * 1. primal agrees: the value is that of the plain function
 * 2. contract: one cotangent for each input leaf, with its structure, shape and dtype
 * 3. linear: the pullback of 2a + b is twice the pullback of a, and the pullback of b
 * 4. twice: calling the pullback again gives the same bits
 * 5. differences: <v, pullback(c)> is the derivative of <c, f(x)> along v, by differences of values
 * 6. derived: the pullback agrees with the one derived from the dataflow
 * 7. second derivatives are symmetric: <u, D_v pullback(c)> = <v, D_u pullback(c)>, for pullback(c) is a gradient
 *
 * Differences are central with one step of Richardson's extrapolation: at a step h the error is about h⁴ times the fifth
 * derivative, and the rounding of float64 divided by h. With h = 1e-4 both are near 1e-12 of the function's scale: use
 * the reference device and float64 inputs, and keep them away from kinks by more than h times the direction, whose
 * elements are below 2. The dyadic and distinct samples are.
 */
import { type Device, differentiable, item, leaves, namedLeaves, sqrt, zipTrees } from 'pullback'
import { close, closeInScale, identical, type Tolerance } from './compare.js'
import { every, type Law, law, type Verdict, when } from './law.js'
import { dyadicLike } from './sample.js'
import { type Any, asFloat, combined, inner, isFloat, minus, plus, times } from './untyped.js'

/** A function, once plain and once with its pullback, and how near the two are to be. */
export interface DifferentiableInstance<X, Y> {
  /** Where values are computed; differences want float64, so the reference device. */
  readonly device: Device
  readonly plain: (input: X) => Y
  readonly withPullback: (input: X) => readonly [output: Y, pullback: (cotangent: Y) => X]
  /** Absolute and relative, both in units of the largest number compared (and of 1). */
  readonly tolerance: Tolerance
  /** Step of the central differences; 1e-4 unless given. */
  readonly step?: number
}

/** A place to look at, and a seed for cotangents and directions. */
export interface DifferentiableSample<X> {
  readonly input: X
  readonly seed: number
}

/** x + t v on the float leaves. */
const shifted = <X>(x: X, v: X, t: number): X =>
  zipTrees('shifted', [x, v], (a, b) => (isFloat(a) ? plus(a, times(b, t)) : a))

const norm = (x: unknown): Any => sqrt(asFloat(inner(x, x)))

const numbers = async (device: Device, scalars: readonly Any[]): Promise<readonly number[]> =>
  (await device.evaluate(scalars)).map((x) => item(x))

/** The derivative of <c, f(x + t v)> at t = 0, by differences of values. */
const slopeOf = async <X, Y>(
  { device, plain, step = 1e-4 }: DifferentiableInstance<X, Y>,
  { input, direction, cotangent }: { readonly input: X; readonly direction: X; readonly cotangent: Y },
): Promise<number> => {
  const at = (t: number): Any => inner(cotangent, plain(shifted(input, direction, t)))
  const central = (h: number): Any => times(minus(at(h), at(-h)), 1 / (2 * h))
  const [wide, narrow] = (await numbers(device, [central(step), central(step / 2)])) as [number, number]
  return (4 * narrow - wide) / 3
}

const contractOf = (input: unknown, cotangent: unknown): Verdict => {
  const [xs, cs] = [namedLeaves(input), namedLeaves(cotangent)]
  const show = ({ dtype, shape }: Any) => `${dtype} [${shape.join(', ')}]`
  return every([
    when(xs.length === cs.length, () => `${cs.length} cotangents for ${xs.length} inputs`),
    ...xs.map(([path, x], i) => {
      const [where, c] = cs[i] ?? ['', undefined]
      return when(
        c !== undefined && where === path && show(c) === show(x),
        () => `at ${path}: a cotangent ${c === undefined ? 'is missing' : `${where} ${show(c)}`} for ${show(x)}`,
      )
    }),
  ])
}

const near = (what: string, got: number, wanted: number, scale: number, { absolute, relative }: Tolerance): Verdict => {
  const bound = absolute + relative * Math.max(1, scale)
  return when(Math.abs(got - wanted) <= bound, () => `${what}: ${got} where ${wanted} is due (bound ${bound})`)
}

const hasFloats = (tree: unknown): boolean => leaves(tree).some(isFloat)

/**
 * All laws of a function that returns its value and its pullback: it agrees with the plain function, with differences
 * and with the derived pullback, keeps structure, shapes and dtypes, is linear, may be called twice, and has symmetric
 * second derivatives.
 *
 * @example
 * import { mul, sum, type Tensor, tensor } from 'pullback'
 * import { derived, differentiableLaws, runLaws, seeds } from 'pullback/laws'
 * import { reference } from 'pullback/reference'
 *
 * type Vector = Tensor<readonly [3], 'float64'>
 * const plain = (x: Vector) => sum(mul(x, x))
 * const laws = differentiableLaws<Vector, ReturnType<typeof plain>>()
 * const tolerance = { absolute: 1e-8, relative: 1e-8 }
 * const samples = seeds.map(({ seed }) => ({ input: tensor([0.5, -1, 2], [3], 'float64'), seed }))
 * await runLaws(laws, { device: reference(), plain, withPullback: derived(plain), tolerance }, samples)
 */
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
    const [got, wanted] = await device.evaluate([
      pullback(combined(2, a, 1, b)),
      combined(2, pullback(a), 1, pullback(b)),
    ] as const)
    return closeInScale(tolerance)('pullback of 2a + b', got, wanted)
  }),
  law('Differentiable: the pullback may be called twice', async ({ device, withPullback }, { input, seed }) => {
    const [output, pullback] = withPullback(input)
    const cotangent = dyadicLike(output, seed)
    const first = await device.evaluate(pullback(cotangent))
    return identical('second call', await device.evaluate(pullback(cotangent)), first)
  }),
  law('Differentiable: the pullback agrees with differences', async (instance, { input, seed }) => {
    if (!hasFloats(input)) return { holds: true }
    const { device, withPullback, tolerance } = instance
    const [output, pullback] = withPullback(input)
    const cotangent = dyadicLike(output, seed)
    const direction = dyadicLike(input, seed + 2)
    const gradient = pullback(cotangent)
    const [got, length, other] = (await numbers(device, [
      inner(direction, gradient),
      norm(direction),
      norm(gradient),
    ])) as [number, number, number]
    const wanted = await slopeOf(instance, { input, direction, cotangent })
    return near('<v, pullback(c)>', got, wanted, length * other, tolerance)
  }),
  law(
    'Differentiable: the pullback agrees with the derived one',
    async ({ device, plain, withPullback, tolerance }, { input, seed }) => {
      const [output, pullback] = withPullback(input)
      const cotangent = dyadicLike(output, seed)
      const [, derived] = differentiable(plain)(input)
      const [got, wanted] = await device.evaluate([pullback(cotangent), derived(cotangent)[0]] as const)
      return closeInScale(tolerance)('cotangent', got, wanted)
    },
  ),
  law(
    'Differentiable: second derivatives are symmetric',
    async ({ device, withPullback, tolerance }, { input, seed }) => {
      if (!hasFloats(input)) return { holds: true }
      const cotangent = dyadicLike(withPullback(input)[0], seed)
      const [u, v] = [dyadicLike(input, seed + 3), dyadicLike(input, seed + 4)]
      // Transposed products with the Jacobian of the gradient, which is the Hessian if the pullback is right.
      const [, second] = differentiable((x: X) => withPullback(x)[1](cotangent))(input)
      const [toU, toV] = [second(u)[0], second(v)[0]]
      const [a, b, scale] = (await numbers(device, [inner(v, toU), inner(u, toV), times(norm(u), norm(toV))])) as [
        number,
        number,
        number,
      ]
      return near('<v, H u> against <u, H v>', a, b, scale, tolerance)
    },
  ),
]

/**
 * A function with the pullback that is derived from its dataflow, as these laws take it.
 *
 * @example
 * import { item, mul, tensor, type Tensor } from 'pullback'
 * import { reference } from 'pullback/reference'
 * import { derived } from 'pullback/laws'
 *
 * const [y, pullback] = derived((x: Tensor<[]>) => mul(x, x))(tensor(3))
 * item(reference().evaluateSync(pullback(tensor(1)))) // => 6
 */
export const derived =
  <X, Y>(f: (input: X) => Y) =>
  (input: X): readonly [output: Y, pullback: (cotangent: Y) => X] => {
    const [output, pullback] = differentiable(f)(input)
    return [output, (cotangent) => pullback(cotangent)[0]]
  }
