/** How a kind of case is computed with the library: from named inputs to an output and the cotangents by name. */
import { type AnyTensor, differentiable, type Layer, type Shape, type Tensor } from 'pullback'

export type Inputs = Readonly<Record<string, AnyTensor>>
// biome-ignore lint/suspicious/noExplicitAny: options are data from a file, checked by the library that gets them
export type Options = any

export interface Computed {
  readonly output: AnyTensor
  readonly pullback: (cotangent: AnyTensor) => Inputs
  /** Named arrays that the case calls `nextState`. */
  readonly nextState?: Inputs
}
export type Kind = (inputs: Inputs, options: Options, state: Inputs) => Computed

/** Array functions seen without their static shapes: a case's shapes are known at run time only. */
export type Loose = (...args: readonly unknown[]) => AnyTensor
export const loose = (f: unknown): Loose => f as Loose
export const floats = (x: AnyTensor | undefined): Tensor => x as AnyTensor as Tensor
export const integers = (x: AnyTensor | undefined): Tensor<Shape, 'int32'> => x as AnyTensor as Tensor<Shape, 'int32'>

/** A pure function of the inputs; its pullback is derived. */
export const ofFunction =
  (f: (inputs: Inputs, options: Options) => unknown): Kind =>
  (inputs, options) => {
    const [output, pullback] = differentiable((own: Inputs) => f(own, options) as AnyTensor)(inputs)
    return { output, pullback: (cotangent) => pullback(cotangent)[0] }
  }

interface LayerCase {
  readonly layer: unknown
  readonly params: unknown
  readonly input: unknown
  readonly state?: unknown
  readonly mode?: 'train' | 'infer'
  /** The cotangents of params and input, by the case's names. */
  readonly name: (params: never, input: never) => Inputs
  readonly nameState?: (state: never) => Inputs
}

const noRandomness = undefined as never

/** A layer value; its own pullback is used. */
export const ofLayer =
  (build: (inputs: Inputs, options: Options, state: Inputs) => LayerCase): Kind =>
  (inputs, options, given) => {
    const { layer, params, input, state = {}, mode = 'infer', name, nameState } = build(inputs, options, given)
    const value = layer as Layer<unknown, unknown, unknown, unknown>
    const apply = mode === 'infer' ? value.infer : value.train(noRandomness)[0]
    const [output, pullback, after] = apply(params, state, input)
    return {
      output: output as AnyTensor,
      pullback: (cotangent) => {
        const [p, x] = pullback(cotangent)
        return name(p as never, x as never)
      },
      ...(nameState === undefined ? {} : { nextState: nameState(after as never) }),
    }
  }

/** A layer of one input `x` without params. */
export const ofPlainLayer = (make: (options: Options) => unknown): Kind =>
  ofLayer(({ x }, options) => ({
    layer: make(options),
    params: {},
    input: x,
    name: (_: never, dx: AnyTensor) => ({ x: dx }),
  }))

/** A layer of one input `x` whose params have the case's names. */
export const ofParametricLayer = (
  names: readonly string[],
  make: (options: Options, inputs: Inputs) => unknown,
): Kind =>
  ofLayer((inputs, options) => ({
    layer: make(options, inputs),
    params: Object.fromEntries(names.map((name) => [name, inputs[name]])),
    input: inputs.x,
    name: (params: Inputs, x: AnyTensor) => ({ ...params, x }),
  }))
