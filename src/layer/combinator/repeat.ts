/** Copies of one layer: with params of their own, or shared. */
import { fail, within } from '../../array/error.js'
import { checkSizes, cotangentTuple, sumCotangents } from '../build.js'
import { type AnyLayer, inputsOf, type Layer, type Spec } from '../layer.js'
import { type AnyApply, type Part, sequential, tupleOf } from './sequential.js'

/**
 * A layer `times` times, one after another, each with params of its own: params and state are lists.
 *
 * @throws PullbackError when `times` is no positive whole number
 * @example
 * import { chain, input, linear, relu, repeat, residual } from 'pullback'
 *
 * const block = residual(chain(linear(64, 256), relu(), linear(256, 64)))
 * const tower = chain(input<[number, 10, 64]>(), repeat(12, block))
 */
export const repeat = <P, S, X>(
  times: number,
  layer: Layer<X, NoInfer<X>, P, S>,
): Layer<X, X, readonly P[], readonly S[]> => {
  checkSizes('repeat', { times })
  const parts = Array.from({ length: times }, (_, i): Part => ({ name: String(i), layer }))
  return sequential('repeat', parts, tupleOf) as Layer<X, X, readonly P[], readonly S[]>
}

/** One part of the input for each application; state goes from one to the next. */
const eachOf =
  (applies: readonly AnyApply[]): AnyApply =>
  (params, state, input) => {
    const inputs = input as readonly unknown[]
    if (!Array.isArray(inputs) || inputs.length !== applies.length)
      fail('shared', `a tuple of ${applies.length} inputs`, typeof input, 'Pass one input for each application.')
    let current = state
    const results = applies.map((apply, i) => {
      const result = within(String(i), () => apply(params, current, inputs[i]))
      current = result[2]
      return result
    })
    return [
      results.map(([y]) => y),
      (cotangent) => {
        const cotangents = cotangentTuple('shared', applies.length, cotangent)
        const back = results.map(([, pullback], i) => within(String(i), () => pullback(cotangents[i])))
        return [
          sumCotangents(
            'shared',
            back.map(([gradient]) => gradient),
          ),
          back.map(([, x]) => x),
        ]
      },
      current,
    ]
  }

/** How the applications of a shared layer draw. */
export interface SharedOptions {
  /**
   * Whether each application draws its own randomness (two dropout masks), or all have one draw (one mask);
   * 'each' unless given.
   */
  readonly draws?: 'each' | 'once'
}

const build = (layer: AnyLayer, count: number, draws: 'each' | 'once'): AnyLayer => ({
  kind: 'shared',
  init: (input) => (generator) => {
    const specs: readonly Spec[] = inputsOf('shared', input, count)
    const [initial, next] = layer.init(specs[0])(generator)
    // the others' params are not used, but their shapes must fit
    const outputs = specs.map((spec, i) =>
      i === 0 ? initial.output : within(String(i), () => layer.init(spec)(generator)[0].output),
    )
    return [{ ...initial, output: outputs }, next]
  },
  train: (generator) => {
    let next = generator
    const applies: AnyApply[] = []
    for (let i = 0; i < count; i++) {
      if (i > 0 && draws === 'once') applies.push(applies[0])
      else {
        const [apply, after] = layer.train(next)
        applies.push(apply)
        next = after
      }
    }
    return [eachOf(applies), next]
  },
  infer: eachOf(Array.from({ length: count }, () => layer.infer)),
  mapParts: (f) => build(f(layer, ''), count, draws),
})

/** A tuple of N times T. */
export type Repeated<T, N extends number, R extends readonly T[] = []> = number extends N
  ? readonly T[]
  : R['length'] extends N
    ? R
    : Repeated<T, N, readonly [...R, T]>

/**
 * One layer for each of `count` inputs, with the same params: a tuple of inputs to a tuple of outputs. The pullback sums
 * the cotangents of the params. For siamese networks.
 *
 * Source: Bromley, Guyon, LeCun, Säckinger and Shah, "Signature Verification using a Siamese Time Delay Neural Network"
 * (1993).
 *
 * @throws PullbackError when the input is not a tuple of `count`
 * @example
 * import { dense, shared } from 'pullback'
 *
 * const twins = shared(2, dense(4, 3)) // [x1, x2] to [y1, y2]
 */
export const shared = <const N extends number, X, Y, P, S>(
  count: N,
  layer: Layer<X, Y, P, S>,
  { draws = 'each' }: SharedOptions = {},
): Layer<Repeated<X, N>, Repeated<Y, N>, P, S> => {
  checkSizes('shared', { count })
  return build(layer, count, draws) as Layer<Repeated<X, N>, Repeated<Y, N>, P, S>
}
