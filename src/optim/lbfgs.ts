/** Limited-memory BFGS: curvature from the last few steps, without a matrix. */

import { isFloat } from '../array/dtype.js'
import { abs, add, div, greater, minimum, mul, select, sub } from '../array/elementwise.js'
import { fail } from '../array/error.js'
import { sum } from '../array/reduce.js'
import { type AnyTensor, literal, type Tensor } from '../array/tensor.js'
import { leaves } from '../array/tree.js'
import { eachLeaf, leafwise, zerosOf } from './leafwise.js'
import type { Optimizer, OptimizerState } from './optimizer.js'
import { finite } from './scale.js'
import { type LearningRate, toSchedule } from './schedule/schedule.js'

/** What `lbfgs` takes beside its rate. */
export interface LbfgsOptions {
  /** Steps that are remembered; 10 unless given. */
  readonly memory?: number
}

/** A step that was made, the change of the gradient along it, and 1 / (step . change), 0 where that is not positive. */
interface Pair<P> {
  readonly step: P
  readonly change: P
  readonly inverse: AnyTensor
}

interface Memory<P> {
  readonly count: number
  readonly pairs: readonly Pair<P>[]
  /** step . change / change . change of the last pair with positive curvature: the scale of the inverse Hessian. */
  readonly scale: AnyTensor
  /** Params and gradients of the step before; zeros before the first. */
  readonly before: { readonly params: P; readonly gradients: P }
}

const floats = (tree: unknown): readonly Tensor[] =>
  leaves(tree).filter(({ dtype }) => isFloat(dtype)) as readonly Tensor[]

const total = (terms: readonly Tensor[]): Tensor =>
  terms.length === 0 ? literal(0) : terms.reduce((a, b) => add(a, b))

/** The inner product of two trees. */
const dot = <P>(a: P, b: P): Tensor => {
  const right = floats(b)
  return total(floats(a).map((x, i) => sum(mul(x, right[i])) as Tensor))
}

const combine = <P>(a: P, b: P, f: (x: Tensor, y: Tensor) => Tensor): P => leafwise('lbfgs', [a, b], (x, y) => f(x, y))

/** Curvature below this is none: the pair is remembered, and does nothing. */
const leastCurvature = 1e-10

const remember = <P>(memory: Memory<P>, gradients: P, params: P, most: number): Pick<Memory<P>, 'pairs' | 'scale'> => {
  const step = combine(params, memory.before.params, (x, y) => sub(x, y))
  const change = combine(gradients, memory.before.gradients, (x, y) => sub(x, y))
  if (memory.count === 0) return memory
  const curvature = dot(step, change)
  const curved = greater(curvature, leastCurvature)
  const inverse = select(curved, div(1, curvature), 0) as Tensor
  const scale = select(curved, div(curvature, dot(change, change)), memory.scale as Tensor) as AnyTensor
  return { pairs: [...memory.pairs, { step, change, inverse: inverse as AnyTensor }].slice(-most), scale }
}

/** The inverse Hessian that the pairs describe, times the gradient. Source: Nocedal and Wright, algorithm 7.4. */
const twoLoops = <P>(gradients: P, { pairs, scale }: Pick<Memory<P>, 'pairs' | 'scale'>): P => {
  let direction = gradients
  const shares: Tensor[] = []
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, inverse } = pairs[i]
    const share = mul(inverse as Tensor, dot(step, direction)) as Tensor
    shares[i] = share
    direction = combine(direction, change, (d, y) => sub(d, mul(y, share) as Tensor))
  }
  direction = eachLeaf(direction, (d) => mul(d, scale as Tensor) as Tensor)
  pairs.forEach(({ step, change, inverse }, i) => {
    const share = sub(shares[i], mul(inverse as Tensor, dot(change, direction)) as Tensor) as Tensor
    direction = combine(direction, step, (d, s) => add(d, mul(s, share) as Tensor))
  })
  return direction
}

/**
 * L-BFGS without a line search: -rate H g, where H is the inverse Hessian that the last `memory` steps describe. The
 * first step is as long as the gradient says, at most 1 in total. For full batches, and for gradients as they are: what
 * changes them (noise, clipping before it) is taken for curvature.
 *
 * Source: Liu and Nocedal, "On the limited memory BFGS method for large scale optimization" (1989); the first step and
 * the least curvature are PyTorch's.
 *
 * @throws PullbackError when `memory` is no positive whole number, or a rate is not finite
 * @example
 * import { lbfgs } from 'pullback'
 *
 * const optimizer = lbfgs(1, { memory: 20 })
 */
export const lbfgs = (rate: LearningRate = 1, { memory: most = 10 }: LbfgsOptions = {}): Optimizer => {
  if (!(Number.isInteger(most) && most >= 1))
    fail('lbfgs', 'a whole number of steps to remember from 1 on', String(most), 'Ten are usual.')
  if (typeof rate === 'number') finite('lbfgs', rate)
  const schedule = toSchedule(rate)
  return {
    // The structure never changes, so that a checkpoint of any step fits: pairs that are not there yet are zeros.
    init: (params) => {
      const dtype = floats(params)[0]?.dtype ?? 'float32'
      const zeros = zerosOf(params)
      const none = { step: zeros, change: zeros, inverse: literal(0, dtype) }
      return {
        slots: {
          count: 0,
          pairs: Array.from({ length: most }, () => none),
          scale: literal(1, dtype),
          before: { params: zeros, gradients: zeros },
        },
      }
    },
    update: <P>(gradients: P, state: OptimizerState<P>, params: P) => {
      const memory = state.slots as Memory<P>
      if (memory.pairs?.length !== most)
        fail(
          'lbfgs',
          `a state of ${most} pairs`,
          memory.pairs === undefined ? 'another state' : `a state of ${memory.pairs.length}`,
          'Pass the state that init of this optimizer gave.',
        )
      const next = { ...memory, ...remember(memory, gradients, params, most) }
      const length = total(floats(gradients).map((g) => sum(abs(g)) as Tensor))
      const factor = -finite(`lbfgs at step ${memory.count}`, schedule(memory.count))
      const updates =
        memory.count === 0
          ? eachLeaf(gradients, (g) => mul(mul(g, minimum(div(1, length), 1) as Tensor) as Tensor, factor))
          : eachLeaf(twoLoops(gradients, next), (d) => mul(d, factor))
      return [updates, { slots: { ...next, count: memory.count + 1, before: { params, gradients } } }]
    },
  }
}
