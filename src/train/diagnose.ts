/** Where NaN and infinity begin: the outputs of every part of a layer, in the order in which they are computed. */
import { isFloat } from '../array/dtype.js'
import { abs, add, less, select } from '../array/elementwise.js'
import { sum } from '../array/reduce.js'
import { literal, type Tensor } from '../array/tensor.js'
import { leaves, namedLeaves } from '../array/tree.js'
import type { AnyLayer, Layer } from '../layer/layer.js'
import type { TrainState } from './state.js'

/** A value by name, and how many of its elements are not finite. */
export interface Finding {
  readonly what: string
  readonly notFinite: Tensor<[]>
}
/** What was looked at, in the order of the computation, and how much of it is not finite. */
export type Diagnosis = readonly Finding[]

/** The number of elements of a tree that are NaN or infinite. */
const countNotFinite = (tree: unknown): Tensor<[]> =>
  leaves(tree)
    .filter(({ dtype }) => isFloat(dtype))
    .map((x) => sum(select(less(abs(x as Tensor), Number.POSITIVE_INFINITY), 0, 1) as Tensor) as Tensor)
    .reduce((a, b) => add(a, b), literal(0) as Tensor)

const join = (path: string, name: string): string => (path === '' || name === '' ? path + name : `${path}.${name}`)

/** The same layer, which reports the output of every innermost part. */
const probed = (layer: AnyLayer, path: string, report: (path: string, output: unknown) => void): AnyLayer => {
  if (layer.mapParts !== undefined) return layer.mapParts((part, name) => probed(part, join(path, name), report))
  return {
    ...layer,
    train: (rng) => {
      const [apply, next] = layer.train(rng)
      return [
        (params, state, input) => {
          const result = apply(params, state, input)
          report(path, result[0])
          return result
        },
        next,
      ]
    },
  }
}

/**
 * What a batch makes of a state: its params, the inputs, then the output of each part of the layer in training.
 *
 * @example
 * import { dense, diagnose, initialTrainState, rng, sgd, tensor } from 'pullback'
 *
 * const network = dense(2, 1)
 * const [state] = initialTrainState(network, sgd(0.1), { shape: [1, 2], dtype: 'float32' })(rng(0))
 * const found = diagnose(network, state, tensor([[1, Number.NaN]]))
 * found.map(({ what }) => what).includes('the output of the layer') // => true
 */
export const diagnose = <X, Y, P, S>(layer: Layer<X, Y, P, S>, state: TrainState<P, S>, inputs: X): Diagnosis => {
  const outputs: Finding[] = []
  const [apply] = probed(layer, '', (path, output) => {
    outputs.push({
      what: path === '' ? 'the output of the layer' : `the output of ${path}`,
      notFinite: countNotFinite(output),
    })
  }).train(state.rng)
  apply(state.params, state.state, inputs)
  return [
    ...namedLeaves(state.params).map(([path, leaf]) => ({
      what: `the parameter ${path}`,
      notFinite: countNotFinite(leaf),
    })),
    { what: 'the input', notFinite: countNotFinite(inputs) },
    ...outputs,
  ]
}
