/** The types that functions of corresponding elements have, and how those of two arrays work both ways. */
import type { DType, FloatDType, NumericDType } from './dtype.js'
import type { Shape } from './shape.js'
import { type AnyTensor, isTensor, type Tensor } from './tensor.js'
import type { Broadcast, Check, Out } from './typing.js'

export type Value = AnyTensor | number

/** The dtype of two operands: numbers take that of the other. */
export const dtypeOfPair = (a: Value, b: Value): DType => (isTensor(a) ? a.dtype : isTensor(b) ? b.dtype : 'float32')

/** Elementwise on one array. */
export type Unary<Domain extends DType = FloatDType> = <S extends Shape, D extends Domain = Domain>(
  x: Tensor<S, D>,
) => Tensor<S, D>

/** Elementwise on two arrays of one dtype, data first or data last. */
export interface Binary<Domain extends DType = NumericDType> {
  <A extends Shape, B extends Shape, D extends Domain>(
    a: Tensor<A, D>,
    b: Tensor<B, NoInfer<D>> & Check<Broadcast<A, B>>,
  ): Out<Broadcast<A, B>, D>
  <A extends Shape, D extends Domain>(a: Tensor<A, D>, b: number): Tensor<A, D>
  <B extends Shape, D extends Domain>(a: number, b: Tensor<B, D>): Tensor<B, D>
  (b: number): <A extends Shape, D extends Domain>(a: Tensor<A, D>) => Tensor<A, D>
  <B extends Shape, D extends Domain>(
    b: Tensor<B, D>,
  ): <A extends Shape>(a: Tensor<A, D> & Check<Broadcast<A, B>>) => Out<Broadcast<A, B>, D>
}

/** As Binary, with a bool result. */
export interface Comparison {
  <A extends Shape, B extends Shape, D extends DType>(
    a: Tensor<A, D>,
    b: Tensor<B, NoInfer<D>> & Check<Broadcast<A, B>>,
  ): Out<Broadcast<A, B>, 'bool'>
  <A extends Shape, D extends DType>(a: Tensor<A, D>, b: number): Tensor<A, 'bool'>
  <B extends Shape, D extends DType>(a: number, b: Tensor<B, D>): Tensor<B, 'bool'>
  (b: number): <A extends Shape, D extends DType>(a: Tensor<A, D>) => Tensor<A, 'bool'>
  <B extends Shape, D extends DType>(
    b: Tensor<B, D>,
  ): <A extends Shape>(a: Tensor<A, D> & Check<Broadcast<A, B>>) => Out<Broadcast<A, B>, 'bool'>
}

type Two = (a: Value, b: Value) => AnyTensor
const dataLast =
  (f: Two, b: Value) =>
  (a: Value): AnyTensor =>
    f(a, b)
/** Data first with two arguments, data last with one. No rest parameter, no closure where both are there: nothing is built so often. */
export const dual = (f: Two) =>
  function (a: Value, b: Value) {
    // biome-ignore lint/complexity/noArguments: it tells an argument that is left out from undefined, and costs nothing
    return arguments.length === 1 ? dataLast(f, a) : f(a, b)
  } as unknown
