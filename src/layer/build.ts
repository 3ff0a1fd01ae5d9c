/** Builders of layer values that the families share. */
import type { State } from '#fp/State'
import { argument } from '../array/control.js'
import { type DType, expectFloat } from '../array/dtype.js'
import { add } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { checkShape, type Shape, sameShape, showShape } from '../array/shape.js'
import { type AnyTensor, isTensor, type Tensor } from '../array/tensor.js'
import { zipTrees } from '../array/tree.js'
import { tuple } from '../array/tuple.js'
import type { Random, Rng } from '../random/rng.js'
import { type Apply, type ArraySpec, type Layer, type None, none, type Pullback, type Spec, showSpec } from './layer.js'

/** A value that needs no randomness. */
export const pure =
  <A>(value: A): State<Rng, A> =>
  (generator) => [value, generator]

/** Draws the values of a record one after another, in the order of its keys. */
export const drawRecord =
  <R extends object>(draws: { readonly [K in keyof R]: Random<R[K]> }): Random<R> =>
  (generator) => {
    const out: Record<string, unknown> = {}
    let next = generator
    for (const key of Object.keys(draws)) {
      const [value, after] = draws[key as keyof R](next)
      out[key] = value
      next = after
    }
    return [out as R, next]
  }

/** The spec of a tensor, or of a list of them. */
export const specOf = (value: unknown): Spec =>
  isTensor(value)
    ? { shape: value.shape, dtype: value.dtype }
    : Array.isArray(value)
      ? value.map(specOf)
      : fail('layer', 'an array or a tuple of arrays', typeof value, 'Layers pass arrays, or tuples of them.')

/** Stand-ins of a spec's shapes and dtypes, to find out what a function of arrays makes of them. */
export const standIn = (name: string, spec: Spec): unknown => {
  if (!('dtype' in spec)) return spec.map((part) => standIn(name, part))
  checkShape(name, spec.shape)
  return argument(spec.shape, spec.dtype)
}

const describe = (value: unknown): string =>
  isTensor(value) || (Array.isArray(value) && value.every(isTensor)) ? showSpec(specOf(value)) : typeof value

/** The cotangents of a layer of several outputs. */
export const cotangentTuple = (name: string, count: number, cotangent: unknown): readonly unknown[] =>
  Array.isArray(cotangent) && cotangent.length === count
    ? (cotangent as readonly unknown[])
    : fail(
        name,
        `a tuple of ${count} cotangents`,
        Array.isArray(cotangent) ? `a tuple of ${cotangent.length}` : describe(cotangent),
        'Pass one cotangent for each output.',
      )

/** A cotangent has the structure, shape and dtype of what it belongs to. */
export const checkCotangent = (name: string, output: unknown, cotangent: unknown): void => {
  if (isTensor(output)) {
    if (isTensor(cotangent) && cotangent.dtype === output.dtype && sameShape(cotangent.shape, output.shape)) return
  } else if (Array.isArray(output)) {
    if (Array.isArray(cotangent) && cotangent.length === output.length) {
      output.forEach((part, i) => {
        checkCotangent(name, part, cotangent[i])
      })
      return
    }
  } else return
  fail(
    name,
    `a cotangent ${describe(output)}`,
    describe(cotangent),
    'A cotangent has the shape and dtype of the output it belongs to.',
  )
}

/** The sum of the cotangents that one value gets from its uses. Those of integers are zeros. */
export const sumCotangents = <T>(name: string, cotangents: readonly T[]): T =>
  cotangents.reduce((a, b) =>
    zipTrees(name, tuple(a, b), (x, y) =>
      x.dtype === 'float32' || x.dtype === 'float64' ? (add(x as Tensor, y as Tensor) as AnyTensor) : x,
    ),
  )

/** What a layer of arrays computes: the output, and the cotangents as a function of its own. */
export type Forward<P, X, Y> = (params: P, input: X) => readonly [output: Y, pullback: Pullback<P, X, Y>]

