/**
 * overlapAdd; src/array/window.ts states the meaning. An invocation owns an element of the target, and adds what hits it:
 * along each axis, place p is hit by element s of window c where p = s dilation + c stride.
 */
import { sizeOf, stridesOf } from '../../../../array/shape.js'
import type { WholeKernel } from '../../../../engine/kernel.js'
import type { Generator } from '../../dispatch.js'
import { places } from '../../emit/address.js'
import { newShader } from '../../emit/shader.js'
import { fillZeros, forEach, zeroOf } from './elements.js'

type OverlapAdd = Extract<WholeKernel, { readonly kind: 'overlapAdd' }>

/** Opens the loop over the elements s of windows that hit place p of axis d, and names the window c. */
const openLoop = ({ size, stride, dilation, count }: OverlapAdd, d: number, p: string): string => {
  const [n, step, dilated, last] = [size[d], stride[d], dilation[d], (count[d] - 1) * stride[d]]
  const s = `s${d}`
  if (dilated === 1)
    // p - s is a multiple of the stride for one s in `step`.
    return `for (var ${s} = select(${p} % ${step}, ${p} - ${last}, ${p} > ${last}); ${s} <= min(${p}, ${n - 1}); ${s} += ${step}) {
let c${d} = (${p} - ${s}) / ${step};`
  const first = `select(0, (${p} - ${last} + ${dilated - 1}) / ${dilated}, ${p} > ${last})`
  const check = step === 1 ? '' : `if ((${p} - ${s} * ${dilated}) % ${step} != 0) { continue; }\n`
  return `for (var ${s} = ${first}; ${s} <= min(${p} / ${dilated}, ${n - 1}); ${s}++) {
${check}let c${d} = (${p} - ${s} * ${dilated}) / ${step};`
}

export const overlapAdd: Generator<OverlapAdd> = (kernel, context) => {
  const { dtype, source, target, lead, spatial, size, count } = kernel
  const label = `overlapAdd ${lead} x ${spatial.join(' x ')}`
  const shape = [lead, ...size, ...count]
  if (sizeOf(shape) === 0) return fillZeros(context, label, target)
  const shader = newShader(context)
  const { code, at } = places([lead, ...spatial], 'i', 'p')
  const from = [at[0], ...spatial.map((_, d) => `s${d}`), ...spatial.map((_, d) => `c${d}`)]
  const strides = stridesOf(shape)
  const address = from.map((place, d) => `${place} * ${strides[d]}`).join(' + ')
  const main = `
${code}
var total = ${zeroOf(dtype, 1)};
${spatial.map((_, d) => openLoop(kernel, d, at[d + 1])).join('\n')}
total += ${shader.load(source, address)};
${'}'.repeat(spatial.length)}
${shader.store(target, 'i', 'total')}`
  return [forEach(context, shader, label, lead * sizeOf(spatial), main)]
}
