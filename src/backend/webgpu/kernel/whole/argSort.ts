/** Places in ascending order; src/array/indexing.ts states the meaning. */
import type { WholeKernel } from '../../../../engine/kernel.js'
import type { Generator } from '../../dispatch.js'
import { sortKey, sortRows } from './sort.js'

export const argSort: Generator<Extract<WholeKernel, { readonly kind: 'argSort' }>> = (kernel, context) => {
  const { dtype, source, target, rows, length } = kernel
  const { declarations, key } = sortKey(dtype)
  return sortRows(context, {
    label: `argSort ${rows} x ${length}`,
    rows,
    length,
    key: (shader, index) => key(shader.load(source, index)),
    declarations,
    places: target,
  })
}
