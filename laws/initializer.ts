/**
 * Laws of initialisers.
 *
 * 1. draws have the shape that is asked for, float32, and equal generators give equal ones
 * 2. mean and variance are the promised ones, within five standard errors, and no element is beyond the promised bound
 * 3. depth: through 8 layers of 160 units the mean square of a signal stays within a factor of 12. One layer changes it
 *    by a random factor of relative variance 5 / 160 (rectified; 2 / 160 linear), so that 12 is five standard deviations
 *    of its logarithm, while a variance wrong by a factor of 2 makes 2^8.
 * 4. layers: a layer whose weights are drawn with variance gain² / fan in multiplies the mean square of its input by
 *    gain²: fans are right, also for convolutions with groups
 * 5. orthogonal: the rows (or columns, whichever are fewer) are orthogonal and of length gain
 */
import {
  type AnyLayer,
  type ArraySpec,
  type Device,
  type Fans,
  type Initializer,
  rng,
  type Shape,
  toArray,
} from 'pullback'
import { identical } from './compare.js'
import { every, type Law, law, upheld, when } from './law.js'
import { begin, type LayerSample } from './layer.js'
import { dyadic, sizeOf } from './sample.js'
import { type Any, asAny } from './untyped.js'

/** An initialiser, and what it promises. */
export interface InitializerInstance {
  readonly device: Device
  readonly initializer: Initializer
  readonly shape: Shape
  readonly fans: Fans
  /** 0 unless given. */
  readonly mean?: number
  readonly variance: number
  /** The largest magnitude there may be. */
  readonly bound?: number
}

const draw = async (
  { device, initializer, shape, fans }: Pick<InitializerInstance, 'device' | 'initializer' | 'shape' | 'fans'>,
  seed: number,
): Promise<Any> => (await device.evaluate([asAny(initializer(shape, fans)(rng(seed))[0])]))[0]

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const meanSquare = (x: ArrayLike<number>): number => average(Array.from(x, (v) => v * v))

/**
 * Draws have the shape, mean, variance and bound that are promised, and equal generators give equal ones.
 *
 * @example
 * import { initializer } from 'pullback'
 * import { cpu } from 'pullback/cpu'
 * import { initializerLaws, runLaws, seeds } from 'pullback/laws'
 *
 * const layer = { shape: [50, 40], fans: { in: 40, out: 50 } } as const
 * const promised = { initializer: initializer.lecunNormal(), variance: 1 / 40 }
 * await runLaws(initializerLaws, { device: cpu(), ...layer, ...promised }, seeds, { runs: 3 })
 */
export const initializerLaws: readonly Law<InitializerInstance, LayerSample>[] = [
  law('Initializer: equal generators give equal arrays of the shape', async (instance, { seed }) => {
    const x = await draw(instance, seed)
    return every([
      when(
        x.dtype === 'float32' && x.shape.join() === instance.shape.join(),
        () => `${x.dtype} [${x.shape.join(', ')}] for [${instance.shape.join(', ')}]`,
      ),
      identical('a second draw', await draw(instance, seed), x),
    ])
  }),
  law('Initializer: mean and variance are the promised ones', async (instance, { seed }) => {
    const { mean = 0, variance, bound = Number.POSITIVE_INFINITY } = instance
    const values = Array.from(toArray(await draw(instance, seed)))
    const squares = values.map((v) => (v - mean) * (v - mean))
    const got = average(squares)
    const error = Math.sqrt(average(squares.map((s) => (s - got) * (s - got))) / values.length)
    const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
    return every([
      when(
        Math.abs(average(values) - mean) <= 5 * Math.sqrt(variance / values.length),
        () => `mean ${average(values)}, promised ${mean}`,
      ),
      // float32 rounds what does not vary at all
      when(Math.abs(got - variance) <= 5 * error + 1e-7 * variance, () => `variance ${got}, promised ${variance}`),
      when(largest <= bound, () => `an element of magnitude ${largest}, promised ${bound}`),
    ])
  }),
]

/** An initialiser, and the activation that it is made for. */
export interface DepthInstance {
  readonly device: Device
  readonly initializer: Initializer
  /** What follows each layer. */
  readonly activation: 'relu' | 'linear'
}

