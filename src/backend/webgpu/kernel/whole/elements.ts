/** What the kernels on whole buffers share: an invocation for every element or four, and workgroups by number. */
import type { DType } from '../../../../array/dtype.js'
import type { Dispatch, KernelContext, Limits, Region } from '../../dispatch.js'
import { cover } from '../../emit/address.js'
import { type Lanes, typeOf } from '../../emit/lanes.js'
import { newShader, type Shader } from '../../emit/shader.js'

const invocations = 64

/** A dispatch of one invocation for each of `count` numbers; `main` knows its own as `i`, an i32. */
export const forEach = (
  { limits }: KernelContext,
  shader: Shader,
  label: string,
  count: number,
  main: string,
  declarations = '',
): Dispatch => {
  const { workgroups, flat } = cover(count, invocations, limits)
  return shader.finish({
    label,
    workgroupSize: [invocations, 1, 1],
    workgroups,
    declarations,
    main: `let i = i32(${flat});\nif (i < ${count}) {\n${main}\n}`,
  })
}

/** `count` workgroups, more than one direction holds folded into the next; each knows its number by `flat`, an i32. */
export const workgroupsFor = (
  count: number,
  limits: Limits,
): { readonly workgroups: [number, number, number]; readonly flat: string } => {
  const x = Math.min(count, limits.workgroups)
  return { workgroups: [x, Math.ceil(count / x), 1], flat: `i32(group.y * ${x}u + group.x)` }
}

/** The zero of a dtype, or four of them. */
export const zeroOf = (dtype: DType, width: Lanes): string => `${typeOf(dtype, width)}()`

/** Reads and writes `width` elements from the element `index * width` on. */
export interface Wide {
  readonly width: Lanes
  readonly load: (buffer: number, index: string) => string
  readonly store: (buffer: number, index: string, value: string) => string
}

/** Four at a time where runs of `length` elements begin and end at fours in all the buffers. */
export const widest = (shader: Shader, length: number, buffers: readonly number[]): Wide =>
  length % 4 === 0 && buffers.every(shader.canVector)
    ? {
        width: 4,
        load: (buffer, index) => shader.loadVector(buffer, `(${index}) * 4`),
        store: (buffer, index, value) => shader.storeVector(buffer, `(${index}) * 4`, value),
      }
    : { width: 1, load: shader.load, store: shader.store }

/** Zeros in all of a buffer. */
export const fillZeros = (context: KernelContext, label: string, target: number): Dispatch[] => {
  const { size, dtype } = context.regionOf(target)
  if (size === 0) return []
  const shader = newShader(context)
  const { width, store } = widest(shader, size, [target])
  return [forEach(context, shader, label, size / width, store(target, 'i', zeroOf(dtype, width)))]
}

/** A buffer of the plan, or a stretch of scratch. */
export type Place = number | Region
export const numberOf = (shader: Shader, place: Place): number =>
  typeof place === 'number' ? place : shader.region(place)
