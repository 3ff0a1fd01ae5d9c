/**
 * Running sums along one axis, added in ascending order (src/array/indexing.ts), so by one invocation each.
 *
 * Where the axis is the last one, neighbours of a row lie side by side, and the invocations of a workgroup would each read
 * a place far from the other's: there a workgroup loads a stretch of several rows into its memory first.
 */
import type { WholeKernel } from '../../../../engine/kernel.js'
import type { Dispatch, Generator, KernelContext } from '../../dispatch.js'
import { typeOf } from '../../emit/lanes.js'
import { newShader } from '../../emit/shader.js'
import { forEach, workgroupsFor, zeroOf } from './elements.js'

type CumulativeSum = Extract<WholeKernel, { readonly kind: 'cumulativeSum' }>

const labelOf = ({ outer, length, inner }: CumulativeSum): string => `cumulativeSum ${outer} x ${length} x ${inner}`

const oneByOne = (kernel: CumulativeSum, context: KernelContext): Dispatch => {
  const { source, target, outer, length, inner } = kernel
  const shader = newShader(context)
  const main = `
var at = i / ${inner} * ${length * inner} + i % ${inner};
var total = ${shader.load(source, 'at')};
${shader.store(target, 'at', 'total')}
for (var k = 1; k < ${length}; k++) {
  at += ${inner};
  total += ${shader.load(source, 'at')};
  ${shader.store(target, 'at', 'total')}
}`
  return forEach(context, shader, labelOf(kernel), outer * inner, main)
}

const invocations = 256
/** Elements of workgroup memory. */
const room = 2048

const byStretches = (kernel: CumulativeSum, context: KernelContext): Dispatch => {
  const { source, target, outer, length, dtype } = kernel
  const shader = newShader(context)
  const rows = Math.min(outer, 16)
  const stretch = Math.floor(room / rows)
  // One element more, so that the rows do not meet in one bank of the memory.
  const pitch = stretch + 1
  const { workgroups, flat } = workgroupsFor(Math.ceil(outer / rows), context.limits)
  const address = `(firstRow + row) * ${length} + begin + k`
  const eachElement = (statement: string): string => `
for (var e = i32(localIndex); e < ${rows * stretch}; e += ${invocations}) {
  let row = e / ${stretch};
  let k = e % ${stretch};
  if (firstRow + row < ${outer} && begin + k < ${length}) { ${statement} }
}
workgroupBarrier();`
  const main = `
let firstRow = ${flat} * ${rows};
var total = ${zeroOf(dtype, 1)};
for (var begin = 0; begin < ${length}; begin += ${stretch}) {
  ${eachElement(`stretch[row * ${pitch} + k] = ${shader.load(source, address)};`)}
  if (localIndex < ${rows}u) {
    let first = i32(localIndex) * ${pitch};
    for (var k = 0; k < min(${stretch}, ${length} - begin); k++) {
      // The first element is not added to 0: that would turn -0 into 0.
      if (begin + k == 0) { total = stretch[first]; } else { total += stretch[first + k]; }
      stretch[first + k] = total;
    }
  }
  workgroupBarrier();
  ${eachElement(shader.store(target, address, `stretch[row * ${pitch} + k]`))}
}`
  return shader.finish({
    label: labelOf(kernel),
    workgroupSize: [invocations, 1, 1],
    workgroups,
    declarations: `var<workgroup> stretch: array<${typeOf(dtype)}, ${rows * pitch}>;`,
    main,
  })
}

export const cumulativeSum: Generator<CumulativeSum> = (kernel, context) => {
  const { outer, length, inner } = kernel
  if (outer * length * inner === 0) return []
  return [inner === 1 && length >= 64 ? byStretches(kernel, context) : oneByOne(kernel, context)]
}
