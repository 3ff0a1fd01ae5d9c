/**
 * Laws of losses, functions from a prediction and a target to one number or, with reduction 'none', to terms.
 *
 * 1. 'sum' is the sum of the terms, and 'mean' that divided by their number
 * 2. nothing broadcasts: a target of another shape is a PullbackError
 * 3. the derivative by the prediction agrees with differences, for every reduction
 */
import { type ArraySpec, type Device, type LossReduction, PullbackError } from 'pullback'
import { closeInScale, type Tolerance } from './compare.js'
import { derived, differentiableLaws } from './differentiable.js'
import { broken, every, type Law, law, upheld, type Verdict } from './law.js'
import type { LayerSample } from './layer.js'
import { dyadic, sizeOf } from './sample.js'
import { type Any, reshaped, times, total } from './untyped.js'

/** A loss, and the predictions and targets that it takes. */
export interface LossInstance {
  readonly device: Device
  readonly loss: (prediction: Any, target: Any, reduction: LossReduction) => Any
  readonly prediction: ArraySpec
  /** Keeps the loss away from kinks at predictions n/16 + 1/32. */
  readonly target: (seed: number) => Any
  readonly tolerance: Tolerance
}

const reductions: readonly LossReduction[] = ['mean', 'sum', 'none']
const predictionOf = ({ prediction }: LossInstance, seed: number): Any =>
  dyadic(prediction.shape, prediction.dtype, seed)

const refuses = (what: string, run: () => unknown): Verdict => {
  try {
    run()
    return broken(`${what} is taken`)
  } catch (error) {
    return error instanceof PullbackError ? upheld : broken(`${what} throws ${String(error)}`)
  }
}

const [differences] = differentiableLaws<Any, Any>().filter(({ name }) => name.endsWith('agrees with differences'))

/**
 * Reductions are the sum and the mean of the terms, a target of another shape is an error, and the derivative agrees
 * with differences.
 */
export const lossLaws: readonly Law<LossInstance, LayerSample>[] = [
  law('Loss: mean and sum are those of the terms', async (instance, { seed }) => {
    const { device, loss, target, tolerance } = instance
    const [x, t] = [predictionOf(instance, seed), target(seed)]
    const terms = loss(x, t, 'none')
    const [sum, mean, wantedSum, wantedMean] = await device.evaluate([
      loss(x, t, 'sum'),
      loss(x, t, 'mean'),
      total(terms),
      times(total(terms), 1 / sizeOf(terms.shape)),
    ] as const)
    return every([closeInScale(tolerance)('sum', sum, wantedSum), closeInScale(tolerance)('mean', mean, wantedMean)])
  }),
  law('Loss: a target of another shape is an error', (instance, { seed }) => {
    const [x, t] = [predictionOf(instance, seed), instance.target(seed)]
    const wrong = {
      'a target with an axis of size 1 before': reshaped(t, [1, ...t.shape]),
      'a target with an axis of size 1 after': reshaped(t, [...t.shape, 1]),
      'a target of one example': dyadic([1, ...t.shape.slice(1)], t.dtype, seed),
    }
    return every(Object.entries(wrong).map(([what, target]) => refuses(what, () => instance.loss(x, target, 'mean'))))
  }),
  law('Loss: the derivative agrees with differences', async (instance, { seed }) => {
    const { device, loss, target, tolerance } = instance
    const t = target(seed)
    const verdicts = reductions.map((reduction) => {
      const plain = (x: Any): Any => loss(x, t, reduction)
      const withPullback = derived(plain)
      return differences.holds({ device, plain, withPullback, tolerance })({
        input: predictionOf(instance, seed),
        seed,
      })
    })
    return every(await Promise.all(verdicts))
  }),
]
