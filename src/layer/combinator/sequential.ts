/** One layer after another, whatever holds their params: what `chain`, `named` and `repeat` share. */
import { fail, prefixed, within } from '../../array/error.js'
import { tuple } from '../../array/tuple.js'
import type { Random } from '../../random/rng.js'
import type { AnyLayer, Apply, Spec } from '../layer.js'
import { steadyApply, steadyComposite } from '../staged.js'

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
  join: (values) => {
    const out: Record<string, unknown> = {}
    for (let i = 0; i < parts.length; i++) out[parts[i].name] = values[i]
    return out
  },
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

/** A list as long as another one, to be filled. It is young, as what {@link tuple} makes: one of `new Array` is not. */
const roomFor = (list: readonly unknown[]): unknown[] => list.slice()

/**
 * The chain rule: outputs forward, cotangents back. A state that no part changes stays the very same.
 *
 * Loops, because this is run for every layer of every step: `within`, which takes a closure for each part, and lists that
 * grow doubled what this allocates.
 */
const composed =
  (parts: readonly Part[], applies: readonly AnyApply[], { join, part }: Container): AnyApply =>
  (params, state, input) => {
    let x = input
    let changed = false
    const states = roomFor(applies)
    const pullbacks = roomFor(applies) as ReturnType<AnyApply>[1][]
    for (let i = 0; i < applies.length; i++) {
      const own = part(params, i)
      const before = part(state, i)
      try {
        const result = applies[i](own, before, x)
        x = result[0]
        pullbacks[i] = result[1]
        states[i] = result[2]
      } catch (error) {
        throw prefixed(parts[i].name, error)
      }
      changed ||= states[i] !== before
    }
    return tuple(
      x,
      (cotangent) => {
        let c = cotangent
        const gradients = roomFor(pullbacks)
        for (let i = pullbacks.length - 1; i >= 0; i--) {
          try {
            const result = pullbacks[i](c)
            gradients[i] = result[0]
            c = result[1]
          } catch (error) {
            throw prefixed(parts[i].name, error)
          }
        }
        return tuple(join(gradients), c)
      },
      changed ? join(states) : state,
    )
  }

/** Draws the training functions of all parts, in their order. */
export const drawnApplies =
  (parts: readonly Part[]): Random<readonly AnyApply[]> =>
  (generator) => {
    let next = generator
    const applies = new Array<AnyApply>(parts.length)
    for (let i = 0; i < parts.length; i++) {
      const drawn = parts[i].layer.train(next)
      applies[i] = drawn[0]
      next = drawn[1]
    }
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
  const layer: AnyLayer = {
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
  const applies = steadyApplies(parts)
  return applies === undefined ? layer : steadyComposite(layer, composed(parts, applies, container))
}

/** Undefined unless all parts have one. */
const steadyApplies = (parts: readonly Part[]): readonly AnyApply[] | undefined => {
  const applies = parts.map(({ layer }) => steadyApply(layer))
  return applies.every((apply) => apply !== undefined) ? applies : undefined
}