const applyOf =
  <P, X, Y>(name: string, forward: Forward<P, X, Y>): Apply<P, None, X, Y> =>
  (params, state, input) => {
    const [output, pullback] = forward(params, input)
    return tuple(
      output,
      (cotangent) => {
        checkCotangent(name, output, cotangent)
        return pullback(cotangent)
      },
      state,
    )
  }

/** A layer without state or randomness. Its output's spec is what `forward` makes of stand-ins, which checks sizes, too. */
export const parametric = <X, Y, P>(
  name: string,
  params: (input: Spec) => Random<P>,
  forward: Forward<P, X, Y>,
): Layer<X, Y, P, None> => {
  const apply = applyOf(name, forward)
  return {
    kind: name,
    init: (input) => (generator) => {
      const [drawn, next] = params(input)(generator)
      const output = specOf(forward(drawn, standIn(name, input) as X)[0])
      return [{ params: drawn, state: none, output }, next]
    },
    train: pure(apply),
    infer: apply,
  }
}

/** A layer without params, state or randomness: a function of the input with its pullback. */
export const stateless = <X, Y>(
  name: string,
  forward: (input: X) => readonly [output: Y, pullback: (cotangent: Y) => X],
): Layer<X, Y, None, None> =>
  parametric<X, Y, None>(
    name,
    () => pure(none),
    (params, input) => {
      const [output, pullback] = forward(input)
      return tuple(output, (cotangent) => tuple(params, pullback(cotangent)))
    },
  )

/** The float dtype that params take for an input: its own, or float32 where the input holds integers. */
export const floatDTypeOf = (input: ArraySpec): 'float32' | 'float64' =>
  input.dtype === 'float64' ? 'float64' : 'float32'

/**
 * Params have the shapes, and the dtype of the input, that `init` gives them: nothing broadcasts them, and those of
 * another layer do not pass.
 */
export const checkParams = (
  name: string,
  params: unknown,
  shapes: Readonly<Record<string, Shape>>,
  dtype: DType | 'any' = 'any',
): void => {
  for (const key in shapes) {
    const param = (params as Readonly<Record<string, unknown>> | undefined)?.[key]
    if (isTensor(param) && sameShape(param.shape, shapes[key]) && (dtype === 'any' || param.dtype === dtype)) continue
    fail(
      `${name}.${key}`,
      `${dtype === 'any' ? 'an array' : dtype} ${showShape(shapes[key])}`,
      describe(param),
      'Pass what init gave for inputs of this dtype, or a checkpoint of this layer.',
    )
  }
}

/** A size of a layer: a positive whole number. */
export const checkSizes = (name: string, sizes: Readonly<Record<string, number>>): void => {
  for (const [key, value] of Object.entries(sizes))
    if (!Number.isInteger(value) || value < 1)
      fail(name, `${key} a positive whole number`, String(value), `Give the number of elements as ${key}.`)
}

/** Rank, one axis' size, and a float dtype of an input. */
export const checkInput = (
  name: string,
  x: AnyTensor,
  sizes: { readonly rank?: number; readonly axis?: number; readonly size?: number },
): void => {
  expectFloat(name, x.dtype)
  checkShapeOf(name, x, sizes)
}

/** As checkInput, for any dtype. */
export const checkShapeOf = (
  name: string,
  x: AnyTensor,
  { rank, axis, size }: { readonly rank?: number; readonly axis?: number; readonly size?: number },
): void => {
  if (rank !== undefined && x.shape.length !== rank)
    fail(name, `an array of rank ${rank}`, showShape(x.shape), rankAdvice(rank))
  if (axis === undefined) return
  const at = axis < 0 ? axis + x.shape.length : axis
  if (x.shape[at] !== size)
    fail(name, `size ${size} on axis ${axis}`, showShape(x.shape), 'Make this size that of the layer before.')
}

const rankAdvice = (rank: number): string =>
  rank === 2
    ? 'Inputs are batch, feature: put flatten() before, or use linear for any rank.'
    : rank === 4
      ? 'Images are batch, channel, height, width.'
      : rank === 3
        ? 'Sequences are time, batch, feature.'
        : 'Reshape the input.'
