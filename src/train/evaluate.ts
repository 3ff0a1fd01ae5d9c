/** How well a model does on examples: measures of what it infers, as means over all of them. */

import { fail } from '../array/error.js'
import { leaves } from '../array/tree.js'
import type { Batch } from '../data/batches.js'
import type { Device } from '../engine/device.js'
import type { Layer } from '../layer/layer.js'
import { type Numbers, numbersOf } from './numbers.js'
import type { Measure } from './step.js'

/** Params and state of a layer, such as those of a training state. */
export interface Model<P, S> {
  readonly params: P
  readonly state: S
}

/**
 * Means of measures over batches, each weighted by its number of examples: the same as over one batch of all of them, for
 * measures that are means themselves.
 *
 * @throws PullbackError when there is no example
 * @example
 * import { accuracy, batches, dataset, dense, evaluate, rng, storedArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const layer = dense(2, 2)
 * const [model] = layer.init({ shape: [1, 2], dtype: 'float32' })(rng(0))
 * const data = dataset(storedArray('float32', [3, 2], new Float32Array(6)), storedArray('int32', [3], new Int32Array(3)))
 * const measured = await evaluate(reference(), layer, model, batches(data, { size: 2 }), { accuracy })
 * measured.accuracy // => 1
 */
export const evaluate = async <X, Y, T, P, S, K extends string>(
  device: Device,
  layer: Layer<X, Y, P, S>,
  { params, state }: Model<P, S>,
  batches: Iterable<Batch<X, T>> | AsyncIterable<Batch<X, T>>,
  measures: { readonly [N in K]: Measure<Y, T> },
): Promise<Numbers<K>> => {
  const names = Object.keys(measures) as unknown as readonly K[]
  const sums = names.map(() => 0)
  let examples = 0
  for await (const { inputs, targets } of batches) {
    const [output] = layer.infer(params, state, inputs)
    const scalars = Object.fromEntries(names.map((name) => [name, measures[name](output, targets)]))
    const values = await numbersOf(device, scalars)
    const size = leaves(targets)[0]?.shape[0] ?? 1
    names.forEach((name, i) => {
      sums[i] = sums[i] + size * values[name]
    })
    examples += size
  }
  if (examples === 0) fail('evaluate', 'at least one example', 'none', 'Pass batches of a data set that is not empty.')
  return Object.fromEntries(names.map((name, i) => [name, sums[i] / examples])) as Numbers<K>
}
