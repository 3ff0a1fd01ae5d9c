/**
 * Layers whose graphs depend on nothing but structure, shapes and dtypes, and how those are copied.
 *
 * A training step builds its graph anew, and most of what that takes is the layers' arithmetic on shapes. A steady layer
 * would do the very same again; so from its second call with arguments of one kind on, its graph is copied from a list.
 * Nobody can tell: the nodes are those that the layer itself would have made.
 *
 * Law: what `staged(apply)` and its pullback, called once, give has the canonical code of what `apply` gives, whatever
 * the arguments. (Called twice, cotangents share what the function itself would make twice.)
 */
import { argument } from '../array/control.js'
import type { Node } from '../array/node.js'
import { createPlaces, type Places, type Recipe, rebuilt, record } from '../array/recipe.js'
import { type AnyTensor, nodeOf, tensorOf } from '../array/tensor.js'
import { gatherAlike, leaves, mapLeaves } from '../array/tree.js'
import { tuple } from '../array/tuple.js'
import type { AnyLayer, Apply } from './layer.js'

export type AnyApply = Apply<unknown, unknown, unknown, unknown>

const mark = Symbol('steady')
/** A copy with another `train` has the mark, too, and it does not count. */
interface Marked {
  readonly [mark]?: { readonly apply: AnyApply; readonly train: AnyLayer['train'] }
}

/**
 * Declares that a layer draws no randomness, and that `apply`, by which it trains, makes the same nodes whenever its
 * arguments have the same structure, shapes, dtypes and host values: it looks at no elements, and calls nothing that a
 * user gave.
 */
export const steady = <L extends AnyLayer>(layer: L, apply: AnyApply = layer.infer): L => ({
  ...layer,
  [mark]: { apply, train: layer.train },
})

/** By what a steady layer trains; undefined for others. */
export const steadyApply = (layer: AnyLayer): AnyApply | undefined => {
  const known = (layer as Marked)[mark]
  return known?.train === layer.train ? known.apply : undefined
}

/** A composite that is steady because its parts are. It is staged once it draws: of nested ones only the outermost does. */
export const steadyComposite = (layer: AnyLayer, apply: AnyApply): AnyLayer => {
  let whole: AnyApply | undefined
  const train: AnyLayer['train'] = (generator) => {
    whole ??= staged(apply)
    return tuple(whole, generator)
  }
  return steady({ ...layer, train }, apply)
}

/** A tree of what was recorded, to be filled with what is built in its place. */
interface Shell {
  readonly tree: unknown
  readonly places: readonly number[]
}
const shellOf = (tree: unknown, places: Places): Shell => ({
  tree,
  places: leaves(tree).map((x) => places.get(nodeOf(x))),
})
const filled = ({ tree, places }: Shell, built: readonly Node[]): unknown => {
  let i = 0
  return mapLeaves(tree, () => tensorOf(built[places[i++]]))
}

const nodesOf = (tree: unknown): readonly Node[] => leaves(tree).map(nodeOf)
const standIns = <T>(tree: T): T => mapLeaves(tree, (x) => argument(x.shape, x.dtype))

/** How the cotangents of one kind of arguments are built. */
interface Backward {
  readonly recipe: Recipe
  readonly gradients: Shell
  readonly input: Shell
}
/** How output and state of one kind of arguments are built. */
interface Forward {
  readonly recipe: Recipe
  readonly output: Shell
  /** Undefined where the state comes back as it went in. */
  readonly state: Shell | undefined
  /** Recorded when it is first asked for; undefined where that cannot be. */
  readonly backward: () => Backward | undefined
}

type Given = readonly [input: unknown, state: unknown, params: unknown]

const recordForward = (apply: AnyApply, [input, state, params]: Given): Forward | undefined => {
  const places = createPlaces()
  const [output, pullback, after] = apply(params, state, input)
  const recipe = record(places, nodesOf([input, state, params]), nodesOf([output, after]))
  if (recipe === undefined) return undefined
  let open: { readonly pullback: typeof pullback; readonly places: Places } | undefined = { pullback, places }
  let backward: Backward | undefined
  return {
    recipe,
    output: shellOf(output, places),
    state: after === state ? undefined : shellOf(after, places),
    backward: () => {
      if (open === undefined) return backward
      const cotangent = standIns(output)
      const [gradients, dx] = open.pullback(cotangent)
      const recipe = record(open.places, nodesOf(cotangent), nodesOf([gradients, dx]))
      if (recipe !== undefined)
        backward = { recipe, gradients: shellOf(gradients, open.places), input: shellOf(dx, open.places) }
      open = undefined
      return backward
    },
  }
}

/** Arguments of one kind, met before. */
interface Stage {
  readonly like: Given
  /** Recorded when they are met again; undefined where loops do not let that be. */
  readonly forward: () => Forward | undefined
}
const stageOf = (apply: AnyApply, like: Given): Stage => {
  let recorded: { readonly forward: Forward | undefined } | undefined
  return {
    like,
    forward: () => {
      recorded ??= { forward: recordForward(apply, like) }
      return recorded.forward
    },
  }
}

/** So many kinds of arguments are remembered: full batches and the last one, in a few sizes. */
const manyStages = 8

/** The same function, which copies what it made for arguments of the same kind before. */
export const staged = (apply: AnyApply): AnyApply => {
  const stages: Stage[] = []

  const copied = (
    forward: Forward,
    args: readonly AnyTensor[],
    [input, state, params]: Given,
  ): ReturnType<AnyApply> => {
    const built = rebuilt(noNodes, args, forward.recipe)
    return tuple(
      filled(forward.output, built),
      (cotangent) => {
        const due: AnyTensor[] = []
        const backward = gatherAlike(forward.output.tree, cotangent, due) ? forward.backward() : undefined
        // A mistake, or a loop: the layer itself has the word.
        if (backward === undefined) return apply(params, state, input)[1](cotangent)
        const all = rebuilt(built, due, backward.recipe)
        return tuple(filled(backward.gradients, all), filled(backward.input, all))
      },
      forward.state === undefined ? state : filled(forward.state, built),
    )
  }

  return (params, state, input) => {
    const given: Given = tuple(input, state, params)
    for (const stage of stages) {
      const args: AnyTensor[] = []
      if (!gatherAlike(stage.like, given, args)) continue
      const forward = stage.forward()
      return forward === undefined ? apply(params, state, input) : copied(forward, args, given)
    }
    const result = apply(params, state, input)
    if (stages.length === manyStages) stages.shift()
    stages.push(stageOf(apply, standIns(given)))
    return result
  }
}

const noNodes: readonly Node[] = []
