/** Rows of a table by index; src/array/indexing.ts states the meaning. An index outside the table reads zeros. */
import type { WholeKernel } from '../../../../engine/kernel.js'
import type { Generator } from '../../dispatch.js'
import { newShader } from '../../emit/shader.js'
import { fillZeros, forEach, widest, zeroOf } from './elements.js'

export const gather: Generator<Extract<WholeKernel, { readonly kind: 'gather' }>> = (kernel, context) => {
  const { source, indices, target, rows, count, rest } = kernel
  const label = `gather ${count} x ${rest} of ${rows}`
  if (count * rest === 0) return []
  if (rows === 0) return fillZeros(context, label, target)
  const shader = newShader(context)
  const { dtype } = context.regionOf(target)
  const { width, load, store } = widest(shader, rest, [source, target])
  const groups = rest / width
  // As u32, a negative index is larger than any row.
  const main = `
let row = u32(${shader.load(indices, `i / ${groups}`)});
if (row < ${rows}u) {
  ${store(target, 'i', load(source, `i32(row) * ${groups} + i % ${groups}`))}
} else {
  ${store(target, 'i', zeroOf(dtype, width))}
}`
  return [forEach(context, shader, label, count * groups, main)]
}
