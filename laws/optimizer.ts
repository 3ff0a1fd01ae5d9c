/**
 * Laws of optimizers.
 *
 * 1. an update has the params' structure, shapes and dtypes
 * 2. resume: running over xs ++ ys is running over xs, saving, loading, and running over ys, bit for bit: all there is
 *    to know is in the state, which is plain data
 * 3. where promised, no gradient means no update
 * 4. a convex parabola comes down
 *
 * And of their composition: 5. it is associative, and 6. the identity is its unit, bit for bit.
 */
import {
  type AnyTensor,
  applyUpdates,
  type Device,
  isTensor,
  mapTree,
  namedLeaves,
  type Optimizer,
  type OptimizerState,
  tensor,
  toArray,
  zerosLike,
} from 'pullback'
import { identical, type Tolerance } from './compare.js'
import { every, type Law, law, upheld, when } from './law.js'
import { dyadic, dyadicLike } from './sample.js'
import { isFloat, times } from './untyped.js'

/** An optimizer, and what it promises. */
export interface OptimizerInstance {
  readonly device: Device
  readonly optimizer: Optimizer
  /** Steps within which a parabola comes down to half of where it began; 200 unless given. */
  readonly steps?: number
  /** Whether zero gradients leave params where they are, as they do without weight decay. */
  readonly rests?: boolean
  /** Given for a device whose kernels round as they like: its runs are compared step by step, and not evaluated at once. */
  readonly rounding?: Tolerance
}
/** What params and gradients are drawn from. */
export interface OptimizerSample {
  readonly seed: number
}

interface Params {
  readonly weight: AnyTensor
  readonly bias: AnyTensor
  /** Integers have no gradient, and stay. */
  readonly order: AnyTensor
}
interface Place {
  readonly params: Params
  readonly state: OptimizerState<Params>
}

const start = (optimizer: Optimizer, seed: number): Place => {
  const params: Params = {
    weight: dyadic([3, 4], 'float32', seed),
    bias: dyadic([4], 'float32', seed + 1),
    order: dyadic([2], 'int32', seed + 2),
  }
  return { params, state: optimizer.init(params) }
}

const advance = (optimizer: Optimizer, { params, state }: Place, gradients: Params): Place => {
  const [updates, next] = optimizer.update(gradients, state, params)
  return { params: applyUpdates(params, updates), state: next }
}

const run = (optimizer: Optimizer, from: Place, seeds: readonly number[]): Place =>
  seeds.reduce((place, seed) => advance(optimizer, place, dyadicLike(place.params, seed)), from)

type Runner = (from: Place, seeds: readonly number[]) => Promise<Place>

/** As a fold does it: every step is evaluated, so that all have the same kernels wherever a run begins. */
const runInSteps = async (
  device: Device,
  optimizer: Optimizer,
  from: Place,
  seeds: readonly number[],
): Promise<Place> => {
  let place = await device.evaluate(from)
  for (const seed of seeds) place = await device.evaluate(advance(optimizer, place, dyadicLike(place.params, seed)))
  return place
}

/** What comes back after saving and loading: copies of arrays, numbers, texts, lists and records, and nothing else. */
const revived = (value: unknown): unknown => {
  if (isTensor(value)) return tensor(toArray(value), value.shape, value.dtype)
  if (Array.isArray(value)) return value.map(revived)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, revived(child)]))
  return typeof value === 'function' ? undefined : value
}

/** Sum of squares on the host. */
const energy = (params: Params): number =>
  [params.weight, params.bias].reduce((total, x) => total + Array.from(toArray(x)).reduce((s, v) => s + v * v, 0), 0)

/**
 * Updates have the structure of the params, a run that is saved and resumed gives the bits of the whole, zero gradients
 * leave params where they are (where promised), and a parabola comes down.
 *
 * @example
 * import { adam } from 'pullback'
 * import { cpu } from 'pullback/cpu'
 * import { optimizerLaws, runLaws, seeds } from 'pullback/laws'
 *
 * await runLaws(optimizerLaws, { device: cpu(), optimizer: adam(0.05), rests: true }, seeds, { runs: 3 })
 */
