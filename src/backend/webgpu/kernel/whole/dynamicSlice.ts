/** A window at a corner that is known at run time only; src/array/move.ts states the meaning. */
import { sizeOf, stridesOf } from '../../../../array/shape.js'
import type { WholeKernel } from '../../../../engine/kernel.js'
import type { Generator } from '../../dispatch.js'
import { places } from '../../emit/address.js'
import { newShader } from '../../emit/shader.js'
import { forEach, widest } from './elements.js'

export const dynamicSlice: Generator<Extract<WholeKernel, { readonly kind: 'dynamicSlice' }>> = (kernel, context) => {
  const { source, starts, target, shape, sizes } = kernel
  if (sizeOf(sizes) === 0) return []
  // The axes at the end that are taken whole are one run.
  let moving = shape.length
  while (moving > 0 && shape[moving - 1] === sizes[moving - 1]) moving--
  const run = sizeOf(sizes.slice(moving))
  const shader = newShader(context)
  const { width, load, store } = widest(shader, run, [source, target])
  const groups = run / width
  const { code, at } = places([...sizes.slice(0, moving), groups], 'i', 'p')
  const strides = stridesOf([...shape.slice(0, moving), groups])
  const address = at.map((place, axis) => {
    const most = axis < moving ? shape[axis] - sizes[axis] : 0
    const start = most === 0 ? '' : ` + clamp(i32(${shader.load(starts, `${axis}`)}), 0, ${most})`
    return `(${place}${start}) * ${strides[axis]}`
  })
  const main = `${code}\n${store(target, 'i', load(source, address.join(' + ')))}`
  const label = `dynamicSlice ${sizes.join(' x ')}`
  return [forEach(context, shader, label, sizeOf(sizes) / width, main)]
}
