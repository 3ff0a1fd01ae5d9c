/** Different rules for different params, chosen by path. */

import { zerosLike } from '../array/create.js'
import { fail } from '../array/error.js'
import type { AnyTensor } from '../array/tensor.js'
import { mapTree, namedLeaves, unflatten } from '../array/tree.js'
import { stateless } from './leafwise.js'
import type { Optimizer, OptimizerState } from './optimizer.js'

/** Which params: the beginning of a path (`conv1` matches `conv1.weight`, not `conv10`), or a test of paths such as `conv1.weight`. */
export type Selector = string | RegExp | ((path: string) => boolean)

const matches = (selector: Selector, path: string): boolean => {
  if (typeof selector === 'function') return selector(path)
  if (typeof selector === 'string') return path === selector || path.startsWith(`${selector}.`)
  return path.search(selector) >= 0
}

/**
 * Nothing moves. Gradients that only lead here are never computed.
 *
 * @example
 * import { adam, freezeUpdates, grouped } from 'pullback'
 *
 * const headOnly = grouped([{ select: 'body', optimizer: freezeUpdates }], adam(0.001))
 */
export const freezeUpdates: Optimizer = stateless((gradients) => mapTree(gradients, zerosLike))

/** Some params, and the optimizer that moves them. */
export interface Group {
  readonly select: Selector
  readonly optimizer: Optimizer
}

type Part = Readonly<Record<string, AnyTensor>>

/** The leaves of a tree as flat records by path, one for each group; the number of the group that each leaf belongs to. */
const split = (tree: unknown, groups: readonly Group[]): readonly Part[] => {
  const named = namedLeaves(tree).map(
    ([path, leaf]) => [groups.findIndex(({ select }) => matches(select, path)), path, leaf] as const,
  )
  return groups.map((_, g) => Object.fromEntries(named.filter(([i]) => i === g).map(([, path, leaf]) => [path, leaf])))
}

/** A name that selects nothing is most likely misspelt: what it was to freeze would learn. */
const checkSelector = (params: unknown, select: Selector): void => {
  const paths = namedLeaves(params).map(([path]) => path)
  if (typeof select === 'string' && !paths.some((path) => matches(select, path)))
    fail('grouped', `a parameter that '${select}' selects`, paths.join(', '), 'Write whole names, as in conv1.weight.')
}

/**
 * Each parameter belongs to the first group that selects it, else to `otherwise`. The state of a group knows its own
 * params alone.
 *
 * @throws PullbackError (from `init`) when a name selects no parameter
 * @example
 * import { adam, grouped, sgd } from 'pullback'
 *
 * const fineTune = grouped([{ select: 'head', optimizer: adam(0.001) }], sgd(0.0001))
 */
export const grouped = (groups: readonly Group[], otherwise: Optimizer): Optimizer => {
  const all: readonly Group[] = [...groups, { select: () => true, optimizer: otherwise }]
  return {
    init: (params) => {
      for (const { select } of groups) checkSelector(params, select)
      return { slots: split(params, all).map((part, g) => all[g].optimizer.init(part).slots) }
    },
    update: <P>(gradients: P, state: OptimizerState<P>, params: P) => {
      const parts = split(params, all)
      const results = split(gradients, all).map((part, g) =>
        all[g].optimizer.update(part, { slots: (state.slots as readonly unknown[])[g] }, parts[g]),
      )
      const updates: Part = Object.assign({}, ...results.map(([part]) => part))
      return [
        unflatten(
          gradients,
          namedLeaves(gradients).map(([path]) => updates[path]),
        ),
        { slots: results.map(([, { slots }]) => slots) },
      ]
    },
  }
}

/**
 * `optimizer` for all params but those selected, which stay as they are and have no optimizer state.
 *
 * @example
 * import { adam, freezing } from 'pullback'
 *
 * const headOnly = freezing((path) => !path.startsWith('head.'), adam(0.001))
 */
export const freezing = (select: Selector, optimizer: Optimizer): Optimizer =>
  grouped([{ select, optimizer: freezeUpdates }], optimizer)
