/** Elementwise kernels: an invocation for every element, or for four that are neighbours. */
import { sizeOf } from '../../../array/shape.js'
import type { LoopKernel } from '../../../engine/kernel.js'
import type { Generator, KernelContext } from '../dispatch.js'
import { cover, places } from '../emit/address.js'
import { emitBody, isVector } from '../emit/body.js'
import { newShader } from '../emit/shader.js'
import { transposed } from './transpose.js'

const size = 64

/** A buffer that a kernel of one dim stores to all along: its length stands for the dim. */
const whole = ({ dims, stores }: LoopKernel, { regionOf }: KernelContext): number | undefined =>
  dims.length !== 1
    ? undefined
    : stores.find(({ access: { buffer, offset, strides } }) => {
        const { size, stride } = regionOf(buffer)
        return size === dims[0] && stride === 0 && offset === 0 && strides[0] === 1
      })?.access.buffer

export const loop: Generator<LoopKernel> = (kernel, context) => {
  const { dims } = kernel
  const count = sizeOf(dims)
  if (count === 0 || kernel.stores.length === 0) return []
  const tiled = transposed(kernel, context)
  if (tiled !== undefined) return [tiled]
  const shader = newShader(context)
  const inFours =
    dims.length > 0 && dims[dims.length - 1] % 4 === 0 && kernel.stores.every(({ access }) => isVector(shader, access))
  const lanes = inFours ? 4 : 1
  const groups = inFours ? [...dims.slice(0, -1), dims[dims.length - 1] / 4] : dims
  const { workgroups, flat } = cover(count / lanes, size, context.limits)
  const place = places(groups, 'flat', 'p')
  const at = inFours ? [...place.at.slice(0, -1), `${place.at[dims.length - 1]} * 4i`] : place.at
  const { code } = emitBody(shader, kernel, at, undefined, lanes)
  const length = whole(kernel, context)
  const end =
    length === undefined
      ? `${count / lanes}i`
      : lanes === 1
        ? shader.lengthOf(length)
        : `${shader.lengthOf(length)} / 4i`
  return [
    shader.finish({
      label: `loop ${dims.join('x')}`,
      workgroupSize: [size, 1, 1],
      workgroups,
      main: `let flat = ${flat};
if (flat >= ${end}) { return; }
${place.code}
${code}`,
    }),
  ]
}
