/** Layers side by side. */
import { fail, within } from '../../array/error.js'
import { cotangentTuple, sumCotangents } from '../build.js'
import type { AnyLayer, Layer } from '../layer.js'
import { type AnyApply, type Container, drawnApplies, type Part, tupleOf } from './sequential.js'

const applied =
  (parts: readonly Part[], applies: readonly AnyApply[], { join, part }: Container): AnyApply =>
  (params, state, input) => {
    const results = applies.map((apply, i) => {
      const [own, before] = [part(params, i), part(state, i)]
      return within(parts[i].name, () => apply(own, before, input))
    })
    const changed = results.some(([, , after], i) => after !== part(state, i))
    return [
      results.map(([y]) => y),
      (cotangent) => {
        const cotangents = cotangentTuple('fanOut', parts.length, cotangent)
        const back = results.map(([, pullback], i) => within(parts[i].name, () => pullback(cotangents[i])))
        return [
          join(back.map(([gradient]) => gradient)),
          sumCotangents(
            'fanOut',
            back.map(([, x]) => x),
          ),
        ]
      },
      changed ? join(results.map(([, , after]) => after)) : state,
    ]
  }

/** One input for all parts, and a tuple of their outputs. */
const parallel = (parts: readonly Part[]): AnyLayer => {
  const container = tupleOf(parts)
  const draw = drawnApplies(parts)
  return {
    kind: 'fanOut',
    init: (input) => (generator) => {
      let next = generator
      const initials = parts.map(({ name, layer }) => {
        const [initial, after] = within(name, () => layer.init(input)(next))
        next = after
        return initial
      })
      const params = container.join(initials.map((initial) => initial.params as unknown))
      const state = container.join(initials.map((initial) => initial.state as unknown))
      return [{ params, state, output: initials.map((initial) => initial.output) }, next]
    },
    train: (generator) => {
      const [applies, next] = draw(generator)
      return [applied(parts, applies, container), next]
    },
    infer: applied(
      parts,
      parts.map(({ layer }) => layer.infer as AnyApply),
      container,
    ),
    mapParts: (f) => parallel(parts.map(({ name, layer }) => ({ name, layer: f(layer, name) }))),
  }
}

/**
 * One input for several layers, and the tuple of their outputs. The pullback sums the cotangents of the input.
 *
 * @example
 * import { chain, concat, dense, fanOut } from 'pullback'
 *
 * const two = chain(fanOut(dense(4, 3), dense(4, 5)), concat(1)) // [N, 4] to [N, 8]
 */
export function fanOut<X, Y1, P1, S1>(l1: Layer<X, Y1, P1, S1>): Layer<X, readonly [Y1], [P1], [S1]>
export function fanOut<X, Y1, P1, S1, Y2, P2, S2>(
  l1: Layer<X, Y1, P1, S1>,
  l2: Layer<NoInfer<X>, Y2, P2, S2>,
): Layer<X, readonly [Y1, Y2], [P1, P2], [S1, S2]>
export function fanOut<X, Y1, P1, S1, Y2, P2, S2, Y3, P3, S3>(
  l1: Layer<X, Y1, P1, S1>,
  l2: Layer<NoInfer<X>, Y2, P2, S2>,
  l3: Layer<NoInfer<X>, Y3, P3, S3>,
): Layer<X, readonly [Y1, Y2, Y3], [P1, P2, P3], [S1, S2, S3]>
export function fanOut<X, Y1, P1, S1, Y2, P2, S2, Y3, P3, S3, Y4, P4, S4>(
  l1: Layer<X, Y1, P1, S1>,
  l2: Layer<NoInfer<X>, Y2, P2, S2>,
  l3: Layer<NoInfer<X>, Y3, P3, S3>,
  l4: Layer<NoInfer<X>, Y4, P4, S4>,
): Layer<X, readonly [Y1, Y2, Y3, Y4], [P1, P2, P3, P4], [S1, S2, S3, S4]>
export function fanOut<X, Y, P, S>(
  ...layers: readonly Layer<X, Y, P, S>[]
): Layer<X, readonly Y[], readonly P[], readonly S[]>
export function fanOut(...layers: readonly AnyLayer[]): AnyLayer {
  if (layers.length === 0) fail('fanOut', 'at least one layer', 'none', 'Pass the layers.')
  return parallel(layers.map((layer, i): Part => ({ name: String(i), layer })))
}
