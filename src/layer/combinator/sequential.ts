/** One layer after another, whatever holds their params: what `chain`, `named` and `repeat` share. */
import { fail, within } from '../../array/error.js'
import type { Random } from '../../random/rng.js'
import type { AnyLayer, Apply, Spec } from '../layer.js'

export interface Part {
  readonly name: string
  readonly layer: AnyLayer
}

/** How values of the parts stand together in one tree: a tuple, or a record. */
export interface Container {
  readonly join: (values: readonly unknown[]) => unknown
  readonly part: (tree: unknown, index: number) => unknown
}

/** Params and states as a tuple. */
export const tupleOf = (parts: readonly Part[]): Container => ({
  join: (values) => values,
  part: (tree, i) =>
    Array.isArray(tree) && i < tree.length
      ? tree[i]
      : fail(parts[i].name, `params and states of ${parts.length} layers`, show(tree), 'Pass what init gave.'),
})

/** Params and states as a record, by the parts' names. */
export const recordOf = (parts: readonly Part[]): Container => ({
  join: (values) => Object.fromEntries(values.map((value, i) => [parts[i].name, value])),
  part: (tree, i) => {
    const { name } = parts[i]
    const value = typeof tree === 'object' && tree !== null ? (tree as Record<string, unknown>)[name] : undefined
    return value ?? fail(name, 'params and state of this layer', show(tree), 'Pass what init gave.')
  },
})

const show = (tree: unknown): string =>
  Array.isArray(tree)
    ? `a list of ${tree.length}`
    : typeof tree === 'object' && tree !== null
      ? `{${Object.keys(tree).join(', ')}}`
      : String(tree)

export type AnyApply = Apply<unknown, unknown, unknown, unknown>

/** The chain rule: outputs forward, cotangents back. A state that no part changes stays the very same. */
const composed =
  (parts: readonly Part[], applies: readonly AnyApply[], { join, part }: Container): AnyApply =>
  (params, state, input) => {
    let x = input
    let changed = false
    const states: unknown[] = []
    const pullbacks: ReturnType<AnyApply>[1][] = []
    for (let i = 0; i < applies.length; i++) {
      const own = part(params, i)
      const before = part(state, i)
      const [y, pullback, after] = within(parts[i].name, () => applies[i](own, before, x))
      x = y
      pullbacks.push(pullback)
      states.push(after)
      changed ||= after !== before
    }
    return [
      x,
      (cotangent) => {
        let c = cotangent
        const gradients = new Array<unknown>(pullbacks.length)
        for (let i = pullbacks.length - 1; i >= 0; i--) {
          const [gradient, before] = within(parts[i].name, () => pullbacks[i](c))
          gradients[i] = gradient
          c = before
        }
        return [join(gradients), c]
      },
      changed ? join(states) : state,
    ]
  }

/** Draws the training functions of all parts, in their order. */
export const drawnApplies =
  (parts: readonly Part[]): Random<readonly AnyApply[]> =>
  (generator) => {
    let next = generator
    const applies = parts.map(({ layer }) => {
      const [apply, after] = layer.train(next)
      next = after
      return apply as AnyApply
    })
    return [applies, next]
  }

/** Parts draw in their order, in `init` and in `train`. */
export const sequential = (
  kind: string,
  parts: readonly Part[],
  containerOf: (parts: readonly Part[]) => Container,
): AnyLayer => {
  const container = containerOf(parts)
  const draw = drawnApplies(parts)
  return {
    kind,
    init: (input) => (generator) => {
      let next = generator
      let spec: Spec = input
      const initials = parts.map(({ name, layer }) => {
        const [initial, after] = within(name, () => layer.init(spec)(next))
        spec = initial.output
        next = after
        return initial
      })
      const params = container.join(initials.map((initial) => initial.params as unknown))
      const state = container.join(initials.map((initial) => initial.state as unknown))
      return [{ params, state, output: spec }, next]
    },
    train: (generator) => {
      const [applies, next] = draw(generator)
      return [composed(parts, applies, container), next]
    },
    infer: composed(
      parts,
      parts.map(({ layer }) => layer.infer as AnyApply),
      container,
    ),
    mapParts: (f) =>
      sequential(
        kind,
        parts.map(({ name, layer }) => ({ name, layer: f(layer, name) })),
        containerOf,
      ),
  }
}
