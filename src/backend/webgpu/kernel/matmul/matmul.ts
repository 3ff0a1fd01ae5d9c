/** Matrix products: the generator. */
import type { MatmulKernel } from '../../../../engine/kernel.js'
import type { Dispatch, Generator, KernelContext } from '../../dispatch.js'
import { directDispatch } from './direct.js'
import { emptyDispatch } from './empty.js'
import { type Axis, type Problem, problemOf } from './problem.js'
import { strategyOf } from './strategy.js'
import { tileDispatch } from './tile.js'

/** Whether neighbouring invocations had better be neighbours along k than along n. */
const alongK = ({ b }: Problem): boolean => {
  const inner = ({ strides }: Axis): number => Math.abs(strides[strides.length - 1] ?? 0)
  return (
    inner(b.depth) === 1 &&
    !(inner(b.own) === 1 && b.own.dims[b.own.dims.length - 1] > b.depth.dims[b.depth.dims.length - 1])
  )
}

export const matmul: Generator<MatmulKernel> = (kernel: MatmulKernel, context: KernelContext): readonly Dispatch[] => {
  const problem = problemOf(kernel)
  const { batch, m, n, k } = problem
  if (batch * m * n === 0) return []
  if (k === 0) return [emptyDispatch(problem, context)]
  const strategy = strategyOf(problem, context.limits)
  return strategy.kind === 'tile'
    ? [tileDispatch(problem, strategy.tile, context)]
    : [directDispatch(problem, { ...strategy.direct, alongK: alongK(problem) }, context)]
}