export const optimizerLaws: readonly Law<OptimizerInstance, OptimizerSample>[] = [
  law('Optimizer: an update is like the params', ({ optimizer }, { seed }) => {
    const place = start(optimizer, seed)
    const [updates] = optimizer.update(dyadicLike(place.params, seed), place.state, place.params)
    const show = (tree: unknown): string =>
      namedLeaves(tree)
        .map(([path, x]) => `${path} ${x.dtype} [${x.shape.join(', ')}]`)
        .join('; ')
    return when(show(updates) === show(place.params), () => `${show(updates)} for params ${show(place.params)}`)
  }),
  law('Optimizer: stopping and resuming changes no bit', async ({ device, optimizer, rounding }, { seed }) => {
    const seeds = [seed, seed + 1, seed + 2, seed + 3]
    const atOnce: Runner = (from, steps) => device.evaluate(run(optimizer, from, steps))
    const inSteps: Runner = (from, steps) => runInSteps(device, optimizer, from, steps)
    const verdicts = (rounding === undefined ? [atOnce, inSteps] : [inSteps]).map(async (advanced) => {
      const whole = await advanced(start(optimizer, seed), seeds)
      const half = revived(await advanced(start(optimizer, seed), seeds.slice(0, 2))) as Place
      // what is remembered outside the state belongs to another run by now
      await advanced(start(optimizer, seed + 9), seeds.slice(0, 1))
      return identical('resumed run', await advanced(half, seeds.slice(2)), whole)
    })
    return every(await Promise.all(verdicts))
  }),
  law('Optimizer: no gradient, no update', async ({ device, optimizer, rests = false }, { seed }) => {
    if (!rests) return upheld
    const place = start(optimizer, seed)
    const next = advance(optimizer, place, mapTree(place.params, zerosLike))
    return identical('params', await device.evaluate(next.params), place.params)
  }),
  law('Optimizer: a parabola comes down', async ({ device, optimizer, steps = 200 }, { seed }) => {
    let place = await device.evaluate(start(optimizer, seed))
    const before = energy(place.params)
    // x²/2 has the gradient x
    for (let i = 0; i < steps; i++)
      place = await device.evaluate(
        advance(
          optimizer,
          place,
          mapTree(place.params, (x) => (isFloat(x) ? times(x, 1) : zerosLike(x))),
        ),
      )
    const after = energy(place.params)
    return when(after < before / 2, () => `x²/2 went from ${before / 2} to ${after / 2} in ${steps} steps`)
  }),
]

/** A composition of optimizers, its unit, and three optimizers to compose. */
export interface OptimizerCompositionInstance {
  readonly device: Device
  readonly chain: (...optimizers: readonly Optimizer[]) => Optimizer
  readonly identity: Optimizer
  readonly optimizers: readonly [Optimizer, Optimizer, Optimizer]
}

const endsOf = async (device: Device, optimizers: readonly Optimizer[], seed: number): Promise<readonly Params[]> =>
  device.evaluate(optimizers.map((o) => run(o, start(o, seed), [seed, seed + 1, seed + 2]).params))

/** Composition of optimizers is associative, and the identity is its unit: bit for bit. */
export const optimizerCompositionLaws: readonly Law<OptimizerCompositionInstance, OptimizerSample>[] = [
  law('Optimizer: composition is associative', async ({ device, chain, optimizers: [a, b, c] }, { seed }) => {
    const [flat, left, right] = await endsOf(
      device,
      [chain(a, b, c), chain(chain(a, b), c), chain(a, chain(b, c))],
      seed,
    )
    return every([identical('(a, b), c', left, flat), identical('a, (b, c)', right, flat)])
  }),
  law('Optimizer: the identity is the unit', async ({ device, chain, identity, optimizers }, { seed }) => {
    const a = chain(...optimizers)
    const [alone, left, right] = await endsOf(device, [a, chain(identity, a), chain(a, identity)], seed)
    return every([identical('identity, a', left, alone), identical('a, identity', right, alone)])
  }),
]
