/** Params of layers, drawn by an initialiser in the dtype of the layer's input. */
import { cast } from '../array/elementwise.js'
import type { Shape } from '../array/shape.js'
import type { Tensor } from '../array/tensor.js'
import { fields } from '../array/tuple.js'
import { constant } from '../init/constant.js'
import type { Fans, Initializer } from '../init/initializer.js'
import { kaimingNormal } from '../init/scaled.js'
import type { Random } from '../random/rng.js'
import { drawRecord, floatDTypeOf } from './build.js'
import type { ArraySpec } from './layer.js'

const noFans: Fans = { in: 1, out: 1 }

/** The values drawn are those of float32, whatever the dtype. */
export const initialize =
  (initializer: Initializer, shape: Shape, fans: Fans | undefined, input: ArraySpec): Random<Tensor> =>
  (generator) => {
    const [value, next] = initializer(shape, fans ?? noFans)(generator)
    return [cast(value, floatDTypeOf(input)) as Tensor, next]
  }

/** Params of layers with a weight and perhaps a bias, whatever their shapes. */
export interface WeightAndBias {
  readonly weight: Tensor
  readonly bias?: Tensor
}

export const weightAlone = fields('weight')
export const weightAndBias = fields('weight', 'bias')

/** How a weight begins, and a bias where there is one. */
export interface WeightAndBiasInitializers {
  /** Whether there is a bias; true unless given. */
  readonly bias?: boolean
  /** `kaimingNormal()` unless given. */
  readonly weightInitializer?: Initializer
  /** Zeros unless given. */
  readonly biasInitializer?: Initializer
}

export const drawWeightAndBias = (
  { bias = true, weightInitializer = kaimingNormal(), biasInitializer = constant(0) }: WeightAndBiasInitializers,
  shape: Shape,
  outputs: number,
  fans: Fans,
  input: ArraySpec,
): Random<WeightAndBias> => {
  const weight = initialize(weightInitializer, shape, fans, input)
  return bias
    ? drawRecord<WeightAndBias>({ weight, bias: initialize(biasInitializer, [outputs], fans, input) })
    : drawRecord<WeightAndBias>({ weight })
}
