/** How the work of a reduction is shared among invocations: a function of shapes and strides alone. */
import type { ReduceKernel } from '../../../../engine/kernel.js'
import type { Limits } from '../../dispatch.js'

/** A workgroup takes `places` kept places, and `slices` invocations share the elements of each. */
export interface Sharing {
  readonly places: number
  readonly slices: number
  /** Whether neighbouring invocations are slices of one place, or else places. */
  readonly slicesFirst: boolean
}

/** So many invocations keep a large GPU busy. */
const plenty = 65536
const usualGroup = 256
/** Where few workgroups have much to do. */
const largestGroup = 512

/** The largest power of two that is not above n, which is 1 or more. */
export const floorPower = (n: number): number => 1 << (31 - Math.clz32(Math.max(1, Math.min(n, 0x40000000))))
/** The smallest power of two that is not below n. */
export const ceilPower = (n: number): number => {
  const power = floorPower(n)
  return power < n ? 2 * power : power
}
const within = (n: number, low: number, high: number): number => Math.max(low, Math.min(high, n))

/** How many accesses of the body go to neighbouring elements as dim d counts up. */
const neighbours = ({ dims, operands, stores }: ReduceKernel, d: number): number => {
  if (d < 0 || d >= dims.length) return 0
  const accesses = [
    ...operands.flatMap((operand) => (operand.kind === 'load' ? [operand.access] : [])),
    ...stores.map(({ access }) => access),
  ]
  return accesses.filter(({ strides }) => Math.abs(strides[d]) === 1).length
}

const lastLarge = (dims: readonly number[], begin: number, end: number): number => {
  for (let d = end - 1; d >= begin; d--) if (dims[d] > 1) return d
  return -1
}

/** Whether the elements of one kept place are neighbours in memory rather than those of neighbouring places. */
export const reducesNeighbours = (kernel: ReduceKernel): boolean => {
  const { dims, kept } = kernel
  const places = neighbours(kernel, lastLarge(dims, 0, kept))
  const elements = neighbours(kernel, lastLarge(dims, kept, dims.length))
  return elements >= places
}

/**
 * On a processor: what joins slices takes long to compile, and there are few processors to share the work. Only where
 * the lanes of its vectors would idle for long, eight slices fill them.
 */
const shareInSoftware = (kernel: ReduceKernel, kept: number, count: number): Sharing => {
  const slicesFirst = reducesNeighbours(kernel)
  if (kept <= 2 && count > 4096) return { slices: 8, places: 1, slicesFirst }
  return { slices: 1, places: kept < 1024 ? 8 : 64, slicesFirst }
}

/** `kept` places (or groups of four), each of `count` elements (or groups of four). */
export const shareOut = (kernel: ReduceKernel, kept: number, count: number, limits: Limits): Sharing => {
  if (limits.software) return shareInSoftware(kernel, kept, count)
  const group = Math.min(kept < 128 && count > 4096 ? largestGroup : usualGroup, floorPower(limits.invocations))
  // A few elements for each slice, fewer where there would be too few invocations.
  const wanted = kept * (count / 4) < plenty ? count / 2 : count / 4
  if (reducesNeighbours(kernel)) {
    const slices = within(floorPower(wanted), 1, group)
    return { slices, places: Math.min(Math.max(1, 64 / slices), ceilPower(kept)), slicesFirst: true }
  }
  const side = Math.min(ceilPower(kept), 8)
  const slices = within(Math.min(floorPower(wanted), ceilPower(plenty / kept)), 1, Math.min(group, usualGroup) / side)
  return { slices, places: Math.min(ceilPower(kept), Math.max(side, 64 / slices)), slicesFirst: false }
}

/** More elements than this for one kept place, of few, are shared by several workgroups in a dispatch of their own. */
const longest = 65536
const elementsOfChunk = 16384

/** Into how many chunks the elements of a kept place are cut; 1 for one dispatch. */
export const chunksOf = (kept: number, count: number): number =>
  count <= longest || kept >= 64 ? 1 : Math.min(256, Math.ceil(count / elementsOfChunk))