const [width, depth, batch, factor] = [160, 8, 8, 12]

/** x Wᵀ for rows x and weights out, in. */
const product = (x: readonly number[], weight: ArrayLike<number>): number[] =>
  Array.from({ length: batch * width }, (_, k) => {
    const [row, out] = [Math.floor(k / width), k % width]
    let sum = 0
    for (let i = 0; i < width; i++) sum += x[row * width + i] * weight[out * width + i]
    return sum
  })

/** Through 8 layers of 160 units the mean square of a signal stays within a factor of 12. */
export const depthLaw: Law<DepthInstance, LayerSample> = law(
  'Initializer: the variance is kept through depth',
  async ({ device, initializer, activation }, { seed }) => {
    const fans = { in: width, out: width }
    const active = (v: number): number => (activation === 'relu' ? Math.max(v, 0) : v)
    let x: readonly number[] = Array.from(toArray(dyadic([batch, width], 'float32', seed)))
    const before = meanSquare(x)
    for (let layer = 0; layer < depth; layer++) {
      const weight = await draw({ device, initializer, shape: [width, width], fans }, 1000 * seed + layer)
      // the first layer gets the signal as it is
      x = product(layer === 0 ? x : x.map(active), toArray(weight))
      if (layer === 0 && activation === 'relu') x = x.map((v) => v / Math.SQRT2)
    }
    const ratio = meanSquare(x) / before
    return when(
      ratio <= factor && ratio >= 1 / factor,
      () => `the mean square is ${ratio} times what it was, after ${depth} layers`,
    )
  },
)

/** A layer, and the gain that its weights are drawn with. */
export interface FanInstance {
  readonly device: Device
  /** A layer without bias or padding whose weights have variance gain² / fan in. */
  readonly layer: AnyLayer
  readonly input: ArraySpec
  readonly gain: number
  /** Weights of the layer: how many numbers its own randomness is made of. */
  readonly weights: number
}

/** A layer whose weights have variance gain² / fan in multiplies the mean square of its input by gain². */
export const fanLaw: Law<FanInstance, LayerSample> = law(
  'Initializer: a layer multiplies the variance by its squared gain',
  async ({ device, layer, input, gain, weights }, { seed }) => {
    const { params, state } = await begin({ device, layer, input }, seed)
    const x = dyadic(input.shape, input.dtype, seed)
    const [y] = await device.evaluate([asAny(layer.infer(params, state, x)[0])])
    const ratio = meanSquare(toArray(y)) / meanSquare(toArray(x)) / (gain * gain)
    // the squared weights vary by 2 of their mean, and so do the squares of the sums
    const bound = 5 * Math.sqrt(2 / weights + 2 / Math.min(sizeOf(y.shape), sizeOf(x.shape)))
    return when(Math.abs(ratio - 1) <= bound, () => `${ratio} of the promised mean square (bound 1 ± ${bound})`)
  },
)

/** An orthogonal initialiser, and the size of its matrix. */
export interface OrthogonalInstance {
  readonly device: Device
  readonly initializer: Initializer
  readonly rows: number
  readonly columns: number
  readonly gain: number
}

/** The rows or the columns, whichever are fewer, are orthogonal and of length gain. */
export const orthogonalLaw: Law<OrthogonalInstance, LayerSample> = law(
  'Initializer: orthogonal rows or columns of length gain',
  async ({ device, initializer, rows, columns, gain }, { seed }) => {
    const shape = [rows, columns]
    const values = toArray(await draw({ device, initializer, shape, fans: { in: columns, out: rows } }, seed))
    const [count, length] = rows <= columns ? [rows, columns] : [columns, rows]
    const entry = (vector: number, i: number): number =>
      rows <= columns ? values[vector * columns + i] : values[i * columns + vector]
    for (let a = 0; a < count; a++)
      for (let b = 0; b < count; b++) {
        let dot = 0
        for (let i = 0; i < length; i++) dot += entry(a, i) * entry(b, i)
        const wanted = a === b ? gain * gain : 0
        if (Math.abs(dot - wanted) > 1e-5 * gain * gain)
          return when(false, () => `vectors ${a} and ${b} have the product ${dot}, not ${wanted}`)
      }
    return upheld
  },
)
