/**
 * How activations are made. A layer without params is also a function: without an array it makes the layer, with one
 * it is applied at once. So `relu()` is a layer and `relu(x)` an array.
 */
import { expectFloat, type FloatDType } from '../../array/dtype.js'
import type { Shape } from '../../array/shape.js'
import { isTensor, type Tensor } from '../../array/tensor.js'
import { stateless } from '../build.js'
import type { Layer, None } from '../layer.js'
import { steady } from '../staged.js'

/** An elementwise layer without options, and its function. */
export interface Activation {
  /** The layer. Write it in place, `chain(dense(2, 3), relu())`: there it takes the shape that it stands on. */
  <T extends Tensor>(): Layer<T, T, None, None>
  <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D>
}

/** As Activation, with an option. */
export interface ActivationWith<O> {
  <T extends Tensor>(option?: O): Layer<T, T, None, None>
  <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, option?: O): Tensor<S, D>
}

/** The value at x, and from x and the value the pullback. */
export type Valued = (x: Tensor) => readonly [y: Tensor, pullback: (cotangent: Tensor) => Tensor]

/** Layer and function of one option. */
export const activation = <O>(name: string, of: (option: O | undefined) => Valued): ActivationWith<O> => {
  const checked =
    (valued: Valued): Valued =>
    (x) => {
      expectFloat(name, x.dtype)
      return valued(x)
    }
  return ((first?: Tensor | O, second?: O) =>
    isTensor(first)
      ? checked(of(second))(first)[0]
      : steady(stateless<Tensor, Tensor>(name, checked(of(first))))) as ActivationWith<O>
}

/** Layer and function without options. */
export const plainActivation = (name: string, valued: Valued): Activation => activation<never>(name, () => valued)
